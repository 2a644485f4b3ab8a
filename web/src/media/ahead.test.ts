import { describe, expect, it, vi } from 'vitest';
import { Ahead } from './ahead.js';
import type { Offer } from './peer.js';

const offer = (sdp: string): Offer => ({ sdp, senders: [], slots: [] });

describe('the offer that goes right behind join', () => {
  it('is answered once', async () => {
    const say = vi.fn((one: Offer) => Promise.resolve(`answer to ${one.sdp}`));
    const ahead = new Ahead(say);
    const first = offer('first');
    ahead.send(first);
    expect(say).toHaveBeenCalledTimes(1);
    expect(await ahead.answerTo(first)).toBe('answer to first');
    expect(await ahead.answerTo(first)).toBeNull();
  });

  it('is no answer to another one', async () => {
    const ahead = new Ahead((one) => Promise.resolve(one.sdp));
    ahead.send(offer('of the peer before'));
    expect(await ahead.answerTo(offer('of this peer'))).toBeNull();
  });

  it('is said again by whoever was refused it, in the hall or by a line that broke', async () => {
    const ahead = new Ahead(() => Promise.reject(new Error('not joined')));
    const one = offer('one');
    ahead.send(one);
    expect(await ahead.answerTo(one)).toBeNull();
  });

  it('counts as the last one that was sent', async () => {
    let n = 0;
    const ahead = new Ahead(() => (n++ ? Promise.resolve('second') : Promise.reject(new Error())));
    const one = offer('one');
    ahead.send(one);
    ahead.send(one);
    expect(await ahead.answerTo(one)).toBe('second');
  });
});
