// SPDX-License-Identifier: Apache-2.0
/** A desk's line as a page has it: enough of a WebSocket client to attach, to say and to wait for what is told. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import { until } from './bench.mjs';

export class DeskLine {
  constructor(daemon) {
    this.daemon = daemon;
    this.told = [];
    /** The address of this machine that it comes from; limits go by it. */
    this.from = undefined;
    /** Every frame that ever came, also what was waited for. */
    this.all = [];
    this.data = Buffer.alloc(0);
    this.closed = 0;
  }

  /** The socket alone: nothing is said yet. */
  async connect(headers = {}) {
    const request = http.request({
      localAddress: this.from, port: this.daemon.port, host: '127.0.0.1', path: '/v1/rt',
      headers: { ...this.daemon.headers, Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Protocol': 'parlor.v1', 'Sec-WebSocket-Key': randomBytes(16).toString('base64'), ...headers },
    });
    request.end();
    [, this.socket] = await once(request, 'upgrade');
    this.socket.on('data', (data) => this.take(data));
    this.socket.on('close', () => { this.closed ||= 1006; this.wake?.(); });
    this.socket.on('error', () => {});
    this.socket.setNoDelay(true);
  }

  async open(attach, headers) {
    await this.connect(headers);
    this.send({ t: 'attach', ...attach });
    return this.wait('attached', 'error');
  }

  /** Into a room. */
  async join(join, headers) {
    await this.connect(headers);
    this.send({ t: 'join', ...join });
    return this.wait('welcome', 'error');
  }

  /** The same; answers `waiting` and `denied` too, and leaves what else was told. */
  async enter(message) {
    await this.connect();
    this.send({ t: 'join', ...message });
    let told;
    await until('an answer to join', () => (told = this.told.find((one) => ['welcome', 'waiting', 'denied', 'error'].includes(one.t))), 30000);
    return told;
  }

  /** A visitor with a device key of his own. */
  visitor(more = {}, headers) {
    return this.open({ as: 'visitor', device: randomBytes(16).toString('hex'), ...more }, headers);
  }

  frame(kind, payload) {
    const head = payload.length < 126 ? Buffer.from([0x80 | kind, 0x80 | payload.length]) : Buffer.from([0x80 | kind, 0xfe, payload.length >> 8, payload.length & 255]);
    this.socket.write(Buffer.concat([head, Buffer.alloc(4), payload]));
  }

  send(message) {
    this.frame(1, Buffer.from(JSON.stringify(message)));
  }

  take(data) {
    this.data = Buffer.concat([this.data, data]);
    for (;;) {
      if (this.data.length < 2) return;
      let [length, head] = [this.data[1] & 127, 2];
      if (length === 126) [length, head] = [this.data.length < 4 ? Infinity : this.data.readUInt16BE(2), 4];
      else if (length === 127) [length, head] = [this.data.length < 10 ? Infinity : Number(this.data.readBigUInt64BE(2)), 10];
      if (this.data.length < head + length) return;
      const [kind, payload] = [this.data[0] & 15, this.data.subarray(head, head + length)];
      this.data = this.data.subarray(head + length);
      if (kind === 9) this.frame(10, payload);
      if (kind === 8) this.closed = payload.length > 1 ? payload.readUInt16BE(0) : 1005;
      if (kind === 1) this.told.push({ at: Date.now(), ...JSON.parse(payload) });
      if (kind === 1) this.all.push(payload.toString());
      this.wake?.();
    }
  }

  /** Until something told `fits` or the socket is closed; looks at once when something comes. */
  async heard(what, fits, ms = 30000) {
    const end = Date.now() + ms;
    while (!this.closed && !this.told.some(fits)) {
      if (Date.now() > end) throw new Error(`waited ${ms} ms for: ${what} (told: ${this.told.map((one) => one.t)})`);
      await new Promise((done) => {
        const timer = setTimeout(done, 1000);
        this.wake = () => { clearTimeout(timer); done(); };
      });
    }
  }

  /** The next message of one of these types that `fits`, and forgets it and what came before. */
  async wait(type, other = type, fits = () => true, ms = 30000) {
    let found = -1;
    await until(`${type} (told: ${this.told.map((one) => one.t)})`, () => {
      found = this.told.findIndex((one) => (one.t === type || one.t === other) && fits(one));
      return found >= 0;
    }, ms);
    return this.told.splice(0, found + 1).at(-1);
  }

  /** Tap and yes; {binding, conversation, …}. */
  async add(more = {}) {
    const tap = `tap_${randomBytes(8).toString('hex')}`;
    this.send({ t: 'tap', id: tap, ...more });
    const card = await this.wait('card');
    if (!card.known) this.send({ t: 'bind', tap });
    return this.wait('bound');
  }

  say(conversation, text, more = {}) {
    this.send({ t: 'say', conversation, client_id: randomBytes(8).toString('hex'), text, ...more });
  }

  close() {
    this.socket?.destroy();
  }
}
