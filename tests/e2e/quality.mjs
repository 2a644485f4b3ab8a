// SPDX-License-Identifier: Apache-2.0
/**
 * Writes docs/quality.md: node tests/e2e/quality.mjs [--virtual | --layers] [--seeds N] [--short] [--from FILE] [--out FILE]. Plays the quality
 * scenarios once a seed, in their long form, and puts median and worst beside the goal and the control. --from takes findings of an earlier
 * run. --virtual and --layers write one section anew (whole meetings in virtual time; layers of every codec) and leave the others.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');
const words = process.argv.slice(2);
const value = (name, other) => (words.includes(name) ? words[words.indexOf(name) + 1] : other);

function play(file, layers) {
  const seeds = Number(value('--seeds', layers ? 1 : 3));
  rmSync(file, { force: true });
  for (let seed = 1; seed <= seeds; seed++) {
    const form = words.includes('--short') || layers ? [] : ['--long'];
    spawnSync(process.execPath, [path.join(here, 'run.mjs'), '--only', layers ? '86-layers' : 'quality', '--once', '--seed', String(seed), '--findings', file, ...form], { stdio: 'inherit' });
  }
}

const short = (number) => (number === null || !Number.isFinite(number) ? 'never' : String(Math.round(number * 100) / 100));

/* Infinity has no word in JSON: null is "never". */
const numberOf = (one) => (one === null ? Infinity : one);

/** Rows by name, in the order in which they first came: {name, unit, goal, values, controls}. */
export function gatherRows(lines) {
  const rows = new Map();
  for (const { findings } of lines)
    for (const { name, value: seen, unit, most, least, control } of findings) {
      if (!rows.has(name)) rows.set(name, { name, unit, most, least, values: [], controls: [] });
      rows.get(name).values.push(numberOf(seen));
      if (control !== undefined) rows.get(name).controls.push(numberOf(control));
    }
  return [...rows.values()];
}

