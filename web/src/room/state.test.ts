import { describe, expect, it } from 'vitest';
import { parseServerMessage } from '../protocol/messages.js';
import { initialState, reduce, type RoomEvent, type RoomState } from './state.js';

const LIN = {
  id: 'pt_lin',
  name: 'Lin',
  role: 'host',
  joined_at: 1,
  state: 'connected',
  sources: {},
};
const ADA = {
  id: 'pt_ada',
  name: 'Ada',
  role: 'guest',
  joined_at: 2,
  state: 'connected',
  sources: {},
};
const WELCOME = {
  t: 'welcome',
  participant: 'pt_ada',
  resume_token: 'r1',
  room: { id: 'rm_1', code: 'abcde-fghjk', title: 'Tea', room_ms: 5000 },
  role: 'guest',
  rights: ['publish.microphone', 'chat'],
  participants: [LIN, ADA],
  server: { version: '0.1.0', epoch: 'e1' },
};

function feed(state: RoomState, ...events: object[]): RoomState {
  return events.reduce<RoomState>((now, event) => {
    const local = 't' in event && String(event.t).startsWith('local/');
    const next = local ? (event as RoomEvent) : parseServerMessage(JSON.stringify(event));
    return reduce(now, next, 10_000);
  }, state);
}

const inRoom = feed(initialState(), WELCOME);
const message = (id: string, participant: string, at = 1) => ({
  t: 'chat',
  message: { id, participant, name: 'x', text: id, at },
});

describe('coming in', () => {
  it('fills the room', () => {
    expect(inRoom).toMatchObject({ phase: 'room', line: 'up', me: 'pt_ada', serverEpoch: 'e1' });
    expect(Object.keys(inRoom.participants)).toEqual(['pt_lin', 'pt_ada']);
    expect(inRoom.roomEpochMs).toBe(5000);
  });

  it('waits in the hall until it is called', () => {
    const waiting = feed(initialState(), { t: 'local/joining' }, { t: 'waiting', position: 2 });
    expect(waiting).toMatchObject({ phase: 'waiting', waitingPosition: 2 });
    expect(feed(waiting, WELCOME).phase).toBe('room');
    expect(feed(waiting, { t: 'denied', reason: 'host' })).toMatchObject({
      phase: 'ended',
      ended: 'host',
    });
  });

  it('after a loss keeps chat, and slots only where the transport lives', () => {
    const slot = { t: 'slots', slots: [{ mid: '7', participant: 'pt_lin', source: 'camera' }] };
    const lost = feed(inRoom, message('m1', 'pt_lin'), slot, { t: 'local/down', again: true });
    expect(lost.line).toBe('lost');
    const back = feed(lost, {
      ...WELCOME,
      transport: 'alive',
      chat: [message('m2', 'pt_lin', 2).message],
    });
    expect(back.line).toBe('up');
    expect(back.chat.map((one) => one.id)).toEqual(['m1', 'm2']);
    expect(Object.keys(back.slots)).toEqual(['7']);
    expect(feed(lost, WELCOME).slots).toEqual({});
  });

  it('a server that shuts down is waited for', () => {
    const state = feed(inRoom, { t: 'closed', reason: 'server_shutdown' });
    expect(state).toMatchObject({ phase: 'room', line: 'lost' });
  });
});

