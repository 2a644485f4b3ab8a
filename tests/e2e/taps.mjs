// SPDX-License-Identifier: Apache-2.0
/**
 * Writes "Taps and calls beside the stream" of docs/performance.md: node tests/e2e/taps.mjs [--cold] [--parts N] [--first N] [--from FILE] [--out FILE].
 * Plays the parts of scenario 63, one after the other, in their long form. --from takes findings of an earlier run, and without --parts plays none;
 * --first adds to what was played before. --cold plays 63-first-taps-long instead, a part in Firefox and one in Chromium, and writes "First taps".
 * Ends with 3 when an act disturbed, or too many windows had to be played again.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { mayRepeat } from './lib/disturb.mjs';
import { writeSection } from './lib/report.mjs';
import { isRepeated } from './lib/taps.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');
const words = process.argv.slice(2);
const value = (name, other) => (words.includes(name) ? words[words.indexOf(name) + 1] : other);
const HEADING = 'Taps and calls beside the stream, in browsers';

const HEAD = `
\`node tests/e2e/taps.mjs\` (scenario 63): Chromium and Firefox watch a live room that an encoder fills by WHIP, one taps and calls, the other is the control viewer, then the other way round. Each
tap is a stranger's (a page opened anew); he taps once more later; every other one calls and hangs up. From the pointer's event to the frame in which it stands, p50 / p95 / most in ms; "back" is hanging up
until the stream is as large and loud as before. A window is three seconds or more around each; \`noDisturb\` as in \`tests/e2e/lib/disturb.mjs\`. In windows of "nothing" nobody did anything: a freeze there
that the other viewer had not is the machine's. Aims: card p95 300, bound 1,000, back 500 ms; 0 of 200 taps and 0 of 50 calls disturb: what froze for him alone disturbed him, at the first play, and fails
the run ([0161](decisions/0161-what-freezes-for-him-alone-fails.md)). A window in which the control froze too is played again; more than one in ten fails the run.

| CRM | tap → card | consent → bound | tap → his person | hang up → back | taps | calls |
|---|---|---|---|---|---|---|
`;

const shown = (list) => {
  const sorted = list.filter(Number.isFinite).sort((a, b) => a - b);
  const at = (p) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))]);
  return sorted.length ? `${at(0.5)} / ${at(0.95)} / ${at(1)}` : '–';
};

/* Windows that tell something: those in which the control froze too were played again. */
const told = (rows) => rows.filter((row) => !isRepeated(row));
const of = (rows, ...kinds) => told(rows).filter((row) => kinds.includes(row.kind));

function line(name, rows) {
  const times = (key) => shown(rows.map((row) => row[key]));
  return `| ${name} | ${times('card')} | ${times('bound')} | ${times('sheet')} | ${times('back')} | ${of(rows, 'tap', 'known').length} | ${of(rows, 'call').length} |`;
}

const count = (rows, what) => rows.filter((row) => row[what].length).length;

const longest = (rows) => Math.max(0, ...rows.flatMap((row) => row.own).map((text) => Number(/a freeze of (\d+)/.exec(text)?.[1] ?? 0)));

/** One line of what was (not) disturbed. */
function disturbed(name, rows) {
  const bad = [...new Set(rows.flatMap((row) => row.bad))];
  return `| ${name} | ${rows.length} | ${count(rows, 'bad')}${bad.length ? ` (${bad.join(', ')})` : ''} | ${count(rows, 'own')}, at most ${longest(rows)} ms |`;
}

/** In words, whether the run keeps LIVE's rule. */
function verdict(played) {
  const wrong = played.filter((row) => row.kind !== 'nothing' && (row.bad.length || row.own.length)).length;
  const again = played.filter(isRepeated).length;
  const kept = again <= mayRepeat(played.length);
  process.exitCode = wrong || !kept ? 3 : 0;
  return `${wrong} acts of ${of(played, 'tap', 'known', 'call').length} disturbed${wrong ? ': **the run failed**' : ''}. ${again} of ${played.length} windows were played again, since the control froze too (${kept ? 'at most' : '**more than**'} one in ten).`;
}