/** Of an even number, the mean of the middle two. */
export function median(list) {
  const sorted = [...list].sort((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
}

const meets = ({ most, least }, value) => (least === undefined ? value <= most : value >= least);

/** What a line did beyond what its control had at the same time: shares are of 100. */
const beyond = ({ least }, value, control) => (least === undefined ? value - Math.max(control, 0) : value + Math.max(100 - control, 0));

/** 'yes'; 'beside the control' where only what the machine did to both hides it; '**no**'; '' without a goal. */
export function verdict(row) {
  const { most, least, values, controls } = row;
  if (most === undefined && least === undefined) return '';
  if (values.every((value) => meets(row, value))) return 'yes';
  const paired = controls.length === values.length && values.every((value, n) => meets(row, value) || meets(row, beyond(row, value, controls[n])));
  return paired ? 'beside the control' : '**no**';
}

/** One line of the table. */
export function tableLine(row) {
  const { name, unit, most, least, values, controls } = row;
  const worst = least === undefined ? Math.max(...values) : Math.min(...values);
  const goal = most === undefined && least === undefined ? unit && `(${unit})` : `${least === undefined ? `<= ${most}` : `>= ${least}`} ${unit}`;
  return `| ${name} | ${goal} | ${short(median(values))} | ${short(worst)} | ${controls.length ? short(median(controls)) : ''} | ${verdict(row)} |`;
}

/* Above about twice the cores browsers' own pictures stand, whatever the line is. */
function machine(lines) {
  const [cpu] = os.cpus();
  const loads = lines.map((line) => line.load).filter(Number.isFinite);
  const between = loads.length ? `load ${Math.min(...loads).toFixed(0)} to ${Math.max(...loads).toFixed(0)} while they ran` : 'load not known';
  return `${os.cpus().length} cores (${cpu?.model.trim()}), ${between}`;
}

/* The same rows without a browser: whole meetings in virtual time, where the machine's load is of no matter. */
function virtualTable(which, name = 'test-loss') {
  const program = path.join(root, 'build/tests/plugins', name);
  const { stdout, status } = spawnSync(program, [which, '9'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program}: ${status}`);
  return `${stdout.trim()}\n`;
}

const HEAD = `# Quality on bad networks

Written by \`./dev quality\` (\`tests/e2e/quality.mjs\`; \`--short\` for the short forms, \`--seeds N\`; \`--virtual\` and \`--layers\` for one section); do not edit.
`;
const VIRTUAL = `
## In virtual time
The whole router with real ICE, DTLS and SRTP, a model of libwebrtc's receiver and a line of 4 Mbit/s, RTT 50 ms (\`tests/plugins/test_loss.c\`; medians and worst of
9 seeds). Behind a publisher's bad line sound is as lossy as the line: that publisher does not double it, a browser does. Of gaps and blackholes the time itself counts:
5 %, 33.3 % and 50 %. "Missing" is what was not there in time by a fixed delay, "lost" what never came or came when its turn was over, "made up" what a browser plays
that waits for what is late: it grows with the queue. A fall is one of 3 M to 300 kbit/s, for 15 s of 30, elsewhere between two feedbacks in each seed; what waits in the
line's queue before feedback can tell of it is heard. Who is served without transport-wide feedback, or hears sound alone, stands in rows of that name; 50 people with
25 tiles each in [large-rooms.md](large-rooms.md).

`;
const BOUND = `
What a fall costs senders who know more: pictures are stopped by force, at the line, at the best instant there is (decision 0111).

`;
const MOMENTS = `
How soon there are pictures (\`tests/plugins/test_moments.c\`; the last key frames are 5 s old and more): a whole one for who comes, the first packet of one after a
NAT's new port. A change of address with ICE restart is the same for the router; what the page takes to notice it is among the browsers' rows.

`;
const BROWSERS = `
## Browsers
Three browsers: the line of one is bad, the two others' are good; looked at from 5 s after it has become so. Goals are those of a real
network at its worst, freezes the W3C's. "Control" is what a person with a good line had of another one at the same time and on the same
machine. A row holds "beside the control" if each run that misses its goal meets it once what its own control missed is taken off: the
machine did that to both. Of the frames in a time one is not called missing (each end of a count may be one off). "Lost" is sound that
never came or was thrown away, and what the goal of the fall is held against; "made up" is what was stretched over it and over waiting:
in that row no sender can spare 1.5 to 1.9 % of half a minute (decision 0111).
`;

const LAYERS = `
## Layers
Every codec between browsers (scenario 86): lines of the picture, and after how many ms they were decoded, as the stage of one viewer becomes small and large again, and
as the line of one goes from 3 Mbit/s to 300 kbit/s and back. Where the whole picture fits through 300 kbit/s (a busy encoder makes less), it stays, and the line
narrows further. "Frozen" is the viewer's on that line, "others" the two whose lines are good.

| published | sent | small and large again, in Chromium | in Firefox | takes, kbit/s | line falls to | back | frozen, s | others, s |
|---|---|---|---|---|---|---|---|---|
`;

const step = (one) => (one ? `${one.lines} (${one.took})` : '');
const windowOf = (seen) => (seen ? `${step(seen.small)}, ${step(seen.again)}` : 'cannot decode it');

/** One line of the table of layers. */
export function layersLine({ row, failed, sent, windows, wide, narrow, back, own, frozen }) {
  if (failed) return `| ${row} | did not end: ${failed} | | | | | | | |`;
  const stays = narrow.kbps === undefined ? '' : `stays at 300; `;
  return `| ${row} | ${sent} | ${windowOf(windows.chromium)} | ${windowOf(windows.firefox)} | ${Math.round(wide)} | ${stays}${narrow.rate}: ${step(narrow)} | ${step(back)} | ${short(own)} | ${short(Math.max(...Object.values(frozen)))} |`;
}

const dated = (lines, form) => `\n${new Date().toISOString().slice(0, 10)}, ${form}, ${machine(lines)}.\n`;

function layersSection(lines) {
  return `${LAYERS}${lines.flatMap((line) => line.rows ?? []).map(layersLine).join('\n')}\n${dated(lines, `${lines.length} runs, one after the other`)}`;
}

function browsersSection(lines) {
  const seeds = new Set(lines.map((line) => line.seed)).size;
  const form = words.includes('--short') ? 'short forms' : 'long forms';
  return `${BROWSERS}${dated(lines, `${seeds} seeds, ${form}`)}\n| case | goal | median | worst | control | holds |\n|---|---|---|---|---|---|\n${gatherRows(lines).map(tableLine).join('\n')}\n`;
}

/* What the page has, by its headings; '' = nothing yet. */
function sectionOf(page, heading) {
  const from = page.indexOf(`\n## ${heading}\n`);
  const to = page.indexOf('\n## ', from + 1);
  return from < 0 ? '' : page.slice(from, to < 0 ? undefined : to);
}

function measured(layers) {
  const file = value('--from', path.join(root, `build/results/${layers ? 'layers' : 'quality'}.jsonl`));
  mkdirSync(path.dirname(file), { recursive: true });
  if (!words.includes('--from')) play(file, layers);
  if (!existsSync(file)) throw new Error('nothing was measured');
  return readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
}

function main() {
  const out = value('--out', path.join(root, 'docs/quality.md'));
  const before = existsSync(out) ? readFileSync(out, 'utf8') : '';
  const [virtual, layers] = [words.includes('--virtual'), words.includes('--layers')];
  const sections = [
    layers ? sectionOf(before, 'In virtual time') : VIRTUAL + virtualTable('--table') + BOUND + virtualTable('--bound') + MOMENTS + virtualTable('--table', 'test-moments'),
    virtual || layers ? sectionOf(before, 'Browsers') : browsersSection(measured(false)),
    layers ? layersSection(measured(true)) : sectionOf(before, 'Layers'),
  ];
  const text = HEAD + sections.join('');
  writeFileSync(out, text);
  console.log(text);
}

main();
