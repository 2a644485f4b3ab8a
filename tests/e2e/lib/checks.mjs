// SPDX-License-Identifier: Apache-2.0
/** What scenarios assert about pictures and sound that were received. */
import assert from 'node:assert/strict';
import { toneOf } from '../media/mark.mjs';
import { LOOP_FRAMES } from '../media/generate.mjs';

/** Steps from frame to frame; the file of a camera begins again after LOOP_FRAMES. */
export function steps(marks) {
  const list = [];
  for (let n = 1; n < marks.length; n++) {
    let step = marks[n].counter - marks[n - 1].counter;
    if (step < -LOOP_FRAMES / 2) step += LOOP_FRAMES;
    list.push(step);
  }
  return list;
}

/** A watched video shows that person, goes forward only, and moves: at least `least` frames. */
export function assertPicture(seen, person, least, where) {
  const marks = seen.marks;
  assert.ok(marks.length >= least, `${where}: only ${marks.length} readable frames of at least ${least} (${seen.unreadable} unreadable, ${seen.width}×${seen.height})`);
  for (const mark of marks) assert.equal(mark.person, person, `${where}: shows person ${mark.person}, not ${person}`);
  for (const step of steps(marks)) assert.ok(step > 0, `${where}: the counter went back by ${-step}`);
  const passed = steps(marks).reduce((sum, step) => sum + step, 0);
  return { frames: marks.length, missed: passed - (marks.length - 1), width: seen.width, height: seen.height };
}

/** Tones of `present` are heard at least 20 dB above those of `absent`. */
export function assertTones({ levels, tracks }, present, absent, where) {
  const level = (person) => levels[toneOf(person)];
  const floor = Math.max(-100, ...absent.map(level));
  for (const person of present)
    assert.ok(level(person) > floor + 20 && level(person) > -75, `${where}: person ${person} at ${toneOf(person)} Hz has ${level(person).toFixed(0)} dB, others ${floor.toFixed(0)} dB (${tracks} tracks)`);
}

/** The value below which `share` of the list lies. */
export function percentile(list, share) {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}
