// SPDX-License-Identifier: Apache-2.0
/**
 * A person's own bad line: a network namespace whose only way out is the relay of tests/net. Media, and the page's HTTP and
 * WebSocket too, cross it as real packets; no ICE preference is touched. The relay's clock is this machine's, in ms.
 *
 *   browser's namespace: eth0 10.77.N.2 ── relay ── lineN in the server's namespace
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import path from 'node:path';
import { carry, makeNamespace, SERVER_ADDRESS } from './net.mjs';

/** Both ways alike. */
export const bothWays = (conditions) => ({ up: conditions, down: conditions });

export class Line {
  /** options: {number (1..200), seed} */
  static async open(world, { number, seed = 1 }) {
    const self = new Line();
    Object.assign(self, { number, folder: world.folder, server: world.network.server, events: [], counts: [], waiting: [], helpers: [] });
    self.space = await makeNamespace();
    const program = path.join(world.root, 'build/tests/net/parlor-relay');
    self.relay = spawn(program, ['--inside', self.space.netns, '--outside', self.server.netns, '--device', `line${number}`, '--seed', String(seed)],
      { stdio: ['pipe', 'pipe', 'inherit'] });
    self.relay.on('error', (error) => (world.spawnError = `${program}: ${error.message}`));
    self.relay.stdin.on('error', () => undefined);
    createInterface({ input: self.relay.stdout }).on('line', (line) => self.#told(JSON.parse(line)));
    await self.event('ready', 0);
    self.space.run('ip', 'link', 'set', 'eth0', 'up');
    self.#takeAddress(2);
    self.server.run('ip', 'link', 'set', `line${number}`, 'up');
    self.server.run('ip', 'route', 'add', `10.77.${number}.0/24`, 'dev', `line${number}`, 'src', SERVER_ADDRESS);
    await self.#openPages(world);
    return self;
  }

  /* The page comes from the same loopback address as everybody's, but over the line. */
  async #openPages(world) {
    const port = 20000 + this.number;
    this.helpers.push(await carry(this.server.words, `${SERVER_ADDRESS}:${port}`, `127.0.0.1:${world.httpPort}`));
    this.openPage = () => carry(this.space.words, `127.0.0.1:${new URL(world.url).port}`, `${SERVER_ADDRESS}:${port}`);
    this.page = await this.openPage();
  }

  #takeAddress(last) {
    this.space.run('ip', 'address', 'flush', 'dev', 'eth0', 'scope', 'global');
    this.space.run('ip', 'address', 'add', `10.77.${this.number}.${last}/24`, 'dev', 'eth0');
    this.space.run('ip', 'route', 'replace', 'default', 'dev', 'eth0');
  }

  /** The address becomes another one, as when a phone leaves the house; the page's connections break, as a browser breaks them. */
  async changeAddress() {
    this.#takeAddress(3);
    const since = Date.now();
    this.page.close();
    this.page = await this.openPage();
    return since;
  }

  /** A firewall that lets no UDP through. */
  forbidUdp() {
    this.space.run('ip', 'rule', 'add', 'priority', '10', 'ipproto', 'udp', 'blackhole');
  }

  /** One that lets nothing out but TCP to this port, and the page's. */
  forbidAllBut(port) {
    for (const one of [port, 20000 + this.number]) this.space.run('ip', 'rule', 'add', 'priority', '9', 'ipproto', 'tcp', 'dport', String(one), 'lookup', 'main');
    this.space.run('ip', 'rule', 'add', 'priority', '10', 'blackhole');
  }

  /** Words before a program's name that run it on this line. */
  get words() {
    return this.space.words;
  }

  /** A program that is the given one, on this line. */
  wrap(program) {
    const file = path.join(this.folder, `on-line-${this.number}-${path.basename(program)}`);
    writeFileSync(file, `#!/bin/sh\nexec ${this.words.join(' ')} ${program} "$@"\n`, { mode: 0o755 });
    return file;
  }

  /** 127.0.0.1:port here leads to 127.0.0.1:port there: remote control of a browser by TCP. */
  async reach(port) {
    const file = path.join(this.folder, `reach-${this.number}.sock`);
    this.helpers.push(await carry(this.space.words, file, `127.0.0.1:${port}`), await carry(['env'], `127.0.0.1:${port}`, file));
  }

  #told(message) {
    if (message.event === 'counts') this.counts.push(message);
    else if (message.event === 'error') throw new Error(`the relay: ${message.why}`);
    else this.events.push(message);
    this.waiting = this.waiting.filter((one) => !one());
  }

  /** The first event of that name at or after a time (Date.now ()); fails after `ms`. */
  event(name, since, ms = 15000) {
    return new Promise((resolve, refuse) => {
      const timer = setTimeout(() => refuse(new Error(`line ${this.number}: no ${name} within ${ms} ms`)), ms);
      const look = () => {
        const found = this.events.find((one) => one.event === name && one.ms >= since);
        if (found) {
          clearTimeout(timer);
          resolve(found);
        }
        return Boolean(found);
      };
      if (!look()) this.waiting.push(look);
    });
  }

  /** Begins a schedule (tests/net/schedule.h) now; gives the time of its first step. */
  async play(schedule) {
    const since = Date.now();
    this.relay.stdin.write(`${JSON.stringify(schedule)}\n`);
    return (await this.event('step', since)).ms;
  }

  /** From now on. */
  become(step) {
    return this.play([{ at_ms: 0, ...step }]);
  }

  /** kbit/s that came out of a direction between two times, what was put in, and the longest queue (ms) seen. */
  carried(way, from, to) {
    const list = this.counts.filter((one) => one.ms >= from && one.ms <= to);
    if (list.length < 2) return { kbps: 0, offeredKbps: Infinity, queueMs: Infinity };
    const [first, last] = [list[0], list.at(-1)];
    const kbps = (field) => ((last[way][field] - first[way][field]) * 8) / (last.ms - first.ms);
    return { kbps: kbps('out_bytes'), offeredKbps: kbps('in_bytes'), queueMs: Math.max(...list.map((one) => one[way].queue_ms)) };
  }

  /** The most (ms) that the relay itself was late since that time: a machine that is too busy. */
  lateMs(since) {
    return Math.max(0, ...this.counts.filter((one) => one.ms >= since).flatMap((one) => [one.up.late_ms, one.down.late_ms]));
  }

  async close() {
    for (const helper of [...this.helpers, ...(this.page ? [this.page] : [])]) helper.close();
    if (this.relay.exitCode === null) {
      this.relay.stdin.end();
      await Promise.race([once(this.relay, 'exit'), new Promise((resolve) => setTimeout(resolve, 1000))]);
      this.relay.kill('SIGKILL');
    }
    this.space.close();
  }
}
