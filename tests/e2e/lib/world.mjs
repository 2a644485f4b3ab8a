// SPDX-License-Identifier: Apache-2.0
/** One scenario's world: network, server, people. Whatever was started ends with it; a failure leaves pictures and logs. */
import { spawn, execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, copyFileSync, existsSync } from 'node:fs';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Forwarder, makeNetwork } from './net.mjs';
import { Person, progress } from './browsers.mjs';
import { Line } from './line.mjs';

const HTTP_PORT = 8080;
const ADMIN_PORT = 9091;
const run = promisify(execFile);

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class World {
  /** options: {root, mediaFolder, server} */
  static async make(options) {
    const self = new World();
    Object.assign(self, options, { people: [], children: [], lines: [], measured: {}, findings: [], rows: [], serverFlags: [], httpPort: HTTP_PORT });
    self.folder = mkdtempSync(path.join(os.tmpdir(), 'parlor-e2e-'));
    self.network = await makeNetwork();
    return self;
  }

  /** Starts parlord in its namespace and waits until it is ready. Again after kill (): same data folder, same page address. */
  async startServer(flags = this.serverFlags) {
    this.serverFlags = flags;
    const log = openSync(path.join(this.folder, 'server.log'), 'a');
    this.server = spawn(this.network.inServer[0], [this.network.inServer[1], this.serverProgram, ...(this.strict ? [] : ['--demo']), '--http-port', String(HTTP_PORT),
      '--admin-port', String(ADMIN_PORT), '--data-dir', path.join(this.folder, 'data'), ...flags], { stdio: ['ignore', log, log], env: { ...process.env, ...this.serverEnvironment } });
    const { server } = this;
    server.gone = once(server, 'exit').then(([code, signal]) => {
      if (!server.isStopping) this.serverDied = `the server died by itself (${signal ?? code})`;
    });
    this.pages ??= await Forwarder.open(this.network, HTTP_PORT, this.folder);
    this.admin ??= await Forwarder.open(this.network, ADMIN_PORT, this.folder);
    this.url = `http://127.0.0.1:${this.pages.port}`;
    this.adminUrl = `http://127.0.0.1:${this.admin.port}`;
    await this.eventually('a ready server', async () => {
      if (this.server.exitCode !== null) throw new Error(`the server ended with ${this.server.exitCode}`);
      return (await fetch(`${this.adminUrl}/readyz`, { signal: AbortSignal.timeout(3000) })).status === 200;
    }, 20000);
  }

  async stopServer(signal = 'SIGTERM') {
    const { server } = this;
    if (!server || server.exitCode !== null || server.signalCode) return;
    server.isStopping = true;
    server.kill(signal);
    const tooLong = setTimeout(() => server.kill('SIGKILL'), 12000);
    await server.gone;
    clearTimeout(tooLong);
  }

  /** Ends the server as an operator would; it must go without complaint, and must not have complained before. */
  async endServer() {
    if (!this.server) return;
    await this.stopServer();
    const log = readFileSync(path.join(this.folder, 'server.log'), 'utf8');
    const bad = log.match(/.*(ERROR: AddressSanitizer|ERROR: LeakSanitizer|runtime error:|-CRITICAL \*\*|Assertion .* failed).*/);
    if (bad) throw new Error(`the server's log says: ${bad[0]}`);
    if (this.server.exitCode !== 0) throw new Error(`the server ended with ${this.server.exitCode ?? this.server.signalCode} after SIGTERM`);
  }

  /** Launches a browser for a person: {browser, name, …} of Person.launch; numbers are given in order. */
  async person(options) {
    const one = await Person.launch({ person: this.people.length + 1, mediaFolder: this.mediaFolder, ...options });
    this.people.push(one);
    return one;
  }

  /** A bad line for a person ({line} of person ()); the server must be there. options: {seed}. */
  async line(options = {}) {
    const one = await Line.open(this, { number: this.lines.length + 1, ...options });
    this.lines.push(one);
    return one;
  }

  /** Several people at once. */
  persons(...list) {
    const first = this.people.length + 1;
    return Promise.all(list.map((options, index) => this.person({ person: first + index, ...options })));
  }

  /** Repeats `func` until it gives something true; errors of it count as not yet. */
  async eventually(what, func, ms = 10000) {
    const end = Date.now() + ms;
    let last;
    progress.last = `waiting for ${what}`;
    for (;;) {
      try {
        last = await func();
        if (last) return last;
      } catch (error) {
        last = error.message;
      }
      if (Date.now() > end) throw new Error(`${what} did not come within ${ms} ms; last: ${JSON.stringify(last)}`);
      await sleep(50);
    }
  }

  /** Runs a program here (the browsers' side of the network); gives {stdout, stderr}. */
  run(program, words, options = {}) {
    return run(program, words, { maxBuffer: 64 << 20, timeout: 60000, encoding: 'utf8', ...options });
  }

  /** Starts a program that ends with the world. */
  spawn(program, words, options = {}) {
    const child = spawn(program, words, { stdio: ['ignore', 'inherit', 'inherit'], ...options });
    child.on('error', (error) => (this.spawnError = `${program}: ${error.message}`));
    this.children.push(child);
    return child;
  }

  /** A value for the report; with a goal (ms) it must be within goal × slack. */
  measure(name, ms, goal) {
    this.measured[name] = Math.round(ms);
    if (goal && ms > goal * this.slack) throw new Error(`${name}: ${Math.round(ms)} ms, the goal is ${goal} ms (× ${this.slack} here)`);
  }

  /**
   * A number with its goal (at most or at least; none = only told) and what the control had beside it. In the short form a goal is
   * three times as wide, and the control's own fault is let off; judge () fails with all that were missed.
   */
  finding(name, value, { unit = '', most, least, control } = {}) {
    const short = (number) => (Number.isFinite(number) ? Math.round(number * 100) / 100 : String(number));
    this.findings.push({ name, value, unit, most, least, control });
    this.measured[name] = `${short(value)} ${unit}`.trim() + (control === undefined ? '' : ` (control ${short(control)})`);
  }

  judge() {
    const missed = this.findings.filter(({ value, most, least, control }) => {
      if (most !== undefined) return !(value <= most * this.slack + Math.max(control ?? 0, 0) * (this.slack > 1 ? 1 : 0));
      return least !== undefined && !(value >= (this.slack > 1 ? 100 - (100 - least) * this.slack : least));
    });
    if (missed.length) throw new Error(missed.map((one) => `${one.name}: ${this.measured[one.name]}, the goal is ${one.most === undefined ? `at least ${one.least}` : `at most ${one.most}`}`).join('; '));
  }

  /** Pictures, console logs and the server's log of a failed scenario. */
  async keepEvidence(folder, error) {
    mkdirSync(folder, { recursive: true });
    const state = { error: error.message, stack: error.stack, measured: this.measured, findings: this.findings, detail: this.detail, people: [] };
    for (const one of this.people) {
      const seen = { name: one.name, browser: one.kind, console: one.log.slice(-200) };
      const bounded = (promise) => Promise.race([promise, sleep(5000)]).catch((reason) => String(reason));
      await bounded(one.screenshot(path.join(folder, `${one.number}-${one.kind}.png`)));
      seen.state = await bounded(one.evaluate(() => JSON.parse(JSON.stringify(window.parlor ?? null))));
      seen.url = await bounded(one.evaluate(() => location.href));
      state.people.push(seen);
    }
    const metrics = await fetch(`${this.adminUrl}/metrics`, { signal: AbortSignal.timeout(2000) }).then((reply) => reply.text()).catch(String);
    writeFileSync(path.join(folder, 'metrics.txt'), metrics);
    writeFileSync(path.join(folder, 'state.json'), JSON.stringify(state, null, 2));
    for (const [name, picture] of Object.entries(this.keep ?? {})) writeFileSync(path.join(folder, name), Buffer.from(picture.split(',')[1], 'base64'));
    const log = path.join(this.folder, 'server.log');
    if (existsSync(log)) copyFileSync(log, path.join(folder, 'server.log'));
  }

  async close() {
    const bounded = (promise) => Promise.race([Promise.resolve(promise).catch(() => {}), sleep(5000)]);
    await Promise.all(this.people.map((one) => bounded(one.close())));
    for (const child of this.children) child.kill('SIGKILL');
    await Promise.all(this.lines.map((one) => bounded(one.close())));
    await bounded(this.stopServer());
    this.pages?.close();
    this.admin?.close();
    this.network.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
