// SPDX-License-Identifier: Apache-2.0
/** coturn and nginx in the server's namespace, set up as docs/operate.md says: TLS on port 443, told apart by the name that is asked for. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SERVER_ADDRESS } from './net.mjs';

const PORT = 443;
const NAME = 'turn.example.com';
const SECRET = 'a-secret-of-the-test';

/* The lines of the block ```TAG in docs/operate.md, with the test's values in place of the example's. */
function documented(world, tag) {
  const text = readFileSync(path.join(world.root, 'docs/operate.md'), 'utf8');
  const [, block] = text.match(new RegExp(`\`\`\`${tag}\n([^]*?)\`\`\``)) ?? [];
  if (!block) throw new Error(`docs/operate.md has no block "${tag}"`);
  return block.replaceAll('198.51.100.7', SERVER_ADDRESS).replaceAll('THE-SECRET', SECRET).replaceAll(/\/etc\/letsencrypt\/live\/[^/]*/g, world.folder);
}

/* A certificate of its own, and the hash of its key by which a browser is told to trust it. */
async function makeCertificate(world) {
  const [key, certificate] = ['privkey.pem', 'fullchain.pem'].map((name) => path.join(world.folder, name));
  await world.run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', `/CN=${NAME}`, '-addext', `subjectAltName=DNS:${NAME}`, '-keyout', key, '-out', certificate]);
  const { stdout } = await world.run('sh', ['-c', 'openssl x509 -in "$1" -noout -pubkey | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64', 'sh', certificate]);
  return stdout.trim();
}

async function spawnListening(world, name, words, port) {
  const [program, ...inServer] = world.network.inServer;
  let said = '';
  const child = world.spawn(program, [...inServer, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += data));
  await world.eventually(name, async () => {
    if (child.exitCode !== null) throw new Error(`${name} ended: ${said.slice(-400)}`);
    return world.run(program, [...inServer, 'bash', '-c', `exec 3<>/dev/tcp/${port}`]);
  });
}

/** Starts both; gives the flags that parlord is to be started with, and those of a Chromium that knows the name and trusts the key. */
export async function startTurn(world) {
  const hash = await makeCertificate(world);
  const turn = path.join(world.folder, 'turnserver.conf');
  const inside = documented(world, 'ini turnserver').replace(/^listening-ip=.*$/m, 'listening-ip=127.0.0.1').replace(/^tls-listening-port=.*$/m, 'tls-listening-port=5349');
  writeFileSync(turn, [inside, 'no-tcp', `pidfile=${path.join(world.folder, 'turn.pid')}`, `userdb=${path.join(world.folder, 'turn.db')}`, ''].join('\n'));
  await spawnListening(world, 'coturn', ['turnserver', '-c', turn], '127.0.0.1/5349');
  const nginx = path.join(world.folder, 'nginx.conf');
  writeFileSync(nginx, ['load_module /usr/lib/nginx/modules/ngx_stream_module.so;', 'user root;', 'daemon off;', 'error_log stderr;', `pid ${path.join(world.folder, 'nginx.pid')};`, 'events {}', documented(world, 'nginx'), ''].join('\n'));
  await spawnListening(world, 'nginx', ['nginx', '-p', world.folder, '-e', 'stderr', '-c', nginx], `${SERVER_ADDRESS}/${PORT}`);
  const file = path.join(world.folder, 'parlor.conf');
  writeFileSync(file, documented(world, 'ini parlor-turn'), { mode: 0o600 });
  return { server: ['--config', file], browser: [`--host-resolver-rules=MAP ${NAME} ${SERVER_ADDRESS}`, `--ignore-certificate-errors-spki-list=${hash}`], port: PORT };
}
