/* What each page loads before it works (its scripts and styles, not what is fetched on demand),
   gzipped, against a limit. The pages must stay quick on a phone. */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

/** KiB, gzipped. The meeting page must show one's own tile within a second of the click. */
const LIMITS = {
  'index.html': 28,
  'm.html': 60,
  'watch.html': 27,
  'publish.html': 29,
  'begin.html': 28,
  'signin.html': 31,
  'admin.html': 33,
  'live.html': 40,
  'rep.html': 46,
  'board.html': 32,
  'words.html': 32,
  'host.html': 60,
  'brand.html': 30,
  'replay.html': 40,
  'shared.html': 36,
};

let over = false;
for (const [page, limit] of Object.entries(LIMITS)) {
  const html = readFileSync(new URL(`../dist/${page}`, import.meta.url), 'utf8');
  const files = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((match) => match[1]);
  const bytes = files
    .map((file) => gzipSync(readFileSync(new URL(`../dist${file}`, import.meta.url))).length)
    .reduce((sum, one) => sum + one, gzipSync(html).length);
  const kib = bytes / 1024;
  over ||= kib > limit;
  console.log(`${kib > limit ? 'TOO LARGE' : 'ok'}  ${page}: ${kib.toFixed(1)} of ${limit} KiB`);
}

/* `<live-room>`: what a brand's own page loads before anybody watches. */
const EMBED_LIMIT = 15;
const embed = gzipSync(readFileSync(new URL('../dist/embed/live-room.js', import.meta.url)));
over ||= embed.length > EMBED_LIMIT * 1024;
console.log(`embed/live-room.js: ${(embed.length / 1024).toFixed(1)} of ${EMBED_LIMIT} KiB`);
process.exitCode = over ? 1 : 0;
