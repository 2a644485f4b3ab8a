// SPDX-License-Identifier: Apache-2.0
/**
 * Writes docs/quality.md: node tests/e2e/quality.mjs [--seeds N] [--short] [--from FILE] [--out FILE]. Plays the quality scenarios once a
 * seed, in their long form, and puts median and worst beside the goal and the control. --from takes findings of an earlier run.
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

function play(file) {
  const seeds = Number(value('--seeds', 3));
  rmSync(file, { force: true });
  for (let seed = 1; seed <= seeds; seed++) {
    const form = words.includes('--short') ? [] : ['--long'];
    spawnSync(process.execPath, [path.join(here, 'run.mjs'), '--only', 'quality', '--once', '--seed', String(seed), '--findings', file, ...form], { stdio: 'inherit' });
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

export const median = (list) => [...list].sort((a, b) => a - b)[Math.floor((list.length - 1) / 2)];

/** One line of the table. */
export function tableLine({ name, unit, most, least, values, controls }) {
  const worst = least === undefined ? Math.max(...values) : Math.min(...values);
  const holds = least === undefined ? worst <= most : worst >= least;
  const goal = least === undefined ? `<= ${most}` : `>= ${least}`;
  return `| ${name} | ${goal} ${unit} | ${short(median(values))} | ${short(worst)} | ${controls.length ? short(median(controls)) : ''} | ${holds ? 'yes' : '**no**'} |`;
}

function machine() {
  const [cpu] = os.cpus();
  return `${os.cpus().length} cores (${cpu?.model.trim()}), load ${os.loadavg()[1].toFixed(1)} before the first run`;
}

const HEAD = `# Quality on bad networks

Written by \`./dev quality\` (\`tests/e2e/quality.mjs\`); do not edit. Three browsers: the line of one is bad, the two others' are good.
Goals are those of a real network at its worst, freezes the W3C's. "Control" is what a person with a good line had of another one at the
same time and on the same machine: where it is bad too, the machine was too busy and the row says little.
`;

function main() {
  const file = value('--from', path.join(root, 'build/results/quality.jsonl'));
  const where = machine();
  mkdirSync(path.dirname(file), { recursive: true });
  if (!words.includes('--from')) play(file);
  if (!existsSync(file)) throw new Error('nothing was measured');
  const lines = readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  const seeds = new Set(lines.map((line) => line.seed)).size;
  const text = `${HEAD}\n${new Date().toISOString().slice(0, 10)}, ${seeds} seeds, ${where}.\n\n| case | goal | median | worst | control | holds |\n|---|---|---|---|---|---|\n${gatherRows(lines).map(tableLine).join('\n')}\n`;
  writeFileSync(value('--out', path.join(root, 'docs/quality.md')), text);
  console.log(text);
}

main();