describe('people', () => {
  it('come, change, and go, and the others are told once', () => {
    const bob = { ...LIN, id: 'pt_bob', name: 'Bob', role: 'guest' };
    const came = feed(inRoom, { t: 'participant', participant: bob });
    expect(came.notices.map((one) => one.code)).toEqual(['joined']);
    const renamed = feed(came, { t: 'participant', participant: { ...bob, name: 'Rob' } });
    expect(renamed.notices).toHaveLength(1);
    expect(renamed.participants['pt_bob']?.name).toBe('Rob');
    const gone = feed(renamed, { t: 'left', participant: 'pt_bob', reason: 'removed' });
    expect(gone.participants['pt_bob']).toBeUndefined();
    expect(gone.notices.at(-1)).toMatchObject({ code: 'was_removed', name: 'Rob' });
  });

  it('come and go without words in a crowd', () => {
    const many = Array.from({ length: 31 }, (_, i) => ({ ...LIN, id: `pt_${i}`, role: 'guest' }));
    const crowd = feed(inRoom, { ...WELCOME, participants: [LIN, ADA, ...many] });
    const bob = { ...LIN, id: 'pt_bob', name: 'Bob' };
    const next = feed(
      crowd,
      { t: 'participant', participant: bob },
      { t: 'left', participant: 'pt_3' },
    );
    expect(next.participants['pt_bob']?.name).toBe('Bob');
    expect(next.participants['pt_3']).toBeUndefined();
    expect(next.notices).toEqual([]);
  });

  it('who leaves takes pin, hand, voice and screen along', () => {
    const screen = { ...LIN, sources: { screen: { width: 1920, height: 1080 } } };
    const full = feed(
      inRoom,
      { t: 'participant', participant: screen },
      { t: 'local/pin', participant: 'pt_lin' },
      { t: 'hands', hands: ['pt_lin'] },
      { t: 'speaking', participants: ['pt_lin'] },
      { t: 'speaker', participant: 'pt_lin' },
    );
    expect(full).toMatchObject({ pinned: 'pt_lin', screenOf: 'pt_lin', speaker: 'pt_lin' });
    const gone = feed(full, { t: 'left', participant: 'pt_lin', reason: 'left' });
    expect(gone).toMatchObject({
      pinned: null,
      screenOf: null,
      speaker: null,
      hands: [],
      speaking: [],
    });
  });

  it('the screen that begins last is the stage, and the one before comes back after it', () => {
    const withScreen = (one: object) => ({ ...one, sources: { screen: { width: 1, height: 1 } } });
    const first = feed(inRoom, { t: 'participant', participant: withScreen(LIN) });
    const second = feed(first, { t: 'participant', participant: withScreen(ADA) });
    expect(second.screenOf).toBe('pt_ada');
    const still = feed(second, {
      t: 'participant',
      participant: { ...withScreen(LIN), name: 'L' },
    });
    expect(still.screenOf).toBe('pt_ada');
    expect(feed(still, { t: 'participant', participant: ADA }).screenOf).toBe('pt_lin');
  });

  it('made co-host one may moderate, and no longer when it is taken back', () => {
    const host = feed(inRoom, { t: 'participant', participant: { ...ADA, role: 'host' } });
    expect(host.rights).toContain('moderate');
    const member = feed(host, { t: 'participant', participant: { ...ADA, role: 'member' } });
    expect(member.rights).not.toContain('moderate');
  });
});

describe('chat', () => {
  it('counts what others wrote while it was closed', () => {
    const state = feed(
      inRoom,
      message('a', 'pt_lin'),
      message('b', 'pt_ada'),
      message('c', 'pt_lin'),
    );
    expect(state.unread).toBe(2);
    const open = feed(state, { t: 'local/chat-open', open: true }, message('d', 'pt_lin'));
    expect(open.unread).toBe(0);
  });

  it('holds a message that comes twice once', () => {
    expect(feed(inRoom, message('a', 'pt_lin'), message('a', 'pt_lin')).chat).toHaveLength(1);
  });
});

describe('moderation', () => {
  it('knows who knocks until he is answered', () => {
    const one = { participant: 'pt_x', name: 'Xu', since: 1 };
    const state = feed(inRoom, { t: 'lobby', waiting: [one] });
    expect(state.lobby).toMatchObject([one]);
    expect(feed(state, { t: 'lobby', waiting: [] }).lobby).toEqual([]);
  });

  it('tells who muted and who asks', () => {
    const state = feed(
      inRoom,
      { t: 'muted', source: 'microphone', by: 'pt_lin' },
      { t: 'ask_unmute', by: 'pt_lin' },
    );
    expect(state.notices.at(-1)).toMatchObject({ code: 'muted_microphone', name: 'Lin' });
    expect(state.askedBy).toBe('pt_lin');
    expect(feed(state, { t: 'local/asked-done' }).askedBy).toBeNull();
  });

  it('removed is over', () => {
    expect(feed(inRoom, { t: 'closed', reason: 'removed' })).toMatchObject({
      phase: 'ended',
      ended: 'removed',
    });
  });
});

it('never changes the state it was given', () => {
  const frozen = structuredClone(inRoom);
  feed(
    inRoom,
    message('a', 'pt_lin'),
    { t: 'left', participant: 'pt_lin' },
    { t: 'hands', hands: ['pt_lin'] },
  );
  expect(inRoom).toEqual(frozen);
});
