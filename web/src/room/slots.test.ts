import { describe, expect, it } from 'vitest';
import { applySlots, rtpReached, slotOf } from './slots.js';

describe('slots', () => {
  const one = applySlots(
    {},
    [{ mid: '7', participant: 'a', source: 'camera', rtp: undefined }],
    100,
  );

  it('keep what a message does not name', () => {
    const two = applySlots(one, [{ mid: '8', participant: 'b', source: 'camera', rtp: 5 }], 200);
    expect(slotOf(two, 'a', 'camera')).toBe('7');
    expect(slotOf(two, 'b', 'camera')).toBe('8');
    expect(slotOf(two, 'b', 'screen')).toBeUndefined();
  });

  it('learn the timestamp of the same source later without being new', () => {
    const later = applySlots(one, [{ mid: '7', participant: 'a', source: 'camera', rtp: 42 }], 300);
    expect(later['7']).toEqual({ participant: 'a', source: 'camera', rtp: 42, since: 100 });
    const again = applySlots(
      later,
      [{ mid: '7', participant: 'a', source: 'camera', rtp: undefined }],
      400,
    );
    expect(again['7']?.rtp).toBe(42);
  });

  it('forget the timestamp of the source before', () => {
    const first = applySlots({}, [{ mid: '7', participant: 'a', source: 'camera', rtp: 42 }], 100);
    const next = applySlots(
      first,
      [{ mid: '7', participant: 'b', source: 'camera', rtp: undefined }],
      300,
    );
    expect(next['7']).toEqual({ participant: 'b', source: 'camera', rtp: undefined, since: 300 });
  });

  it('are emptied by null, and not changed in place', () => {
    expect(
      applySlots(one, [{ mid: '7', participant: null, source: undefined, rtp: undefined }], 1),
    ).toEqual({});
    expect(Object.keys(one)).toEqual(['7']);
  });
});

describe('the frame of a change', () => {
  it('is the first whose timestamp has come to it, across the wrap', () => {
    expect(rtpReached(1000, 1000)).toBe(true);
    expect(rtpReached(999, 1000)).toBe(false);
    expect(rtpReached(4000, 1000)).toBe(true);
    expect(rtpReached(5, 0xffff_fff0)).toBe(true);
    expect(rtpReached(0xffff_fff0, 5)).toBe(false);
  });
});
