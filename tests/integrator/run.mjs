// SPDX-License-Identifier: Apache-2.0
/**
 * What an integrator would do, against the real daemon: node tests/integrator/run.mjs [--only WORD] [--server PROGRAM]
 * [--results FILE] [--long] [--once] [--jobs N]. A file in cases/ exports `cases`: {name, run (tools), alone?, long?}. Each has servers,
 * ports and folders of its own, and mostly waits: --jobs 2 plays two at a time. Who measures how soon something comes is `alone`: it is
 * played after the others, nothing beside it; so is what is played again. `long` ones only with --long (./dev soak), all alone.
 */
import { appendFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { needPackages } from '../e2e/lib/needs.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
needPackages(root, 'tests/integrator');
const { Daemon, Receiver } = await import('./lib/bench.mjs');

const words = process.argv.slice(2);
const value = (name, other) => (words.includes(name) ? words[words.indexOf(name) + 1] : other);
const only = value('--only', '');
const results = value('--results');
const program = path.resolve(value('--server', path.join(root, 'build/src/parlord')));
const here = path.join(root, 'tests/integrator/cases');
const jobs = words.includes('--long') ? 1 : Number(value('--jobs', 1));
let failed = 0;
let ran = 0;

/** Plays a case; '' or why it failed. */
async function attempt(run, say) {
  const open = [];
  const tools = {
    async daemon(...flags) { const daemon = new Daemon(program, flags); open.push(() => daemon.close()); await daemon.start(); return daemon; },
    async strict(...flags) { const daemon = new Daemon(program, flags); open.push(() => daemon.close()); daemon.strict(); await daemon.start(); return daemon; },
    /** Without the demo and without a key: what is there is what `parlorctl setup` makes. */
    async bare(...flags) { const daemon = new Daemon(program, flags); open.push(() => daemon.close()); daemon.demo = false; await daemon.start(); return daemon; },
    /** With clocks that the case sets. */
    async stepped(...flags) { const daemon = new Daemon(program, flags); open.push(() => daemon.close()); daemon.stepClock(); await daemon.start(); return daemon; },
    async receiver(answer) { const receiver = new Receiver(answer); open.push(() => receiver.stop()); await receiver.start(); return receiver; },
    say: (text) => say(`         ${text}`),
    after: (end) => open.push(end),
  };
  let why = '';
  try {
    await run(tools);
  } catch (error) {
    why = error.stack;
  }
  for (const end of open.reverse()) await end().catch(() => {});
  return why;
}

/** What a case says comes in one piece, when it is over. */
function close(name, why, lines) {
  ran++;
  if (why) failed++;
  console.log([...lines, `    ${why ? 'fail' : 'ok  '} ${name}${why ? `: ${why}` : ''}`].join('\n'));
  if (results) appendFileSync(results, `${why ? 'fail' : 'pass'}\t${name}\t${why.replace(/\s+/g, ' ')}\n`);
}

/* As in tests/e2e: what failed is played once more with a daemon of its own, alone, and said so; what is broken fails twice. */
const again = [];
async function play(one) {
  const lines = [];
  const why = await attempt(one.run, (text) => lines.push(text));
  if (!why || words.includes('--once')) return close(one.name, why, lines);
  console.log(`    again ${one.name}: ${why.split('\n')[0]}`);
  again.push(one);
}

async function chosen() {
  const found = [];
  for (const file of readdirSync(here).filter((name) => name.endsWith('.mjs')).sort()) {
    const { cases } = await import(path.join(here, file));
    for (const { name, run, alone, long } of cases) {
      if (long && !words.includes('--long')) continue;
      found.push({ name: `${file.replace('.mjs', '')}: ${name}`, run, alone });
    }
  }
  return found.filter(({ name }) => name.includes(only));
}

/** Takes from the list until it is empty; several of these play several at a time. */
async function playAll(list) {
  while (list.length) await play(list.shift());
}

const list = await chosen();
const [alone, together] = [list.filter((one) => one.alone), list.filter((one) => !one.alone)];
await Promise.all(Array.from({ length: jobs }, () => playAll(together)));
await playAll(alone);
for (const { name, run } of again) {
  const lines = [];
  close(name, await attempt(run, (text) => lines.push(text)), lines);
}
process.exit(failed || !ran ? 3 : 0);
