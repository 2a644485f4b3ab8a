// SPDX-License-Identifier: Apache-2.0
/** coturn in the server's namespace, set up as docs/operate.md says, on TCP port 443 alone. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SERVER_ADDRESS } from './net.mjs';

const PORT = 443;
const SECRET = 'a-secret-of-the-test';

/* The lines of the block ```TAG in docs/operate.md, with the test's values in place of the example's. */
function documented(world, tag) {
  const text = readFileSync(path.join(world.root, 'docs/operate.md'), 'utf8');
  const [, block] = text.match(new RegExp(`\`\`\`ini ${tag}\n([^]*?)\`\`\``)) ?? [];
  if (!block) throw new Error(`docs/operate.md has no block "${tag}"`);
  return block.replaceAll('198.51.100.7', SERVER_ADDRESS).replaceAll('THE-SECRET', SECRET).replaceAll('turn.example.com', SERVER_ADDRESS);
}

/** Starts it and gives the flags that parlord is to be started with. */
export async function startTurn(world) {
  const config = path.join(world.folder, 'turnserver.conf');
  // TLS is left out: no browser takes a certificate that was made here for a TURN server.
  const plain = documented(world, 'turnserver').split('\n').filter((line) => !/^(cert|pkey|tls-listening-port)=/.test(line));
  writeFileSync(config, [...plain, `listening-port=${PORT}`, 'no-tls', 'no-dtls', `pidfile=${path.join(world.folder, 'turn.pid')}`, `userdb=${path.join(world.folder, 'turn.db')}`, ''].join('\n'));
  const [program, ...words] = world.network.inServer;
  let said = '';
  const server = world.spawn(program, [...words, 'turnserver', '-c', config], { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (data) => (said += data));
  await world.eventually('coturn', async () => {
    if (server.exitCode !== null) throw new Error(`coturn ended: ${said.slice(-400)}`);
    return world.run(program, [...words, 'bash', '-c', `exec 3<>/dev/tcp/${SERVER_ADDRESS}/${PORT}`]);
  });
  const file = path.join(world.folder, 'parlor.conf');
  const url = `turn:${SERVER_ADDRESS}:${PORT}?transport=tcp`;
  writeFileSync(file, documented(world, 'parlor-turn').replace(/^urls=.*$/m, `urls=${url}`), { mode: 0o600 });
  return ['--config', file];
}
