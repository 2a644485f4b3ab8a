import { expect, test } from 'vitest';
import { parseDesk, type DeskMessage } from '../protocol/service.js';
import {
  initialDesk,
  isOther,
  ownThread,
  reduceDesk,
  unread,
  type DeskState,
} from './desk-state.js';

const rep = { id: 'rep_1', name: 'Lin', presence: 'available' };
const thread = { id: 'cnv_1', state: 'new', binding: 'bnd_1', rep, assignee: rep, seq: 1 };

function message(seq: number, by: string, clientId = `c${seq}`): object {
  return { id: `msg_${seq}`, client_id: clientId, seq, by, kind: 'text', text: 'x', at: seq };
}

function told(state: DeskState, json: object): DeskState {
  return reduceDesk(state, parseDesk(JSON.stringify(json)) as DeskMessage, 5000);
}

function bound(): DeskState {
  return told(initialDesk(), {
    t: 'bound',
    tap: 'tap_00000001',
    binding: 'bnd_1',
    conversation: 'cnv_1',
    state: 'active',
    rep,
    welcome: message(1, 'rep'),
    thread,
  });
}

test('messages stand in the order of the server, each once', () => {
  let state = bound();
  state = told(state, { t: 'message', conversation: 'cnv_1', message: message(3, 'rep') });
  state = told(state, {
    t: 'history',
    conversation: 'cnv_1',
    messages: [message(1, 'rep'), message(2, 'customer'), message(3, 'rep')],
    more: false,
  });
  expect(state.messages.cnv_1?.map((one) => one.seq)).toEqual([1, 2, 3]);
});

test('what was sent is pending until the server has it, and failed when it refuses', () => {
  const out = { conversation: 'cnv_1', clientId: 'mine', text: 'x', kind: 'text', failed: false };
  let state = reduceDesk(bound(), { t: 'local/say', message: out }, 0);
  expect(state.outgoing).toHaveLength(1);
  expect(told(state, { t: 'error', id: 'mine', code: 'conflict' }).outgoing[0]?.failed).toBe(true);
  state = told(state, {
    t: 'message',
    conversation: 'cnv_1',
    message: message(2, 'customer', 'mine'),
  });
  expect(state.outgoing).toHaveLength(0);
});

test('a person who was removed is not his person any more', () => {
  const state = bound();
  expect(ownThread(state)?.id).toBe('cnv_1');
  const ended = told(state, { t: 'binding', binding: { id: 'bnd_1', state: 'ended', rep } });
  expect(ownThread(ended)).toBeNull();
});

test('only what the other side wrote after the last look is unread', () => {
  let state = bound();
  state = told(state, { t: 'message', conversation: 'cnv_1', message: message(2, 'customer') });
  state = told(state, { t: 'message', conversation: 'cnv_1', message: message(3, 'rep') });
  const known = state.threads.cnv_1;
  expect(known && unread(state, known, 'customer')).toBe(2);
  state = told(state, { t: 'seen', conversation: 'cnv_1', by: 'customer', seq: 3 });
  expect(state.threads.cnv_1 && unread(state, state.threads.cnv_1, 'customer')).toBe(0);
});

test('an offer stays until it is decided', () => {
  const offer = { id: 'off_1', state: 'pending', until: 1, conversation: thread };
  const state = told(initialDesk(), { t: 'offered', offer });
  expect(state.offers).toHaveLength(1);
  expect(told(state, { t: 'offered', offer: { ...offer, state: 'timeout' } }).offers).toHaveLength(
    0,
  );
});

test('a wrong shape is refused, an unknown type is of no interest', () => {
  expect(parseDesk('{"t":"slots","slots":[]}')).toBeNull();
  expect(() => parseDesk('{"t":"card","tap":1}')).toThrow();
});

function answer(...ids: string[]): object {
  const threads = ids.map((id) => ({
    binding: { id: `bnd_of_${id}`, state: 'active', rep },
    thread: { ...thread, id, binding: `bnd_of_${id}` },
  }));
  return { t: 'attached', as: 'visitor', brand: 'br_a', threads };
}

