import { describe, expect, it } from 'vitest';
import type { Participant } from '../protocol/messages.js';
import { arrange, type OrderInput } from './order.js';

function person(id: string, joined: number, camera: boolean): Participant {
  const source = { muted: false, active: true, width: 1, height: 1, codec: 'vp8' };
  return {
    id,
    identity: id,
    name: id,
    role: 'guest',
    joined_at: joined,
    hand: 0,
    sources: {
      microphone: undefined,
      camera: camera ? source : undefined,
      screen: undefined,
      screen_audio: undefined,
    },
    state: 'connected',
    guest: true,
    company: '',
    consent: 'unknown',
    recorded: false,
  };
}

const all = ['a', 'b', 'c', 'd', 'e'].map((id, i) => person(id, i, id !== 'a'));
const input: OrderInput = {
  participants: Object.fromEntries([...all, person('me', 9, true)].map((one) => [one.id, one])),
  me: 'me',
  pinned: null,
  speaker: null,
  heard: { b: 50, c: 10, d: 40 },
};

describe('the order of tiles', () => {
  it('begins with cameras, then arrival, without oneself', () => {
    expect(arrange([], input, 9)).toEqual(['b', 'c', 'd', 'e', 'a']);
  });

  it('does not move anybody when a speaker is already shown', () => {
    const before = ['b', 'c', 'd', 'e', 'a'];
    expect(arrange(before, { ...input, speaker: 'd' }, 3)).toEqual(before);
  });

  it('gives a hidden speaker the place of the one not heard for longest', () => {
    const before = ['b', 'c', 'd', 'e', 'a'];
    expect(arrange(before, { ...input, speaker: 'a' }, 3)).toEqual(['b', 'a', 'd', 'e', 'c']);
  });

  it('never sends the pinned one away for a speaker', () => {
    const before = ['c', 'b', 'd', 'e', 'a'];
    const order = arrange(before, { ...input, pinned: 'c', speaker: 'a' }, 2);
    expect(order.slice(0, 2)).toEqual(['c', 'a']);
  });

  it('drops who left and appends who came', () => {
    expect(arrange(['x', 'e', 'b'], input, 9)).toEqual(['e', 'b', 'c', 'd', 'a']);
  });
});
