// SPDX-License-Identifier: Apache-2.0
/**
 * What an integrator would do, against the real daemon: node tests/integrator/run.mjs [--only WORD] [--server PROGRAM]
 * [--results FILE] [--long] [--once]. A file in cases/ exports `cases`: {name, run (tools), long?} run one after another; `long`
 * ones only with --long (./dev soak).
 */
import { appendFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { Daemon, Receiver, root } from './lib/bench.mjs';

const words = process.argv.slice(2);
const value = (name, other) => (words.includes(name) ? words[words.indexOf(name) + 1] : other);
const only = value('--only', '');
const results = value('--results');
const program = path.resolve(value('--server', path.join(root, 'build/src/parlord')));
const here = path.join(root, 'tests/integrator/cases');
let failed = 0;
let ran = 0;

/** Plays a case; '' or why it failed. */
async function attempt(run) {
  const open = [];
  const tools = {
    async daemon(...flags) { const daemon = new Daemon(program, flags); open.push(() => daemon.close()); await daemon.start(); return daemon; },
    async strict(...flags) { const daemon = new Daemon(program, flags); open.push(() => daemon.close()); daemon.strict(); await daemon.start(); return daemon; },
    /** Without the demo and without a key: what is there is what `parlorctl setup` makes. */
    async bare(...flags) { const daemon = new Daemon(program, flags); open.push(() => daemon.close()); daemon.demo = false; await daemon.start(); return daemon; },
    /** With clocks that the case sets. */
    async stepped(...flags) { const daemon = new Daemon(program, flags); open.push(() => daemon.close()); daemon.stepClock(); await daemon.start(); return daemon; },
    async receiver(answer) { const receiver = new Receiver(answer); open.push(() => receiver.stop()); await receiver.start(); return receiver; },
    say: (text) => console.log(`         ${text}`),
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

/* As in tests/e2e: what failed is played once more with a daemon of its own, and said so; what is broken fails twice. */
async function play(name, run) {
  let why = await attempt(run);
  if (why && !words.includes('--once')) {
    console.log(`    again ${name}: ${why.split('\n')[0]}`);
    why = await attempt(run);
  }
  ran++;
  if (why) failed++;
  console.log(`    ${why ? 'fail' : 'ok  '} ${name}${why ? `: ${why}` : ''}`);
  if (results) appendFileSync(results, `${why ? 'fail' : 'pass'}\t${name}\t${why.replace(/\s+/g, ' ')}\n`);
}

for (const file of readdirSync(here).filter((name) => name.endsWith('.mjs')).sort()) {
  const { cases } = await import(path.join(here, file));
  for (const { name, run, long } of cases) {
    if (long && !words.includes('--long')) continue;
    const full = `${file.replace('.mjs', '')}: ${name}`;
    if (full.includes(only)) await play(full, run);
  }
}
process.exit(failed || !ran ? 3 : 0);
