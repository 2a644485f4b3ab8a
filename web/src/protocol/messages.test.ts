import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BadMessage } from './check.js';
import { parseServerMessage, SERVER_TYPES, type ServerMessage } from './messages.js';
import { RING_TYPES } from './rings.js';
import { DESK_TYPES } from './service.js';

const doc = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');

function parse(value: unknown): ServerMessage {
  return parseServerMessage(JSON.stringify(value));
}

const person = { id: 'pt_1', name: 'Lin', role: 'guest', state: 'connected', sources: {} };

describe('the messages of the server', () => {
  it('are exactly those that docs/protocol.md lists', () => {
    const listed = [...doc.matchAll(/<- \{"t":"(\w+)"/g)].map((match) => match[1] ?? '');
    const also = [...doc.matchAll(/^Other closings: `\{"t":"(\w+)"/gm)].map((m) => m[1] ?? '');
    const known = new Set([...SERVER_TYPES, ...DESK_TYPES, ...RING_TYPES]);
    expect([...new Set([...listed, ...also])].sort()).toEqual([...known].sort());
  });

  it('keep their fields, and lose unknown ones', () => {
    const message = parse({ t: 'participant', participant: { ...person, shoe: 42 }, extra: 1 });
    expect(message).toMatchObject({ t: 'participant', participant: { id: 'pt_1', name: 'Lin' } });
    expect(JSON.stringify(message)).not.toContain('shoe');
  });

  it('tell an absent source from a published one', () => {
    const message = parse({
      t: 'participant',
      participant: { ...person, sources: { camera: { width: 640, height: 360 } } },
    });
    if (message.t !== 'participant') throw new Error('wrong type');
    expect(message.participant.sources.camera?.width).toBe(640);
    expect(message.participant.sources.screen).toBeUndefined();
  });

  it('name the path of what is wrong', () => {
    expect(() => parse({ t: 'participant', participant: { ...person, id: 7 } })).toThrow(
      '$.participant.id: string expected',
    );
    expect(() => parse({ t: 'slots', slots: [{ mid: '7', participant: 3 }] })).toThrow(
      '$.slots[0].participant',
    );
  });

  it('are refused when they are not JSON, not objects, or of no known type', () => {
    for (const text of [
      '',
      '{',
      'null',
      '[]',
      '"t"',
      '{"t":1}',
      '{"t":"nonsense"}',
      '{"t":"toString"}',
    ]) {
      expect(() => parseServerMessage(text), text).toThrow(BadMessage);
    }
  });

  it('take a word of a later version for the nearest one of this', () => {
    const message = parse({ t: 'closed', reason: 'moon_fell' });
    expect(message).toEqual({ t: 'closed', reason: 'ended' });
  });

  it('carry a slot without its first timestamp, and an empty slot', () => {
    const message = parse({
      t: 'slots',
      slots: [
        { mid: '7', participant: 'pt_1', source: 'camera' },
        { mid: '8', participant: null },
      ],
    });
    if (message.t !== 'slots') throw new Error('wrong type');
    expect(message.slots[0]?.rtp).toBeUndefined();
    expect(message.slots[1]?.participant).toBeNull();
  });
});
