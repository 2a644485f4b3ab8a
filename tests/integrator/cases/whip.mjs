// SPDX-License-Identifier: Apache-2.0
/** An encoder comes by WHIP as OBS does: its offers, its bearer, what it does with the session's own address. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, root } from '../lib/bench.mjs';

const SDP = 'application/sdp';
const FRAGMENT = 'application/trickle-ice-sdpfrag';
const offer = (name) => readFileSync(path.join(root, `tests/data/sdp/${name}.sdp`), 'utf8');

/** {status, body, header (name)}; token null = none. */
async function ask(daemon, method, address, { token = null, type, body, headers = {} } = {}) {
  const init = { method, headers: { ...(token === null ? {} : { Authorization: `Bearer ${token}` }), ...(type ? { 'Content-Type': type } : {}), ...headers }, body };
  const answer = await fetch(new URL(address, `http://127.0.0.1:${daemon.port}`), init);
  return { status: answer.status, body: await answer.text(), header: (name) => answer.headers.get(name) ?? '' };
}

function expectStatus(answer, status, what) {
  expect(answer.status === status, `${what}: ${answer.status} instead of ${status} ${answer.body}`);
  return answer;
}

/** A live room and where its encoder sends to. */
async function liveRoom(daemon) {
  const room = await daemon.good('POST', '/v1/rooms', { kind: 'live', title: 'From an encoder', host: 'Lin' });
  const { sub } = JSON.parse(Buffer.from(room.host_token.split('.')[1], 'base64url'));
  return { token: room.host_token, address: `/whip/${room.id}/${sub}`, beside: `/whip/${room.id}/somebody` };
}

const sections = (sdp) => sdp.split(/^(?=m=)/m).slice(1);

/* Everything that OBS needs before it sends: it makes no second attempt and trickles nothing. */
function expectAnswer(answer, layers) {
  const [audio, video] = sections(answer.body);
  for (const line of ['a=ice-lite', 'a=setup:passive', 'a=fingerprint:sha-256', 'a=candidate:', 'a=rtcp-mux', 'a=recvonly']) expect(answer.body.includes(line), `${line} in ${answer.body}`);
  expect(/^m=audio [1-9]\d* \S+ 111\r$/m.test(audio), audio);
  expect(/^m=video [1-9]/.test(video) && /a=rtpmap:96 H264\/90000/.test(video), video);
  expect(video.includes('a=rtcp-fb:96 nack pli'), 'it can be asked for a key frame');
  expect(layers ? video.includes(`a=simulcast:recv ${layers}`) : !video.includes('simulcast'), video);
}

export const cases = [
  {
    name: 'OBS and other encoders: offers, bearer, Location, PATCH, DELETE',
    async run({ strict }) {
      const daemon = await strict();
      const room = await liveRoom(daemon);
      const other = await liveRoom(daemon);
      const post = (address, body, token, type = SDP) => ask(daemon, 'POST', address, { body, type, token });
      expectStatus(await post(room.address, offer('obs-whip'), null), 401, 'no bearer');
      expectStatus(await post(room.address, offer('obs-whip'), `${room.token}x`), 401, 'a wrong bearer');
      expectStatus(await post(room.address, offer('obs-whip'), other.token), 403, "another room's bearer");
      expectStatus(await post(room.beside, offer('obs-whip'), room.token), 403, "another's place");
      expectStatus(await post(room.address, offer('obs-whip'), room.token, 'text/plain'), 415, 'no SDP');
      for (const [name, layers] of [['obs-whip'], ['obs-simulcast', '0;1;2'], ['encoder-profiles-rtx']]) {
        const made = expectStatus(await post(room.address, offer(name), room.token), 201, name);
        expect(made.header('content-type').startsWith(SDP), made.header('content-type'));
        expectAnswer(made, layers);
        const session = made.header('location');
        expect(session.startsWith('/'), `a Location that OBS completes itself: ${session}`);
        const patch = (headers, type = FRAGMENT, token = room.token) => ask(daemon, 'PATCH', session, { token, type, headers, body: 'a=mid:0\r\na=end-of-candidates\r\n' });
        const tag = { 'If-Match': made.header('etag') };
        expectStatus(await patch(tag), 204, 'trickle');
        expectStatus(await patch({}), 428, 'trickle without its tag');
        expectStatus(await patch({ 'If-Match': '"older"' }), 412, 'trickle for another');
        expectStatus(await patch(tag, SDP), 415, 'a PATCH of something else');
        expectStatus(await patch(tag, FRAGMENT, other.token), 403, "somebody else's PATCH");
        expectStatus(await ask(daemon, 'DELETE', session), 401, 'an end without a bearer');
        expectStatus(await ask(daemon, 'DELETE', session, { token: other.token }), 403, "somebody else's end");
        expectStatus(await ask(daemon, 'DELETE', session, { token: room.token }), 200, 'the end, as OBS wants to see it');
        expectStatus(await ask(daemon, 'DELETE', session, { token: room.token }), 404, 'the end, again');
        expectStatus(await patch(tag), 404, 'trickle after the end');
      }
    },
  },
  {
    name: 'HEVC is refused with what to set instead, AV1 is taken; an encoder’s own key publishes and does nothing else',
    async run({ daemon: makeDaemon }) {
      const daemon = await makeDaemon();
      const { id, host_token: host } = await daemon.good('POST', '/v1/rooms', { kind: 'live', title: 'From an encoder', host: 'Lin' });
      const json = (method, address, token, body) => ask(daemon, method, address, { token, type: body && 'application/json', body: body && JSON.stringify(body) });
      const key = JSON.parse(expectStatus(await json('POST', `/v1/rooms/${id}/console`, host, { as: 'encoder', name: 'OBS' }), 201, 'a key').body);
      const { pathname } = new URL(key.url);
      const post = (body) => ask(daemon, 'POST', pathname, { body, type: SDP, token: key.token });
      const only = (codec) => offer('obs-whip').replace('H264/90000', `${codec}/90000`).replace(/a=fmtp:96 .*\r?\n/, '');
      const refused = expectStatus(await post(only('H265')), 422, 'HEVC');
      expect(/H\.264 or AV1/.test(JSON.parse(refused.body).detail) && /OBS/.test(refused.body), refused.body);
      const made = expectStatus(await post(only('AV1')), 201, 'AV1');
      expect(/^m=video [1-9]/m.test(made.body) && made.body.includes('a=rtpmap:96 AV1/90000'), made.body);
      expectStatus(await ask(daemon, 'DELETE', made.header('location'), { token: key.token }), 200, 'its end');
      expectStatus(await post(only('NEVER')), 201, 'what we do not know has port 0 beside the sound');
      for (const [method, address, body] of [['POST', `/v1/rooms/${id}/state`, { to: 'ended' }], ['POST', `/v1/rooms/${id}/console`, { as: 'assistant' }], ['DELETE', `/v1/rooms/${id}`]])
        expectStatus(await json(method, address, key.token, body), 403, `${method} ${address} with an encoder's key`);
    },
  },
];
