// SPDX-License-Identifier: Apache-2.0
/**
 * Writes "A stream's waits and its clock" of docs/performance.md: node tests/e2e/glass.mjs [--server PROGRAM] [--from FILE] [--out FILE].
 * Plays scenario 62-glass-long; --from takes findings of an earlier run instead.
 */
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findingsOf, writeSection } from './lib/report.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');
const words = process.argv.slice(2);
const value = (name, other) => (words.includes(name) ? words[words.indexOf(name) + 1] : other);
const HEADING = 'A stream’s waits and its clock';

const HEAD = `
\`node tests/e2e/glass.mjs\` (scenario 62-glass-long): a host in Chromium (320 × 180, 15 a second, a counter drawn into each picture, the time of each drawing kept), Chromium and Firefox over WebRTC and, in a second
window, over HLS. Link → first frame is the page's own measure, 20 visits one after the other. Glass to glass: from the drawing of a counter to its reading in the viewer's window, same clock, half a minute, all four windows at once. Then 10 pins and their 10
ends, and 20 comments: by how much the picture beside which it appeared was drawn later than the one that the host saw when he pressed (a frame is 67 ms; comments are told together, every 200 ms at most). Milliseconds.
Aims: link → first frame p95 1,500 (WebRTC); glass to glass 500 over WebRTC, 4,000 over HLS; a pin within ± 200 of its frame.

| browser | way | link → first frame p50 / p95 / most | glass to glass p50 / p95 / p99 | pin and its end: first / p50 / last | comment: first / p50 / last |
|---|---|---|---|---|---|
`;

function at(list, p) {
  const sorted = list.filter(Number.isFinite).sort((a, b) => a - b);
  return sorted.length ? Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))]) : NaN;
}
const three = (list, ...shares) => shares.map((one) => at(list, one)).join(' / ');

/** The section's text from a run's findings. */
export function section({ rows, load }) {
  const lines = rows.map((row) => `| ${row.browser} | ${row.way} | ${three(row.waits, 0.5, 0.95, 1)} | ${three(row.behind, 0.5, 0.95, 0.99)} | ${three(row.pins, 0, 0.5, 1)} | ${three(row.comments, 0, 0.5, 1)} |`);
  return `${HEAD}${lines.join('\n')}

${os.cpus().length} cores for server, host and all windows; load average ${load.toFixed(1)} at the end.
`;
}

function main() {
  const found = findingsOf('62-glass-long', 'glass', words);
  writeSection(value('--out', path.join(root, 'docs/performance.md')), HEADING, section(found));
}

main();
