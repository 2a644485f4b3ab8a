// SPDX-License-Identifier: Apache-2.0
/** Whether what a folder's package.json names is installed there. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Ends with one line that says what to do if not. */
export function needPackages(root, folder) {
  const { dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8'));
  const missing = Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !existsSync(path.join(root, folder, 'node_modules', name)));
  if (!missing.length) return;
  console.error(`${folder} lacks ${missing.join(', ')}: npm --prefix ${folder} ci`);
  process.exit(2);
}
