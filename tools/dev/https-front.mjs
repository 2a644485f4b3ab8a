// SPDX-License-Identifier: Apache-2.0
/**
 * HTTPS for ./dev run --lan: ends TLS and hands requests and WebSockets to the daemon on loopback. Production has nginx there.
 * node https-front.mjs PORT BACKEND_PORT KEY_FILE CERTIFICATE_FILE
 */
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';

const [port, backendPort, key, certificate] = process.argv.slice(2);

/* The request for the daemon: as it came, with the client's address where the daemon looks for it. */
function onward(request) {
  const headers = { ...request.headers, 'x-forwarded-for': request.socket.remoteAddress, 'x-forwarded-proto': 'https' };
  return { host: '127.0.0.1', port: Number(backendPort), method: request.method, path: request.url, headers };
}

const server = https.createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (request, response) => {
  const there = http.request(onward(request), (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  there.on('error', () => response.writeHead(502).end('the daemon does not answer\n'));
  response.on('close', () => there.destroy());
  request.pipe(there);
});

server.on('upgrade', (request, near, head) => {
  const there = http.request(onward(request));
  there.on('upgrade', (answer, far, rest) => {
    const lines = answer.rawHeaders.flatMap((word, at, all) => (at % 2 ? [] : [`${word}: ${all[at + 1]}`]));
    near.write(`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n${lines.join('\r\n')}\r\n\r\n`);
    near.write(rest);
    far.write(head);
    for (const [one, other] of [[near, far], [far, near]]) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
      one.pipe(other);
    }
  });
  there.on('response', (answer) => {
    near.end(`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\nConnection: close\r\n\r\n`);
  });
  there.on('error', () => near.destroy());
  there.end();
});

server.on('error', (error) => {
  console.error(`port ${port}: ${error.code === 'EADDRINUSE' ? 'taken by another program' : error.message}`);
  process.exit(1);
});
server.listen(Number(port), '::');
