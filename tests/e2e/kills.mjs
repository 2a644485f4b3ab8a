// SPDX-License-Identifier: Apache-2.0
/**
 * Writes "Files that kills left, in browsers" of docs/performance.md: node tests/e2e/kills.mjs [--parts N] [--first N] [--from FILE] [--out FILE] [--server PROGRAM].
 * Plays scenario 79-played-long so often, 25 kills each (four parts: a hundred). --from takes findings of an earlier run, and without --parts plays none; --first
 * adds to what was played before. Ends with 3 when a file did not play, or a kill or a seek cost more than is promised.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { percentile } from './lib/checks.mjs';
import { writeSection } from './lib/report.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');
const words = process.argv.slice(2);
const value = (name, other) => (words.includes(name) ? words[words.indexOf(name) + 1] : other);
const HEADING = 'Files that kills left, in browsers';
const LOST_MS = { p95: 500, most: 1000 };
const NEXT_MS = 3000;
const SEEK_MS = 300;

const HEAD = `
\`node tests/e2e/kills.mjs\` (scenario 79-played-long): four people of \`parlor-load\` show 1,280 × 720 at 30 a second, 2.5 Mbit/s, with a burned-in counter, and have a tone for a voice; SIGKILL at random
instants, three in five of the recorder, two of parlord. Then each file that is left is opened in Chromium, then in Firefox, as parlord's route for the portal gives it: its duration; four places sought back and forth, and
one 400 ms before its end, the counter at each (± one picture of what a reader of bytes finds there); played from there to the end, whose counter is the file's last. Of sound the duration, four places, all of
it decoded: that person's tone, 20 dB above the others'. Seeks and the first picture (or sound) in ms, p50 / p95 / most; a seek is from setting the time until \`seeked\`.

| files that were ended by | pictures, sound | played by Chromium | by Firefox | Chromium: first | seek | Firefox: first | seek |
|---|---|---|---|---|---|---|---|
`;

const shown = (list) => (list.length ? [0.5, 0.95, 1].map((share) => Math.round(percentile(list, share))).join(' / ') : '–');

function line(name, rows) {
  const of = (kind) => rows.filter((row) => row.browser === kind);
  const count = (source) => of('chromium').filter((row) => (row.source === 'camera') === (source === 'camera')).length;
  const played = (kind) => of(kind).filter((row) => !row.wrong.length).length;
  const times = (kind) => `${shown(of(kind).map((row) => row.first_ms).filter(Number.isFinite))} | ${shown(of(kind).flatMap((row) => row.seeks))}`;
  return `| ${name} | ${count('camera')}, ${count('sound')} | ${played('chromium')} | ${played('firefox')} | ${times('chromium')} | ${times('firefox')} |`;
}

/** In words, whether all is as promised. */
function verdict(rows, kills) {
  const bad = rows.filter((row) => row.wrong.length);
  const lost = kills.flatMap((kill) => kill.lost_ms);
  const next = Math.max(0, ...kills.map((kill) => kill.next_ms ?? 0));
  const seeks = rows.flatMap((row) => row.seeks);
  const kept = !bad.length && lost.length > 0 && percentile(lost, 0.95) <= LOST_MS.p95 && percentile(lost, 1) <= LOST_MS.most && next <= NEXT_MS && percentile(seeks, 0.95) <= SEEK_MS;
  process.exitCode = kept ? 0 : 3;
  const which = bad.map((row) => `${row.browser}: ${row.wrong.join(', ')}`).join('; ');
  return `${kills.length} kills: lost of sound per kill and track ${shown(lost)} ms (promised: p95 ${LOST_MS.p95}, most ${LOST_MS.most}), the next file ${Math.round(next)} ms after a kill of the recorder at most (${NEXT_MS}); ` +
    `${bad.length ? `**${bad.length} of ${rows.length} did not play** (${which})` : `each of ${rows.length / 2} files played in both`}; seeks aim at ${SEEK_MS} ms${percentile(seeks, 0.95) <= SEEK_MS ? '' : ', **which 95 of 100 do not keep**'}, ` +
    `${seeks.filter((ms) => ms > SEEK_MS).length} of ${seeks.length} took longer.`;
}

/** The section's text from the findings of all parts. */
export function section(lines) {
  const all = lines.flatMap((one) => one.rows);
  const rows = all.filter((row) => row.browser);
  const kills = all.flatMap((row) => row.kills ?? []);
  const loads = lines.map((one) => one.load);
  const groups = [['a kill of the recorder', 'recorder'], ['a kill of parlord', 'parlord'], ['people who left', 'nobody']];
  return `${HEAD}${[...groups.map(([name, who]) => line(name, rows.filter((row) => row.ended_by === who))), line('**all**', rows)].join('\n')}

${verdict(rows, kills)} ${lines.length} parts, ${os.cpus().length} cores, load ${Math.min(...loads).toFixed(0)} to ${Math.max(...loads).toFixed(0)} at their ends.
`;
}

function play(file) {
  const first = Number(value('--first', 1));
  for (let seed = first; seed < first + Number(value('--parts', words.includes('--from') ? 0 : 4)); seed++)
    spawnSync(process.execPath, [path.join(here, 'run.mjs'), '--only', '79-played-long', '--long', '--once', '--seed', String(seed), '--findings', file, ...(words.includes('--server') ? ['--server', value('--server')] : [])], { stdio: 'inherit' });
}

function main() {
  const file = value('--from', path.join(root, 'build/results/kills.jsonl'));
  mkdirSync(path.dirname(file), { recursive: true });
  if (!words.includes('--from') && !words.includes('--first')) rmSync(file, { force: true });
  play(file);
  if (!existsSync(file)) throw new Error('nothing was measured');
  writeSection(value('--out', path.join(root, 'docs/performance.md')), HEADING, section(readFileSync(file, 'utf8').trim().split('\n').map((one) => JSON.parse(one))));
}

main();
