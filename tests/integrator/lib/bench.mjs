// SPDX-License-Identifier: Apache-2.0
/** A daemon in a folder of its own on free ports, a receiver that does what the test says, and small words for both. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, existsSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Webhook } from 'standardwebhooks';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

export async function until(what, ready, ms = 10000) {
  const end = Date.now() + ms;
  for (;;) {
    const value = await ready();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${ms} ms for: ${what}`);
    await sleep(20);
  }
}

export function expect(condition, what) {
  if (!condition) throw new Error(`not so: ${what}`);
}

/** A port that is free and that nobody of this run was given: two cases begin at the same time. */
const given = new Set();
export async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  if (given.has(port)) return freePort();
  given.add(port);
  return port;
}

export class Daemon {
  constructor(program, flags = []) {
    this.program = program;
    this.flags = flags;
    this.folder = mkdtempSync(path.join(os.tmpdir(), 'parlor-integrator-'));
    this.log = '';
    this.headers = {};
    this.demo = true;
    this.env = process.env;
  }

  /** Before the start: its clocks are set by `step ()` from now on (stepclock.c). */
  stepClock() {
    const library = path.resolve(path.dirname(this.program), '../tests/integrator/stepclock.so');
    expect(existsSync(library), `${library} is built`);
    this.stepped = { monotonic: 0n, wall: 0n, file: openSync(path.join(this.folder, 'clock'), 'w+') };
    this.step(0);
    this.env = { ...process.env, LD_PRELOAD: library, STEP_CLOCK: path.join(this.folder, 'clock') };
  }

  /** Time passes for the daemon alone; `wall`: what its wall clock is set by besides. */
  step(seconds, wall = 0) {
    this.stepped.monotonic += BigInt(seconds) * 1000000000n;
    this.stepped.wall += BigInt(wall) * 1000000000n;
    const bytes = Buffer.alloc(16);
    bytes.writeBigInt64LE(this.stepped.monotonic, 0);
    bytes.writeBigInt64LE(this.stepped.wall, 8);
    writeSync(this.stepped.file, bytes, 0, 16, 0);
  }

  /** Without the demo: one API key in a config file, which every call brings. */
  strict() {
    const file = path.join(this.folder, 'parlor.conf');
    writeFileSync(file, '[key shop]\nsecret=0123456789abcdef0123456789abcdef\n');
    chmodSync(file, 0o600);
    this.flags.push('--config', file);
    this.demo = false;
    this.headers.Authorization = `Basic ${Buffer.from('shop:0123456789abcdef0123456789abcdef').toString('base64')}`;
  }

  async start() {
    this.port ??= await freePort();
    this.admin ??= await freePort();
    const flags = [...(this.demo ? ['--demo'] : []), '--workers', '1', '--http-port', this.port, '--udp-port', 0, '--admin-port', this.admin, '--data-dir', this.folder];
    this.process = spawn(this.program, [...flags, ...this.flags].map(String), { stdio: ['ignore', 'pipe', 'pipe'], env: this.env });
    for (const stream of [this.process.stdout, this.process.stderr]) stream.on('data', (text) => { this.log += text; });
    await until('the server to be ready', async () => {
      if (this.process.exitCode !== null) throw new Error(`the server ended: ${this.log}`);
      try { return (await fetch(`http://127.0.0.1:${this.admin}/readyz`)).ok; } catch { return false; }
    }, 30000);
  }

  /** So many seconds in small steps; who is connected answers pings between them. */
  async pass(seconds) {
    for (let left = seconds; left > 0; left -= 2) {
      this.step(Math.min(left, 2));
      for (let turn = 0; turn < 2; turn++) await new Promise((done, fail) => {
        http.get({ agent: false, port: this.admin, host: '127.0.0.1', path: '/healthz' }, (answer) => answer.resume().on('end', done)).on('error', fail);
      });
    }
  }

  async end(signal = 'SIGTERM') {
    if (!this.process || this.process.exitCode !== null || this.process.signalCode) return;
    this.process.kill(signal);
    await once(this.process, 'exit');
  }

  async close() {
    await this.end();
    if (this.stepped) closeSync(this.stepped.file);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** {status, json, elapsed_ms} */
  async ask(method, address, body, headers = {}) {
    const begun = Date.now();
    const init = { method, redirect: 'manual', headers: { ...this.headers, ...headers } };
    if (body !== undefined) {
      init.body = JSON.stringify(body);
      init.headers['Content-Type'] = 'application/json';
    }
    const answer = await fetch(`http://127.0.0.1:${this.port}${address}`, init);
    const text = await answer.text();
    const type = answer.headers.get('content-type') ?? '';
    return { status: answer.status, type, json: text && /json/.test(type) ? JSON.parse(text) : null, elapsed: Date.now() - begun };
  }

  async good(method, address, body) {
    const answer = await this.ask(method, address, body);
    expect(answer.status >= 200 && answer.status < 300, `${method} ${address} answered ${answer.status} ${JSON.stringify(answer.json)}`);
    return answer.json;
  }
}

/** `answer (request)` gives {status, body?, headers?, wait?}; every request is kept with what it was answered. */
export class Receiver {
  constructor(answer = () => ({ status: 204 })) {
    this.answer = answer;
    this.requests = [];
  }

  async start() {
    this.server = http.createServer(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const body = Buffer.concat(chunks).toString();
      const kept = { headers: request.headers, body, url: request.url };
      const said = { status: 204, ...(await this.answer(kept)) };
      if (said.wait) await sleep(said.wait);
      kept.status = said.status;
      this.requests.push(kept);
      response.writeHead(said.status, said.headers);
      response.end(said.body);
    });
    this.server.listen(this.port ?? 0, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = this.server.address().port;
    this.url = `http://127.0.0.1:${this.port}/in`;
  }

  async stop() {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  /** What was taken (2xx), the library having checked each signature; doubles by id are counted, not listed. */
  taken(secret) {
    const webhook = new Webhook(secret);
    const seen = new Set();
    const events = [];
    let doubles = 0;
    for (const request of this.requests) {
      if (request.status < 200 || request.status > 299) continue;
      webhook.verify(request.body, request.headers); // throws
      const id = request.headers['webhook-id'];
      if (seen.has(id)) doubles++;
      else {
        seen.add(id);
        events.push(JSON.parse(request.body));
      }
    }
    return { events, doubles };
  }
}

/** Each entity's events came as 1, 2, 3 … without a hole. */
export function expectOrder(events) {
  const last = new Map();
  for (const event of events) {
    const before = last.get(event.entity) ?? 0;
    expect(event.entity_seq === before + 1, `${event.entity}: ${event.entity_seq} came after ${before}`);
    last.set(event.entity, event.entity_seq);
  }
}

export async function makeRooms(daemon, n, close = true) {
  const one = async () => {
    const room = await daemon.good('POST', '/v1/rooms', { title: 'webhook test' });
    if (close) await daemon.good('DELETE', `/v1/rooms/${room.id}`);
  };
  for (let done = 0; done < n; done += 8) await Promise.all(Array.from({ length: Math.min(8, n - done) }, one));
}
