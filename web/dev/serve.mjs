/* Serves dist/ as the daemon does: the pages by their short names, under the strict policy. */
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';

const PAGES = {
  '/': 'index.html',
  '/m': 'm.html',
  '/watch': 'watch.html',
  '/publish': 'publish.html',
  '/begin': 'begin.html',
  '/signin': 'signin.html',
  '/admin': 'admin.html',
  '/b/br_demo': 'brand.html',
};
const TYPES = { html: 'text/html', js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' };
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self' blob:; connect-src 'self' ws:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** Resolves with the base address and how to stop. */
export function serve() {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, 'http://x').pathname;
    const file = PAGES[path] ?? path.slice(1);
    try {
      const body = await readFile(new URL(`../dist/${file}`, import.meta.url));
      const type = TYPES[file.split('.').pop()] ?? 'application/octet-stream';
      response.writeHead(200, {
        'content-type': `${type}; charset=utf-8`,
        'content-security-policy': POLICY,
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((done) =>
    server.listen(0, '127.0.0.1', () =>
      done({ url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() }),
    ),
  );
}