/** The section's text from the findings of all parts. */
export function section(lines) {
  const rows = lines.flatMap((one) => one.rows);
  const groups = (key) => [...new Set(rows.map((row) => row[key]))].map((name) => [name, rows.filter((row) => row[key] === name)]);
  const mutants = rows.filter((row) => row.kind === 'mutant');
  const played = rows.filter((row) => row.kind !== 'mutant');
  const loads = lines.map((one) => one.load);
  const kinds = [['a tap', ['tap']], ['a tap on his own person', ['known']], ['a call', ['call']], ['nothing', ['nothing']]];
  return `${HEAD}${[...groups('crm').map(([name, some]) => line(name, some)), ...groups('browser').map(([name, some]) => line(`all, ${name}`, some)), line('**all**', rows)].join('\n')}

| windows with | judged | paused, negotiated, went elsewhere | froze alone |
|---|---|---|---|
${kinds.map(([name, some]) => disturbed(name, of(rows, ...some))).join('\n')}
| the mutant that negotiates on a tap | ${mutants.length} | ${count(mutants, 'bad')} | |

${verdict(played)} ${lines.length} parts, ${os.cpus().length} cores, load ${Math.min(...loads).toFixed(0)} to ${Math.max(...loads).toFixed(0)} at their ends.
`;
}

const COLD = 'First taps, in browsers that have just begun';
const COLD_HEAD = `
\`node tests/e2e/taps.mjs --cold\` (63-first-taps-long): each tap is the first in a program of Chromium or Firefox that was begun for it, one or seven seconds after the picture and the button stood; judged as above.
A turn is the page's own thread, from the tap until 200 ms after he was bound, where others waited for it for more than 30 ms. Times as p50 / p95 / most in ms.

| browser | first taps | disturbed | tap → card | consent → bound | longest turn | windows in which the first click went elsewhere: froze alone |
|---|---|---|---|---|---|---|
`;

/* The longest turn of the page's thread from his tap until he was bound. */
const longestTurn = ({ turns, moments }) => Math.max(0, ...turns.filter(([at]) => at > moments.tap - 40 && at < moments.bound + 200).map(([, ms]) => ms));

function coldLine(browser, rows) {
  const taps = of(rows, 'first');
  const times = (key) => shown(taps.map((row) => row[key]));
  const wrong = taps.filter((row) => row.bad.length || row.own.length).length;
  process.exitCode ||= wrong ? 3 : 0;
  const elsewhere = of(rows, 'elsewhere');
  return `| ${browser} | ${taps.length} | ${wrong} | ${times('card')} | ${times('bound')} | ${shown(taps.map(longestTurn))} | ${count(elsewhere, 'own')} of ${elsewhere.length} |`;
}

/** The same of what --cold played. */
function coldSection(lines) {
  const rows = lines.flatMap((one) => one.rows);
  const loads = lines.map((one) => one.load.toFixed(0));
  return `${COLD_HEAD}${['firefox', 'chromium'].map((name) => coldLine(name, rows.filter((row) => row.browser === name))).join('\n')}

${rows.filter(isRepeated).length} of ${rows.length} windows tell nothing, since the control froze too. ${os.cpus().length} cores, load ${loads.join(' and ')} at the parts' ends.
`;
}

function play(file, scenario, parts) {
  const first = Number(value('--first', 1));
  for (let seed = first; seed < first + Number(value('--parts', words.includes('--from') ? 0 : parts)); seed++)
    spawnSync(process.execPath, [path.join(here, 'run.mjs'), '--only', scenario, '--long', '--once', '--seed', String(seed), '--findings', file, ...(words.includes('--server') ? ['--server', value('--server')] : [])], { stdio: 'inherit' });
}

function main() {
  const cold = words.includes('--cold');
  const file = value('--from', path.join(root, `build/results/${cold ? 'first-taps' : 'taps'}.jsonl`));
  mkdirSync(path.dirname(file), { recursive: true });
  if (!words.includes('--from') && !words.includes('--first')) rmSync(file, { force: true });
  if (cold) play(file, '63-first-taps-long', 2);
  else play(file, '63-taps-long', 6);
  if (!existsSync(file)) throw new Error('nothing was measured');
  const lines = readFileSync(file, 'utf8').trim().split('\n').map((one) => JSON.parse(one));
  writeSection(value('--out', path.join(root, 'docs/performance.md')), cold ? COLD : HEADING, cold ? coldSection(lines) : section(lines));
}

main();
