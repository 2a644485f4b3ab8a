// SPDX-License-Identifier: Apache-2.0
/**
 * A shop on an origin of its own with a live room in it, under as strict a policy as a shop can have.
 *   node docs/examples/shop/serve.mjs http://127.0.0.1:8080 rm_… [port]
 * The shop's origin must be one of the brand's: PATCH /v1/brands/{id} {"origins": ["http://localhost:8090"]}.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const file = (name) => readFileSync(new URL(name, import.meta.url), 'utf8');
const types = { '/shop.js': 'text/javascript', '/shop.css': 'text/css' };

/** What `<live-room>` needs of a site's policy: the server's scripts, answers, sockets and pictures. Nothing unsafe. */
export function policyFor(live) {
  const socket = live.replace(/^http/, 'ws');
  return [
    "default-src 'none'", "base-uri 'none'", "form-action 'none'", "style-src 'self'", `script-src 'self' ${live}`,
    `connect-src 'self' ${live} ${socket}`, `img-src 'self' ${live} https: data: blob:`, "media-src 'self' blob:",
  ].join('; ');
}

/** Opens the shop; gives {url, close}. */
export async function openShop(live, room, port = 0) {
  const { script, integrity } = await (await fetch(`${live}/embed/manifest.json`)).json();
  const page = file('index.html').replaceAll('{{live}}', live).replaceAll('{{room}}', room).replaceAll('{{script}}', script).replaceAll('{{integrity}}', integrity);
  const server = createServer((request, reply) => {
    const path = new URL(request.url, 'http://shop').pathname;
    const type = types[path];
    reply.setHeader('Content-Type', `${type ?? 'text/html'}; charset=utf-8`);
    reply.setHeader('Content-Security-Policy', policyFor(live));
    reply.setHeader('Permissions-Policy', 'autoplay=(self), camera=(self), microphone=(self), fullscreen=(self), picture-in-picture=(self), geolocation=()');
    reply.end(type ? file(`.${path}`) : page);
  });
  await new Promise((resolve) => server.listen(port, 'localhost', resolve));
  return { url: `http://localhost:${server.address().port}`, close: () => { server.closeAllConnections(); server.close(); } };
}

if (process.argv[1]?.endsWith('serve.mjs')) {
  const [live, room, port] = process.argv.slice(2);
  console.log((await openShop(live, room, Number(port ?? 8090))).url);
}