function writing(): DeskState {
  const out = { conversation: 'cnv_1', clientId: 'mine', text: 'x', kind: 'text', failed: false };
  const state = reduceDesk(
    told(initialDesk(), answer('cnv_1', 'cnv_2')),
    { t: 'local/say', message: out },
    0,
  );
  return told(state, {
    t: 'history',
    conversation: 'cnv_1',
    messages: [message(1, 'rep')],
    more: true,
  });
}

test('one who comes back has all that he had, and what he wrote', () => {
  const state = told(writing(), answer('cnv_1', 'cnv_2'));
  expect(state.messages.cnv_1).toHaveLength(1);
  expect(state.more.cnv_1).toBe(true);
  expect(state.outgoing).toHaveLength(1);
});

test('what is his no more goes, with all that was said in it', () => {
  const state = told(writing(), answer('cnv_2'));
  expect(Object.keys(state.threads)).toEqual(['cnv_2']);
  expect(Object.keys(state.bindings)).toEqual(['bnd_of_cnv_2']);
  expect(state.messages).toEqual({});
  expect(state.outgoing).toEqual([]);
});

test('another person is known by the threads, else by what the page said', () => {
  const other = (state: DeskState, said: boolean, ...ids: string[]): boolean =>
    isOther(state, parseDesk(JSON.stringify(answer(...ids))) as never, said);
  expect(other(writing(), true, 'cnv_2')).toBe(false);
  expect(other(writing(), false)).toBe(true);
  expect(other(writing(), false, 'cnv_3')).toBe(true);
  expect(other(initialDesk(), false, 'cnv_1')).toBe(false);
  expect(other(initialDesk(), true)).toBe(true);
});

test('a call that was handed to a colleague is not his any more, one that he is asked into is', () => {
  const zoe = { id: 'rep_2', name: 'Zoe', presence: 'available' };
  const call = {
    id: 'call_1',
    conversation: 'cnv_1',
    state: 'active',
    by_rep: false,
    media: 'audio',
  };
  const attached = { t: 'attached', as: 'rep', brand: 'br_1', rep, threads: [] };
  let state = told(initialDesk(), attached);
  state = told(state, { t: 'call', call: { ...call, rep } });
  expect(state.call?.id).toBe('call_1');
  state = told(state, { t: 'call', call: { ...call, rep: zoe } });
  expect(state.call).toBeNull();
  state = told(state, { t: 'call', call: { ...call, rep: zoe, expert: rep } });
  expect(state.call?.expert?.id).toBe('rep_1');
  state = told(state, { t: 'call', call: { ...call, rep: zoe, expert: null } });
  expect(state.call).toBeNull();
});

test('a call that ended while the line was down is over, one that goes on goes on', () => {
  const call = {
    id: 'call_1',
    conversation: 'cnv_1',
    state: 'active',
    by_rep: false,
    media: 'audio',
  };
  const talking = told(told(initialDesk(), answer('cnv_1')), { t: 'call', call });
  expect(talking.call?.id).toBe('call_1');
  expect(told(talking, answer('cnv_1')).call).toBeNull();
  const binding = { id: 'bnd_of_cnv_1', state: 'active', rep };
  const threads = [{ binding, thread: { ...thread, id: 'cnv_1', binding: binding.id, call } }];
  expect(told(talking, { ...answer('cnv_1'), threads }).call?.id).toBe('call_1');
});

test('who is there changes under a page that stands', () => {
  const groups = [{ id: 'grp_1', present: 2 }];
  const attached = { t: 'attached', as: 'visitor', brand: 'br', groups, threads: [] };
  const state = told(initialDesk(), attached);
  expect(state.present).toBe(2);
  expect(told(state, { t: 'present', n: 0 }).present).toBe(0);
});

test('so it does for the group that answers beside a stream, whatever the others have', () => {
  const groups = [
    { id: 'grp_1', present: 2 },
    { id: 'grp_2', present: 1 },
  ];
  const attached = { t: 'attached', as: 'visitor', brand: 'br', groups, threads: [] };
  const gone = { t: 'present', n: 2, groups: [{ id: 'grp_2', present: 0 }] };
  expect(told(told(initialDesk(), attached), gone).here).toEqual({ grp_1: 2, grp_2: 0 });
});
