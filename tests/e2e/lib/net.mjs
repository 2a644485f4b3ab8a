// SPDX-License-Identifier: Apache-2.0
/**
 * The bench's own little network. The runner and its browsers live in one network namespace, the server in another, joined by a
 * veth pair: media crosses a real link between real addresses (browsers with stock ICE preferences send nothing to 127.0.0.1). Pages
 * must come from a loopback address to be given a camera over http, so a TCP forwarder carries 127.0.0.1:port of the browsers to
 * 127.0.0.1:port of the server, over a Unix socket. Everything hangs on the runner's PID namespace and ends with it.
 */
import { spawn, spawnSync, execFileSync } from 'node:child_process';
import net from 'node:net';
import { once } from 'node:events';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const SERVER_ADDRESS = '10.77.0.1';
export const SERVER_ADDRESS6 = 'fd77::1';

/** Starts this program again inside fresh network, mount and PID namespaces; never returns. */
export function enterNamespaces() {
  const flags = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  if (process.getuid() !== 0) flags.unshift('--user', '--map-root-user');
  // Whoever ends this program with a signal ends what it waits for: nothing can be passed on while it waits.
  const done = spawnSync('setpriv', ['--pdeathsig', 'KILL', 'unshare', ...flags, process.execPath, ...process.argv.slice(1)], {
    stdio: 'inherit',
    env: { ...process.env, PARLOR_E2E_INSIDE: '1' },
  });
  if (done.error) throw done.error;
  process.exit(done.status ?? 1);
}

const ip = (...words) => execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'pipe'] });

/** Makes the server's namespace and the link; returns the words that run a command in there. */
export async function makeNetwork() {
  ip('link', 'set', 'lo', 'up');
  // The kernel clears a namespace away in its own time: the link of an earlier world may still be there.
  spawnSync('ip', ['link', 'del', 'people'], { stdio: 'ignore' });
  const server = await makeNamespace();
  const inServer = server.words;
  const there = (...words) => server.run('ip', ...words);
  ip('link', 'add', 'people', 'type', 'veth', 'peer', 'name', 'server', 'netns', server.netns);
  // No duplicate address detection: a tentative IPv6 address would cost the first test two seconds.
  ip('address', 'add', '10.77.0.2/24', 'dev', 'people');
  ip('address', 'add', 'fd77::2/64', 'dev', 'people', 'nodad');
  there('address', 'add', `${SERVER_ADDRESS}/24`, 'dev', 'server');
  there('address', 'add', `${SERVER_ADDRESS6}/64`, 'dev', 'server', 'nodad');
  ip('link', 'set', 'people', 'up');
  there('link', 'set', 'server', 'up');
  ip('route', 'add', 'default', 'via', SERVER_ADDRESS);
  ip('-6', 'route', 'add', 'default', 'via', SERVER_ADDRESS6);
  return { inServer, server, close: () => server.close() };
}

/** A further namespace with nothing in it but loopback: {words that run a command in there, path, close}. */
export async function makeNamespace() {
  const holder = spawn('unshare', ['--net', 'sh', '-c', 'ip link set lo up; echo ready; exec sleep infinity'], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(holder.stdout, 'data');
  const netns = `/proc/${holder.pid}/ns/net`;
  const words = ['nsenter', `--net=${netns}`];
  return { netns, words, run: (...more) => execFileSync(words[0], [words[1], ...more], { stdio: ['ignore', 'ignore', 'pipe'] }), close: () => holder.kill('SIGKILL') };
}

/** Carries 127.0.0.1:localPort here to 127.0.0.1:serverPort in the server's namespace. `cut ()` breaks all connections. */
export class Forwarder {
  static async open(network, serverPort, folder, localPort = 0) {
    const self = new Forwarder();
    self.sockets = new Set();
    self.path = path.join(folder, `forward-${serverPort}.sock`);
    self.helper = await carry(network.inServer, self.path, `127.0.0.1:${serverPort}`);
    self.server = net.createServer((near) => self.#join(near));
    self.server.listen(localPort, '127.0.0.1');
    await once(self.server, 'listening');
    self.port = self.server.address().port;
    return self;
  }

  #join(near) {
    const far = net.connect(this.path);
    for (const one of [near, far]) {
      this.sockets.add(one);
      one.on('close', () => this.sockets.delete(one));
    }
    join(near, far);
  }

  cut() {
    for (const socket of this.sockets) socket.destroy();
  }

  close() {
    this.cut();
    this.server.close();
    this.helper.close();
  }
}

/* Carries bytes both ways. What one side said before it closed still reaches the other, even while that one is talking. Neither browsers nor
 * the server hold a message back until the one before it is acknowledged (Nagle): over a line each would cost a round trip that is nobody's. */
function join(near, far) {
  for (const [one, other] of [[near, far], [far, near]]) {
    one.setNoDelay();
    one.on('error', () => undefined);
    one.on('close', () => {
      other.unpipe();
      other.resume();
      other.end();
    });
    one.pipe(other);
  }
}

/** Listens in a namespace and carries each connection on, by TCP or a Unix socket; places are 'address:port' or a path. */
export async function carry(namespaceWords, from, to) {
  const [program, ...words] = [...namespaceWords, process.execPath, fileURLToPath(import.meta.url), 'carry', from, to];
  const helper = spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(helper.stdout, 'data');
  return { close: () => helper.kill('SIGKILL') };
}

const place = (text) => (text.startsWith('/') ? { path: text } : { host: text.split(':')[0], port: Number(text.split(':')[1]) });

/* The half of a forwarder that lives in another namespace. */
function carryHere(from, to) {
  net.createServer((near) => join(near, net.connect(place(to)))).listen(place(from), () => console.log('ready'));
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv[2] === 'carry') carryHere(process.argv[3], process.argv[4]);
