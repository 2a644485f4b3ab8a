// SPDX-License-Identifier: Apache-2.0
/** A document and a panel beside a meeting: set by the API, told in the room, and vouched for by a token of that room alone. */
import { DeskLine } from '../lib/desk.mjs';
import { expect, until } from '../lib/bench.mjs';

const DOC = 'https://docs.example/d/1?x=2#page=3';
const PANEL = 'https://tools.example:8443/panel';

async function open(daemon, more = {}) {
  const room = await daemon.good('POST', '/v1/rooms', { title: 'Review', doc_url: DOC, ...more });
  const host = new DeskLine(daemon);
  const welcome = await host.enter({ token: room.host_token, name: 'Lin' });
  return { room, host, welcome };
}

async function guestOf(daemon, room, name = 'Bob') {
  const { token } = await daemon.good('POST', '/v1/guest', { code: room.code, name });
  const line = new DeskLine(daemon);
  const welcome = await line.enter({ token, name });
  return { token, line, welcome };
}

async function tokenOf(line, kind = 'doc') {
  line.send({ t: 'panel', id: 7, kind });
  return line.wait('panel', 'error');
}

/** As the panel's server asks: it has no key of ours. */
const check = (daemon, token) => daemon.ask('POST', '/v1/panels/check', { token }, { Authorization: '' });
const isDead = async (daemon, token) => JSON.stringify((await check(daemon, token)).json) === '{"active":false}';
const claimsOf = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

async function frame(daemon, room, kind) {
  const answer = await fetch(`http://127.0.0.1:${daemon.port}/panel/${room}/${kind}`);
  return { status: answer.status, policy: answer.headers.get('content-security-policy') ?? '', text: await answer.text() };
}

