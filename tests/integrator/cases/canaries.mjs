// SPDX-License-Identifier: Apache-2.0
/** What is secret or private is given to a server by every way in, and looked for wherever it may not stand. */
import { appendFileSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, until } from '../lib/bench.mjs';
import { DeskLine } from '../lib/desk.mjs';

const TURN = 'canary-turn-secret-5d1f0a7c';
const PASSWORD = 'canary-Password-9e2b';
const WRONG = 'canary-wrong-Password-77aa';
const FORGED = 'canaryforgedtoken0123456789';
const WORDS = { title: 'canarytitle', name: 'canaryname', chat: 'canarychat', offer: 'canarysdp' };

async function withTurn(makeStrict) {
  const daemon = await makeStrict('--joins-burst', 1000);
  await daemon.end();
  appendFileSync(path.join(daemon.folder, 'parlor.conf'), `[turn]\nurls=turn:127.0.0.1:3478\nsecret=${TURN}\n`);
  await daemon.start();
  return daemon;
}

/** A page that joins with a token, speaks, and comes back by its resume token; the secrets that it got. */
async function meet(daemon, after, token) {
  const line = new DeskLine(daemon);
  after(async () => line.close());
  const welcome = await line.join({ token, name: WORDS.name });
  expect(welcome.t === 'welcome', JSON.stringify(welcome));
  line.send({ t: 'chat', client_id: 'c-canary', text: WORDS.chat });
  await line.wait('chat');
  line.send({ t: 'offer', seq: 1, sdp: `v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=${WORDS.offer}\r\nt=0 0\r\n` });
  await line.wait('error', 'answer');
  return [welcome.resume_token];
}

/** Somebody of the brand who signs in by a link, wrongly, and with a forged cookie; the secrets that he got. */
async function signIn(daemon) {
  const user = await daemon.good('POST', '/v1/users', { login: 'canary@example.org', name: 'Cara', roles: ['admin'] });
  const { link } = await daemon.good('POST', `/v1/users/${user.id}/link`);
  const secret = new URLSearchParams(new URL(link).hash.slice(1)).get('link');
  const own = { Origin: `http://127.0.0.1:${daemon.port}` };
  const answer = await fetch(`http://127.0.0.1:${daemon.port}/v1/signin`, { method: 'POST', headers: { 'Content-Type': 'application/json', ...own }, body: JSON.stringify({ link: secret }) });
  expect(answer.status < 300, `signed in by the link: ${answer.status}`);
  const cookie = answer.headers.getSetCookie()[0].split(';')[0];
  const { csrf } = await answer.json();
  const changed = await fetch(`http://127.0.0.1:${daemon.port}/v1/session/password`, { method: 'POST',
    headers: { 'Content-Type': 'application/json', Cookie: cookie, 'X-Parlor-CSRF': csrf, ...own }, body: JSON.stringify({ new: PASSWORD }) });
  expect(changed.status === 200, `a password of one's own: ${changed.status} ${await changed.text()}`);
  for (const password of [PASSWORD, WRONG])
    await daemon.ask('POST', '/v1/signin', { login: 'canary@example.org', password }, { Authorization: '', ...own });
  await daemon.ask('GET', '/v1/session', undefined, { Authorization: '', Cookie: `${cookie.split('=')[0]}=${FORGED}` });
  return [secret, cookie.split('=').slice(1).join('=')];
}

/** Requests that bring a secret where none belongs. */
async function bring(daemon, room, token) {
  await daemon.ask('GET', `/v1/nothing?token=${FORGED}`);
  await daemon.ask('GET', `/v1/rooms/${room}?access_token=${token}`, undefined, { Authorization: '' });
  await daemon.ask('GET', `/v1/rooms/${room}`, undefined, { Authorization: `Bearer ${FORGED}` });
  await fetch(`http://127.0.0.1:${daemon.port}/whip/${room}/cam`, { method: 'POST', headers: { 'Content-Type': 'application/sdp', Authorization: `Bearer ${token}` }, body: `v=0\r\ns=${WORDS.offer}\r\n` });
}

function logs(daemon) {
  const kept = readdirSync(daemon.folder).filter((name) => name.endsWith('.log')).map((name) => readFileSync(path.join(daemon.folder, name), 'utf8'));
  return [daemon.log, ...kept].join('\n');
}

export const cases = [
  {
    name: 'no secret stands in a log, a metric, an event or a webhook, and no name or word in a log or a metric',
    async run({ strict, receiver: makeReceiver, after }) {
      const daemon = await withTurn(strict);
      const receiver = await makeReceiver();
      daemon.flags.push('--hook-http', '--hook-allow', '127.0.0.0/8');
      await daemon.end();
      await daemon.start();
      const hook = await daemon.good('POST', '/v1/webhooks', { url: receiver.url, types: ['*'], scopes: ['content'] });
      const key = await daemon.good('POST', '/v1/keys', { name: 'canary', scopes: ['rooms'] });
      const room = await daemon.good('POST', '/v1/rooms', { title: WORDS.title });
      const secrets = [TURN, PASSWORD, WRONG, FORGED, hook.secret.slice(6), key.secret, room.host_token, '0123456789abcdef0123456789abcdef',
        ...(await meet(daemon, after, room.host_token)), ...(await signIn(daemon))];
      await bring(daemon, room.id, room.host_token);
      await daemon.good('DELETE', `/v1/rooms/${room.id}`);
      await until('the room\'s end to be told', () => receiver.requests.some((request) => request.body.includes('room.ended')), 30000);
      const metrics = await (await fetch(`http://127.0.0.1:${daemon.admin}/metrics`)).text();
      const events = JSON.stringify(await daemon.good('GET', '/v1/events'));
      const sent = JSON.stringify(receiver.requests.map(({ body, url, headers }) => ({ body, url, headers })));
      await daemon.end();
      const log = logs(daemon);
      expect(log.length > 0 && events.includes(room.id) && sent.includes(room.id), 'there is something to look through');
      expect(secrets.every((one) => typeof one === 'string' && one.length >= 10), `secrets were got: ${secrets.map((one) => typeof one)}`);
      for (const [where, text] of Object.entries({ log, metrics, events, sent }))
        for (const secret of secrets) expect(!text.includes(secret), `${secret.slice(0, 12)}… stands in: ${where}`);
      for (const [where, text] of Object.entries({ log, metrics }))
        for (const word of Object.values(WORDS)) expect(!text.includes(word), `${word} stands in: ${where}`);
    },
  },
];
