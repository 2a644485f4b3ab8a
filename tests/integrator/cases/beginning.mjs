// SPDX-License-Identifier: Apache-2.0
/** A server that nobody has set up: one page at every door that people know, and nothing behind it; then `parlorctl setup`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from '../lib/bench.mjs';
import { ctl } from '../lib/people.mjs';

const DOORS = ['/', '/signin', '/admin'];

export const cases = [
  {
    name: 'a fresh server has one page, until it is set up',
    async run({ bare }) {
      const daemon = await bare('--web-dir', '.');
      await daemon.end();
      const web = path.join(daemon.folder, 'web');
      mkdirSync(path.join(web, 'assets'), { recursive: true });
      for (const name of ['begin.html', 'index.html', 'm.html', 'icon.svg', 'assets/begin-1a2b.js']) writeFileSync(path.join(web, name), `this is ${name}`);
      daemon.flags.push('--web-dir', web);
      await daemon.start();
      const get = async (address, headers = {}) => {
        const answer = await fetch(`http://127.0.0.1:${daemon.port}${address}`, { headers, redirect: 'manual' });
        return { status: answer.status, text: await answer.text(), etag: answer.headers.get('etag'), policy: answer.headers.get('content-security-policy') ?? '' };
      };
      const tags = [];
      for (const door of DOORS) {
        const { status, text, etag, policy } = await get(door);
        expect(status === 200 && text === 'this is begin.html', `${door} says how to begin: ${status} ${text}`);
        expect(policy.includes("script-src 'self'"), `${door} has the pages' policy: ${policy}`);
        tags.push(etag);
      }
      for (const part of ['/icon.svg', '/assets/begin-1a2b.js']) expect((await get(part)).text === `this is ${part.slice(1)}`, `${part} is served, the page needs it`);
      for (const shut of ['/m', '/m.html', '/index.html', '/assets/../m.html', '/assets/none.js', '/begin']) expect((await get(shut)).status === 404, `${shut} is not served yet`);
      expect((await daemon.ask('GET', '/v1/signin?brand=')).json.ready === false, 'the page is told that nothing is set up');
      expect((await daemon.ask('POST', '/v1/rooms', {})).status === 401, 'nothing is open');

      const made = await ctl(daemon, 'setup', '--brand', 'shop', '--name', "Anna's", '--login', 'you@shop.example');
      expect(made.link.includes('/signin#link='), 'the link has its secret in the fragment');
      expect((await daemon.ask('GET', '/v1/signin?brand=')).json.ready === true, 'the page is told that it is set up');
      for (const [i, door] of DOORS.entries()) {
        const { status, text } = await get(door, { 'If-None-Match': tags[i] });
        expect(status === 200 && text === 'this is index.html', `${door} is the house's own page, in a browser too that has the first one: ${status} ${text}`);
      }
      expect((await get('/m')).text === 'this is m.html', 'the meeting is open');
    },
  },
];
