// SPDX-License-Identifier: Apache-2.0
/**
 * Writes "Thirty browsers in one live room" of docs/performance.md: node tests/e2e/thirty.mjs [--server PROGRAM] [--from FILE] [--out FILE].
 * Plays scenario 62-thirty-long; --from takes findings of an earlier run instead.
 */
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findingsOf, writeSection } from './lib/report.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');
const words = process.argv.slice(2);
const value = (name, other) => (words.includes(name) ? words[words.indexOf(name) + 1] : other);
const HEADING = 'Thirty browsers in one live room';

const HEAD = `
\`node tests/e2e/thirty.mjs\` (scenario 62-thirty-long): a host in Chromium (640 × 360, 15 a second, a counter drawn into each picture) and thirty who watch at any time: six windows, each with cookies and a cache of its
own, three of them of each browser, and 24 players of \`tools/load\`, eight of them behind lines of 120 ms and 2 % of loss each way. The six are others in each of five rounds, thirty windows in all; those of two rounds are behind
relays of \`tests/net\`: *lossy* is 60 ms and 2 % of loss each way, *narrow* 2 Mbit/s and 20 ms each way for six windows together, pages and their scripts included. All thirty at once want four cores: a page that plays sound costs 10 to 15 % of one, whatever it shows.
They come one after the other while those before go on decoding. Link → frame is the page's own measure, from the click on the link. Glass to glass: from the drawing of a counter at the host to its
reading in the viewer's window, same clock. A freeze is a gap of at least max (3 × average, average + 150 ms) in which the browser did not show half of the frames. Aims: link → frame p95 1,500 ms; glass to glass 500 ms on a LAN.

| browser | line | windows | link → first frame p50 / p95 ms | glass to glass p50 / p95 / p99 ms | frames shown, of the host's | counters read (unreadable, back) | frozen: all windows together, worst window |
|---|---|---|---|---|---|---|---|
`;

const at = (list, p) => {
  const sorted = list.filter(Number.isFinite).sort((a, b) => a - b);
  return sorted.length ? Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))]) : NaN;
};
const sum = (list) => list.reduce((all, one) => all + one, 0);
const percent = (part) => `${(part * 100).toFixed(2)} %`;

function line(browser, name, rows) {
  const behind = rows.flatMap((row) => row.behind);
  const links = rows.map((row) => row.link);
  const frozen = rows.map((row) => row.frozenMs / row.ms);
  return `| ${browser} | ${name} | ${rows.length} | ${at(links, 0.5)} / ${at(links, 0.95)} | ${at(behind, 0.5)} / ${at(behind, 0.95)} / ${at(behind, 0.99)} | ${percent(sum(rows.map((row) => row.frames)) / sum(rows.map((row) => row.hostFrames)))} | ${sum(rows.map((row) => row.read))} (${sum(rows.map((row) => row.unread))}, ${sum(rows.map((row) => row.back))}) | ${percent(sum(frozen) / rows.length)}, ${percent(Math.max(...frozen))} |`;
}

/** The section's text from a run's findings. */
export function section({ rows, load }) {
  const viewers = rows.slice(0, -1);
  const { server } = rows.at(-1);
  const groups = ['good', 'lossy', 'narrow'].flatMap((name) => ['chromium', 'firefox'].map((browser) => [browser, name]));
  const of = (browser, name) => viewers.filter((row) => (!browser || row.browser === browser) && (!name || row.line === name));
  return `${HEAD}${groups.map(([browser, name]) => line(browser, name, of(browser, name))).join('\n')}
${line('**both**', 'good', of('', 'good'))}
${line('**all**', '', viewers)}

The server took ${percent(server)} of a core at most. ${os.cpus().length} cores for server, relays, host, players and windows; load average ${load.toFixed(0)} at the end, which they make.
`;
}

function main() {
  const found = findingsOf('62-thirty-long', 'thirty', words);
  const text = section(found);
  writeSection(value('--out', path.join(root, 'docs/performance.md')), HEADING, text);
}

main();
