// SPDX-License-Identifier: Apache-2.0
/** A section of a document that a command writes; what others wrote there stays. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));

/** What the long form of a scenario finds, played now unless `words` name a file of an earlier run (--from FILE, else build/results/NAME.jsonl). */
export function findingsOf(scenario, name, words) {
  const value = (word, other) => (words.includes(word) ? words[words.indexOf(word) + 1] : other);
  const file = path.resolve(value('--from', path.join(here, '../../../build/results', `${name}.jsonl`)));
  mkdirSync(path.dirname(file), { recursive: true });
  if (!words.includes('--from')) {
    rmSync(file, { force: true });
    spawnSync(process.execPath, [path.join(here, '../run.mjs'), '--only', scenario, '--long', '--once', '--findings', file, ...(words.includes('--server') ? ['--server', value('--server')] : [])], { stdio: 'inherit' });
  }
  const found = JSON.parse(readFileSync(file, 'utf8').trim().split('\n').at(-1));
  if (!found.rows?.length) throw new Error('nothing was measured');
  return found;
}

/** Puts `text` under `## heading` of the file `out`, where that section stands, or at the end. */
export function writeSection(out, heading, text) {
  const page = readFileSync(out, 'utf8');
  const from = page.indexOf(`\n## ${heading}\n`);
  const to = page.indexOf('\n## ', from + 1);
  const before = from < 0 ? page : page.slice(0, from);
  writeFileSync(out, `${before.trimEnd()}\n\n## ${heading}\n${text}${from < 0 || to < 0 ? '' : page.slice(to)}`);
  console.log(text);
}
