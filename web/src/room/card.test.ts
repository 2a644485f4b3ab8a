import { expect, test } from 'vitest';
import { parseDesk, type DeskMessage } from '../protocol/service.js';
import { ShownCard } from './card.js';

const says = (json: object): DeskMessage => parseDesk(JSON.stringify(json)) as DeskMessage;
const card = (tap: string, id: string): DeskMessage =>
  says({ t: 'card', tap, rep: { id, name: 'Lin', presence: 'available' }, known: false });
const gone = says({ t: 'error', code: 'gone', message: 'Tap again.' });

function shown(tap = 'tap_00000001', product = ''): ShownCard {
  const one = new ShownCard();
  one.asked(tap, product);
  expect(one.heard(card(tap, 'rep_1'), 0)).toBeNull();
  return one;
}

test('a card stands for a while, and for what it was asked for', () => {
  const one = shown('tap_00000001', 'lamp-01');
  expect(one.stands('lamp-01', 99_000)).toBe(true);
  expect(one.stands('', 99_000)).toBe(false);
  expect(one.stands('lamp-01', 101_000)).toBe(false);
});

test('no card stands before there is one, nor after "not now"', () => {
  const one = new ShownCard();
  expect(one.stands('', 0)).toBe(false);
  one.asked('tap_00000001', '');
  expect(one.stands('', 0)).toBe(false);
  const other = shown();
  other.answered(false);
  expect(other.stands('', 1)).toBe(false);
});

test('a yes that came too late is said again to the same person', () => {
  const one = shown();
  one.answered(true);
  expect(one.heard(gone, 1)).toBe('tap');
  one.asked('tap_00000002', '');
  expect(one.heard(card('tap_00000002', 'rep_1'), 2)).toBe('bind');
});

test('another face is never bound without being asked for', () => {
  const one = shown();
  one.answered(true);
  expect(one.heard(gone, 1)).toBe('tap');
  one.asked('tap_00000002', '');
  expect(one.heard(card('tap_00000002', 'rep_2'), 2)).toBeNull();
  expect(one.heard(gone, 3)).toBeNull();
});

test('what is refused for other reasons, or is bound, is not tapped again', () => {
  const one = shown();
  one.answered(true);
  expect(one.heard(says({ t: 'error', code: 'too_many', message: 'Wait.' }), 1)).toBeNull();
  expect(one.heard(gone, 2)).toBeNull();
});
