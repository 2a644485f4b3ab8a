// SPDX-License-Identifier: Apache-2.0
/** A section of a document that a command writes; what others wrote there stays. */
import { readFileSync, writeFileSync } from 'node:fs';

/** Puts `text` under `## heading` of the file `out`, where that section stands, or at the end. */
export function writeSection(out, heading, text) {
  const page = readFileSync(out, 'utf8');
  const from = page.indexOf(`\n## ${heading}\n`);
  const to = page.indexOf('\n## ', from + 1);
  const before = from < 0 ? page : page.slice(0, from);
  writeFileSync(out, `${before.trimEnd()}\n\n## ${heading}\n${text}${from < 0 || to < 0 ? '' : page.slice(to)}`);
  console.log(text);
}
