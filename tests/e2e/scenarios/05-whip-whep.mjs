// SPDX-License-Identifier: Apache-2.0
/**
 * WHIP in and WHEP out by the raw protocol: curl carries the offers of real browsers, so that statuses and headers are seen as they
 * are; then one browser's picture and sound arrive in the other, and everything that a client may do wrong gets its own answer.
 */
import assert from 'node:assert/strict';
import { assertPicture, assertTones } from '../lib/checks.mjs';
import { toneOf } from '../media/mark.mjs';
import { answerTo, curl, offerOf } from '../lib/whip.mjs';

export const title = 'WHIP in, WHEP out, by curl and two browsers';
export const seconds = 120;
export const beside = true;

const SDP = 'application/sdp';

async function start(world, person, name, url, kind) {
  const offer = await offerOf(person, name, kind);
  const made = await curl(world, 'POST', url, { body: offer, type: SDP, headers: { Origin: world.url } });
  assert.equal(made.status, 201, made.body);
  assert.match(made.headers['content-type'], /^application\/sdp/);
  assert.ok(made.headers.location, 'Location');
  assert.match(made.headers.etag, /^"[^"]+"$/);
  for (const line of ['a=ice-lite', 'a=setup:passive', '10.77.0.1', 'fd77::1', 'a=fingerprint:sha-256']) assert.ok(made.body.includes(line), `the answer holds ${line}:\n${made.body}`);
  await answerTo(person, name, made.body);
  return { offer, location: made.headers.location, etag: made.headers.etag };
}

async function watched(person, id, shown, heard) {
  await person.until('the picture', (name) => window.__probe.readMark(window.__probe.byTestId(name)[0]), id);
  const seen = await person.evaluate((name) => window.__probe.watch(() => window.__probe.byTestId(name)[0], 3000, 20), id);
  assertPicture(seen, shown.number, 20, `${person.kind} watches ${shown.kind}`);
  if (heard) assertTones(await person.evaluate((hz) => window.__probe.tones(hz, 2000), [1, 2, 3].map(toneOf)), [shown.number], [person.number, 3], person.kind);
}

async function mistakes(world, offer, session) {
  const expect = async (status, method, url, options) => {
    const got = await curl(world, method, url, options);
    assert.ok([status].flat().includes(got.status), `${method} ${url} ${JSON.stringify(options?.headers ?? options?.type ?? '')}: ${got.status} instead of ${status}\n${got.body}`);
    return got;
  };
  await expect(415, 'POST', '/whip/show/x', { body: offer, type: 'text/plain' });
  await expect(400, 'POST', '/whip/show/x', { body: 'this is no SDP', type: SDP });
  await expect([400, 422], 'POST', '/whip/show/x', { body: offer.replace(/a=fingerprint:.*\r\n/g, ''), type: SDP });
  await expect(422, 'POST', '/whip/show/x', { body: offer.replace(/a=rtcp-mux\r\n/g, '').replace(/RTP\/SAVPF [\d ]+/g, 'RTP/SAVPF 99'), type: SDP });
  await expect(413, 'POST', '/whip/show/x', { body: offer + 'a=x:' + 'y'.repeat(1 << 20) + '\r\n', type: SDP, asks: true });
  const words = await expect([400, 422], 'POST', '/whip/show/x', { body: offer.replace('a=setup:actpass', 'a=setup:nonsense'), type: SDP });
  assert.match(words.body, /line|setup/, 'the error says which line');
  const fragment = { body: 'a=mid:0\r\na=end-of-candidates\r\n', type: 'application/trickle-ice-sdpfrag' };
  await expect(204, 'PATCH', session.location, { ...fragment, headers: { 'If-Match': session.etag } });
  await expect(412, 'PATCH', session.location, { ...fragment, headers: { 'If-Match': '"other"' } });
  await expect(428, 'PATCH', session.location, fragment);
  await expect(415, 'PATCH', session.location, { ...fragment, type: 'text/plain', headers: { 'If-Match': session.etag } });
  await expect(404, 'DELETE', session.location.replace(/[^/]+$/, 'unknown'));
  const options = await expect([200, 204], 'OPTIONS', '/whip/show/x', { headers: { Origin: world.url, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'content-type' } });
  assert.match(options.headers['access-control-allow-methods'] ?? '', /POST/);
}

export async function run(world) {
  await world.startServer();
  const [one, two] = await world.persons({ browser: 'chromium', name: 'Lin' }, { browser: 'firefox', name: 'Mara' });
  for (const person of [one, two]) await person.goto(`${world.url}/healthz-of-nobody`).catch(() => person.goto(`${world.url}/watch`));
  // The viewer comes before anybody publishes: media must start later without another offer.
  const early = await start(world, two, 'stage', '/whep/show', { receive: ['audio', 'video'] });
  const published = await start(world, one, 'in', '/whip/show/lin', { send: true });
  await watched(two, 'watch-stage', one, true);
  await start(world, two, 'back', '/whip/show2/mara', { send: true });
  await start(world, one, 'other', '/whep/show2/mara', { receive: ['audio', 'video'] });
  await watched(one, 'watch-other', two, true);
  await mistakes(world, published.offer, published);
  await watched(two, 'watch-stage', one, false);
  // The same identity again takes the place of the old session.
  const again = await start(world, one, 'again', '/whip/show/lin', { send: true });
  assert.notEqual(again.location, published.location);
  await watched(two, 'watch-stage', one, false);
  assert.equal((await curl(world, 'DELETE', published.location)).status, 404, 'the replaced session is gone');
  for (const session of [again, early]) {
    assert.ok([200, 204].includes((await curl(world, 'DELETE', session.location)).status));
    assert.equal((await curl(world, 'DELETE', session.location)).status, 404);
  }
}
