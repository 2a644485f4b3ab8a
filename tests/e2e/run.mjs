// SPDX-License-Identifier: Apache-2.0
/**
 * Runs the scenarios: node tests/e2e/run.mjs [--only WORD] [--server PROGRAM] [--results FILE] [--long]
 * [--seed N] [--findings FILE]. One line a scenario;
 * a scenario exports {title, seconds, run (world)} and may export `suite: 'bench'` to be left to ./dev bench, or `beside: true` if it
 * measures no rate, and no time more narrowly than a busy machine allows: --part alone leaves those out, --part beside is those. Runners that are given one folder by
 * --claims share the scenarios: each takes the next that none has taken.
 */
import { appendFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { needPackages } from './lib/needs.mjs';
import { enterNamespaces } from './lib/net.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');

function options() {
  const words = process.argv.slice(2);
  const value = (name, other) => (words.includes(name) ? words[words.indexOf(name) + 1] : other);
  return { only: value('--only', ''), server: path.resolve(value('--server', path.join(root, 'build/src/parlord'))), results: value('--results'),
    evidence: path.resolve(value('--evidence', path.join(root, 'build/results/e2e'))), label: value('--label', ''), long: words.includes('--long'), part: value('--part', ''), claims: value('--claims', ''),
    seed: Number(value('--seed', 1)), findings: value('--findings'), once: words.includes('--once'), keep: words.includes('--keep'),
    impaired: value('--impaired', 'chromium') };
}

function report(opts, outcome, name, why) {
  const label = opts.label ? `${name} (${opts.label})` : name;
  console.log(`    ${outcome === 'pass' ? 'ok  ' : outcome} ${label}${why ? `: ${why}` : ''}`);
  if (opts.results) appendFileSync(opts.results, `${outcome}\t${label}\t${String(why ?? '').replace(/\s+/g, ' ')}\n`);
}

/* One try in a world of its own; gives null, or the error. */
async function attempt(scenario, name, opts) {
  const { World } = await import('./lib/world.mjs');
  const { progress } = await import('./lib/browsers.mjs');
  const world = await World.make({ root, mediaFolder: path.join(root, 'build/e2e-media'), serverProgram: opts.server, slack: opts.long ? 1 : 3, long: opts.long, seed: opts.seed, impaired: opts.impaired });
  let timer;
  const late = new Promise((_, refuse) => {
    timer = setTimeout(() => refuse(new Error(`not done after ${scenario.seconds} s, last: ${progress.last}`)), scenario.seconds * 1000);
  });
  try {
    await Promise.race([scenario.run(world).then(() => world.endServer()), late]);
    if (opts.keep) await world.keepEvidence(path.join(opts.evidence, name), new Error('none'));
    return { error: null, measured: world.measured, findings: world.findings, rows: world.rows };
  } catch (error) {
    if (world.spawnError) error.message = `${world.spawnError}: ${error.message}`;
    if (world.serverDied) error.message = `${world.serverDied}: ${error.message}`;
    await world.keepEvidence(path.join(opts.evidence, name), error);
    return { error, measured: world.measured, findings: world.findings, rows: world.rows };
  } finally {
    clearTimeout(timer);
    await world.close();
  }
}

async function runOne({ name, scenario }, opts) {
  const began = Date.now();
  let { error, measured, findings, rows } = await attempt(scenario, name, opts);
  // Two browsers and four encoders share two cores with whatever else runs there: a scenario that failed is played once more, in a
  // world of its own, and said so. What is broken fails twice; the evidence of the first time stays.
  if (error && !opts.once) {
    console.log(`    again ${name}: ${error.message}`);
    ({ error, measured, findings, rows } = await attempt(scenario, name, opts));
  }
  const numbers = Object.entries(measured).map(([key, value]) => `${key} ${value}`).join(', ');
  console.log(`    ${((Date.now() - began) / 1000).toFixed(1).padStart(5)} s  ${scenario.title}${numbers ? ` [${numbers}]` : ''}`);
  report(opts, error ? 'fail' : 'pass', name, error ? error.message : '');
  if (opts.findings) appendFileSync(opts.findings, `${JSON.stringify({ scenario: name, seed: opts.seed, impaired: opts.impaired, load: os.loadavg()[0], findings, rows })}\n`);
  return !error;
}

function partOf(scenarios, part) {
  if (!part) return scenarios;
  return scenarios.filter((one) => Boolean(one.scenario.beside) === (part === 'beside'));
}

/* Whoever makes the folder plays the scenario. */
function isMine(name, claims) {
  if (!claims) return true;
  try {
    mkdirSync(path.join(claims, name));
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

async function main() {
  const opts = options();
  mkdirSync(opts.evidence, { recursive: true });
  const files = readdirSync(path.join(here, 'scenarios')).filter((file) => file.endsWith('.mjs') && file.includes(opts.only)).sort();
  const chosen = [];
  for (const file of files) {
    const name = path.basename(file, '.mjs');
    const scenario = await import(path.join(here, 'scenarios', file));
    rmSync(path.join(opts.evidence, name), { recursive: true, force: true });
    if (opts.only || (scenario.suite ?? 'test') === (opts.long ? 'bench' : 'test')) chosen.push({ name, scenario });
  }
  let good = files.length > 0;
  for (const one of partOf(chosen, opts.part)) if (isMine(one.name, opts.claims)) good = (await runOne(one, opts)) && good;
  if (!files.length) report(opts, 'fail', `scenarios named ${opts.only}`, 'there are none');
  // Not 1: that is what node says when it breaks off.
  process.exit(good ? 0 : 3);
}

if (process.argv.includes('--help')) {
  console.log('node tests/e2e/run.mjs [--only WORD] [--server PROGRAM] [--label WORD] [--results FILE] [--evidence FOLDER] [--long] [--seed N] [--findings FILE] [--once] [--keep] [--impaired BROWSER] [--part alone|beside] [--claims FOLDER]');
  process.exit(0);
}
needPackages(root, 'tests/e2e');
if (!process.env.PARLOR_E2E_INSIDE) enterNamespaces();
process.on('unhandledRejection', (reason) => console.error('    unhandled:', reason));
await main();
