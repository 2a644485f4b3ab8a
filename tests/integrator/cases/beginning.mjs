// SPDX-License-Identifier: Apache-2.0
/** A server that nobody has set up: one page at every door that people know, and nothing behind it; then `parlorctl setup`. */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, root } from '../lib/bench.mjs';
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
  {
    name: 'the first calls of docs/hooks.md, typed as they stand there',
    async run({ bare }) {
      const daemon = await bare();
      const { key } = await ctl(daemon, 'setup', '--brand', 'shop', '--name', 'Shop', '--login', 'you@shop.example');
      const [, calls] = readFileSync(path.join(root, 'docs/hooks.md'), 'utf8').match(/```sh calls\n([^]*?)```/) ?? [];
      const env = { ...process.env, PARLOR: `http://127.0.0.1:${daemon.port}`, KEY: key.id, SECRET: key.secret };
      const { stdout } = await promisify(execFile)('bash', ['-euc', calls], { env });
      expect(!stdout.includes('"code":"un') && !/"status":4\d\d/.test(stdout), `nothing was refused: ${stdout}`);
      const authorization = `Basic ${Buffer.from(`${key.id}:${key.secret}`).toString('base64')}`;
      const get = async (address) => (await fetch(`${env.PARLOR}${address}`, { headers: { authorization } })).json();
      const [{ reps }, { groups }, { users }, { rooms }] = await Promise.all(['reps', 'groups', 'users', 'rooms'].map((one) => get(`/v1/${one}`)));
      const [rep] = reps;
      expect(reps.length === 1 && rep.groups[0] === groups[0].id && groups[0].hours === '1-5 09:00-18:00', `a rep in the group: ${JSON.stringify(reps)}`);
      expect(rep.user && rep.user === users.find((one) => one.login === 'lin@shop.example')?.id, 'who has a sign-in of his own');
      expect(rooms.some((one) => one.kind === 'live'), 'and a live room');
    },
  },
];