export const cases = [
  {
    name: 'a document and a panel stand beside a meeting; who may set them, and what is refused',
    async run({ strict }) {
      const daemon = await strict();
      const { room, host, welcome } = await open(daemon);
      expect(room.doc_url === DOC && welcome.room.doc_url === DOC && !welcome.room.panel_url, 'set when the room is made, told in the room');
      const byHost = await daemon.ask('PATCH', `/v1/rooms/${room.id}`, { panel_url: PANEL }, { Authorization: `Bearer ${room.host_token}` });
      expect(byHost.status === 200 && byHost.json.doc_url === DOC && byHost.json.panel_url === PANEL, 'a host adds the other, the first stays');
      await host.wait('room', 'room', (one) => one.room.panel_url === PANEL);
      const guest = await guestOf(daemon, room);
      expect(guest.welcome.room.doc_url === DOC, 'who comes later is told');
      expect((await daemon.ask('PATCH', `/v1/rooms/${room.id}`, { doc_url: null }, { Authorization: `Bearer ${guest.token}` })).status === 403, 'a guest sets nothing');
      const seen = (await daemon.ask('GET', `/v1/rooms/${room.id}`, undefined, { Authorization: `Bearer ${guest.token}` })).json;
      expect(!('doc_url' in seen), 'a token alone, without coming in, is not told');
      for (const bad of ['http://docs.example/', 'http://127.0.0.1/', 'javascript:alert(1)', 'https://a@docs.example/', 'https://docs.example; script-src *', `https://docs.example/${'a'.repeat(2000)}`, 7, {}, '']) {
        const answer = await daemon.ask('PATCH', `/v1/rooms/${room.id}`, { doc_url: bad });
        expect(answer.status === 400 && answer.json.code === 'bad_request', `${JSON.stringify(bad).slice(0, 60)} is refused (${answer.status})`);
      }
      expect((await daemon.ask('POST', '/v1/rooms', { kind: 'live', title: 'x', doc_url: DOC })).status === 400, 'a live room has none');
      await daemon.end();
      await daemon.start();
      const again = await daemon.good('GET', `/v1/rooms/${room.id}`);
      expect(again.doc_url === DOC && again.panel_url === PANEL, 'kept over a restart');
      expect(!('doc_url' in await daemon.good('PATCH', `/v1/rooms/${room.id}`, { doc_url: null })), 'taken away');
      for (const line of [host, guest.line]) line.close();
    },
  },
  {
    name: "a panel's frame allows one origin, that of its room",
    async run({ strict }) {
      const daemon = await strict();
      const { room, host } = await open(daemon, { panel_url: PANEL });
      const doc = await frame(daemon, room.id, 'doc');
      expect(doc.status === 200 && doc.policy.includes('frame-src https://docs.example;') && doc.policy.includes("frame-ancestors 'self'") && doc.policy.startsWith("default-src 'none'"), doc.policy);
      expect(!doc.text.includes('docs.example'), 'the address itself is told in the room alone');
      expect((await frame(daemon, room.id, 'panel')).policy.includes('frame-src https://tools.example:8443;'), 'the other');
      for (const [id, kind] of [[room.id, 'page'], [room.code, 'doc'], ['rm_none', 'doc']]) expect((await frame(daemon, id, kind)).status === 404, `${id}/${kind}`);
      const page = await fetch(`http://127.0.0.1:${daemon.port}/m`);
      const policy = page.headers.get('content-security-policy') ?? '';
      expect(policy.includes("frame-src 'self';") || policy.includes("frame-src 'none';"), `no other origin in the meeting's page (${policy})`);
      await daemon.good('PATCH', `/v1/rooms/${room.id}`, { doc_url: null });
      expect((await frame(daemon, room.id, 'doc')).status === 404, 'none without a document');
      host.close();
    },
  },
  {
    name: "a panel's token is of one person in one room: told of him while he is there, dead when he leaves, the panel changes or the room closes",
    async run({ strict }) {
      const daemon = await strict();
      const { room, host } = await open(daemon, { panel_url: PANEL });
      const guest = await guestOf(daemon, room);
      const given = await tokenOf(guest.line);
      expect(given.t === 'panel' && given.id === 7 && given.kind === 'doc' && given.origin === 'https://docs.example' && given.expires_at > Date.now(), 'given for the asking');
      const claims = claimsOf(given.token);
      expect(claims.aud === 'https://docs.example' && claims.room === room.id && claims.sub === guest.welcome.participant && claims.exp - claims.iat === 600, JSON.stringify(claims));
      expect(!JSON.stringify(claims).includes(claimsOf(guest.token).sub), 'his identity is not in it');
      const { status, json } = await check(daemon, given.token);
      expect(status === 200 && json.active && json.room === room.id && json.participant === guest.welcome.participant && json.name === 'Bob' && json.role === 'guest' && json.origin === 'https://docs.example', JSON.stringify(json));
      const own = await tokenOf(host, 'panel');
      const other = await open(daemon);
      const elsewhere = await tokenOf(other.host);
      expect((await check(daemon, elsewhere.token)).json.room === other.room.id, "another room's token is of that room");
      // What was signed for one room does not pass for another: the room is under the signature.
      const [head, , signature] = given.token.split('.');
      const forged = [head, Buffer.from(JSON.stringify({ ...claims, room: other.room.id })).toString('base64url'), signature].join('.');
      for (const bad of [forged, guest.token, room.host_token, 'x', '', `${given.token}x`]) expect(await isDead(daemon, bad), `refused: ${bad.slice(0, 20)}`);
      const thief = new DeskLine(daemon);
      expect((await thief.enter({ token: given.token })).t === 'error', 'as a token for the room it is nothing');
      expect((await daemon.ask('GET', `/v1/rooms/${room.id}`, undefined, { Authorization: `Bearer ${given.token}` })).status === 401, 'nor for the API');
      expect((await tokenOf(guest.line, 'page')).t === 'error' && (await tokenOf(other.host, 'panel')).code === 'not_found', 'there is none of what is not there');
      guest.line.send({ t: 'leave' });
      await until('the guest has left', () => isDead(daemon, given.token), 30000);
      expect((await check(daemon, own.token)).json.active, 'the others go on');
      await daemon.good('PATCH', `/v1/rooms/${room.id}`, { panel_url: 'https://tools.example:8443/other' });
      expect((await check(daemon, own.token)).json.active, 'another page of that origin');
      await daemon.good('PATCH', `/v1/rooms/${room.id}`, { panel_url: 'https://other.example/' });
      expect(await isDead(daemon, own.token), 'of another origin: no more');
      expect((await daemon.ask('DELETE', `/v1/rooms/${other.room.id}`)).status === 204, 'closed');
      expect(await isDead(daemon, elsewhere.token), 'with the room it is over');
      for (const line of [host, guest.line, other.host, thief]) line.close();
    },
  },
];
