// SPDX-License-Identifier: Apache-2.0
/**
 * Sizes that one node is to hold for service reps, all by one command: node tests/bench/sizes.mjs [--bindings N] [--evening] [--out FILE] [--short].
 * The domain alone by build/tests/bench/bench-service, the whole server by the long cases of tests/integrator. Writes "Service on one node"
 * of docs/performance.md, of which it takes four minutes (with --evening, another one or two). --short: few bindings and customers, and
 * nothing is written: whether all of it still runs. Wants `ninja -C build src/parlord tests/bench/bench-service`.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const words = process.argv.slice(2);
const value = (name, other) => (words.includes(name) ? words[words.indexOf(name) + 1] : other);
const HEADING = 'Service on one node';
const short = words.includes('--short');
const env = short ? { PARLOR_CUSTOMERS: '200', ...process.env } : process.env;
const build = path.join(root, 'build');

/** What a program prints; it must succeed. */
function run(program, args) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 26, env });
  if (error) throw new Error(`${program} cannot be run (is it built?): ${error.message}`);
  process.stderr.write(stdout);
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}

/** The line that begins so, without its beginning. */
function line(text, begin) {
  const found = text.split('\n').find((one) => one.startsWith(begin));
  if (found === undefined) throw new Error(`nothing was said of: ${begin}`);
  return found.slice(begin.length).trim();
}

const times = (text) => /p50\s+([\d.]+) us\s+p99\s+([\d.]+) us/.exec(text).slice(1).map((one) => `${one} µs`);

/** Rows of the domain alone. */
function domain() {
  const n = value('--bindings', short ? '30000' : '3000000');
  const text = run(path.join(build, 'tests/bench/bench-service'), [n]);
  const [tap, skill, rule, whose] = ['tap among 15,000 reps, to bound', 'the same, one of them has the skill', 'a message against 300 words', 'whose person is it, at random'].map((one) => times(line(text, one)));
  const row = (what, [p50, p99], aim) => `| ${what} | ${p50} | ${p99} | ${aim} |`;
  return [
    row(`a tap among 15,000 reps, to bound; fair: ${line(text, '  fairness')}`, tap, '5 ms; 500 a second; fair within 1'),
    row('the same, one of them has the skill', skill, '5 ms'),
    row(`whose person is it, among ${Number(n).toLocaleString('en')} bindings; loaded in ${line(text, 'loading that many bindings')}, ${line(text, '  found')} found`, whose, '5 ms, none lost'),
    row(`a message against 300 words; ${line(text, '  messages')}`, rule, '1,000 a second, no miss'),
    `| a departure: ${line(text, 'a departure')} | | | 5 s |`,
  ];
}

/** What the long case of this name said. */
function said(name) {
  const text = run(process.execPath, [path.join(root, 'tests/integrator/run.mjs'), '--long', '--once', '--only', name, '--server', path.join(build, 'src/parlord')]);
  return text.split('\n').filter((one) => one.startsWith('         ')).map((one) => one.trim()).join('; ');
}

function server() {
  const rows = [
    ['400 rooms at 20 a second, each on the disk when it is answered', 'sizes: 20', 'p95 50 ms'],
    ['a rep with 5,000 customers, an open chat and an open call departs', 'sizes: a rep', 'his lines 1 s, all 5 s'],
    ['10,000 events that waited for a receiver; most of it is the minute between two looks whether it is back', 'webhooks: a backlog', '5 min'],
    ['500 taps in 10 s on five reps of capacity 6, everybody then writing', 'taps: 500', 'all bound, none above 6; card p95 300, bound 1,000 ms'],
    ...(words.includes('--evening') ? [['an evening of 1,000 viewers, killed in the middle', 'evening: of 1,000', 'each stage exact']] : []),
  ];
  return rows.map(([what, name, aim]) => `| ${what} (\`${name}\`) | ${said(name)} | ${aim} |`);
}

function main() {
  const before = os.loadavg()[0];
  const text = `
\`node tests/bench/sizes.mjs\`; load ${before.toFixed(1)} before it, ${os.cpus().length} cores, the clients on the same ones. The domain alone, no store:

| what | p50 | p99 | aim |
|---|---|---|---|
${domain().join('\n')}

The whole server over HTTP and WebSocket (\`node tests/integrator/run.mjs --long --only WORD\`):

| what (WORD) | measured | aim |
|---|---|---|
${server().join('\n')}
`;
  console.log(text);
  if (short) return;
  const out = value('--out', path.join(root, 'docs/performance.md'));
  const page = readFileSync(out, 'utf8');
  const from = page.indexOf(`\n## ${HEADING}\n`);
  const to = page.indexOf('\n## ', from + 1);
  if (from < 0) throw new Error(`${out} has no "${HEADING}"`);
  writeFileSync(out, `${page.slice(0, from)}\n## ${HEADING}\n${text}${to < 0 ? '' : page.slice(to)}`);
}

main();
