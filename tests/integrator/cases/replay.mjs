// SPDX-License-Identifier: Apache-2.0
/** A live room is recorded, ends, and a part of it is published: who may, what is seen, what is not, and how it goes away. */
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, root, sleep, until } from '../lib/bench.mjs';
import { DeskLine } from '../lib/desk.mjs';

const WAIT_MS = 120000; // a render on a busy machine

/* A picture and a tone, as docs/operate.md brings them in. */
async function inject(daemon, room, after) {
  const parlorctl = path.join(root, 'build/tools/parlorctl/parlorctl');
  const line = (source, track, caps) => `gst-launch-1.0 -q ${source} ! rtpstreampay ! fdsink | ${parlorctl} inject ${room}/host/${track} --caps application/x-rtp,${caps}`;
  const start = (text) => {
    const child = spawn('bash', ['-c', text], { detached: true, stdio: 'ignore', env: { ...process.env, PARLOR_DATA_DIR: daemon.folder } });
    after(async () => { try { process.kill(-child.pid, 'SIGKILL'); } catch { /* it has ended */ } });
  };
  start(line('videotestsrc is-live=true ! video/x-raw,width=320,height=180,framerate=15/1 ! vp8enc deadline=1 keyframe-max-dist=15 ! rtpvp8pay pt=96', 'camera', 'media=video,clock-rate=90000,encoding-name=VP8,payload=96'));
  start(line('audiotestsrc is-live=true freq=440 ! audioconvert ! opusenc ! rtpopuspay pt=97', 'microphone', 'media=audio,clock-rate=48000,encoding-name=OPUS,payload=97'));
  await until('a publisher', async () => (await daemon.good('GET', `/v1/rooms/${room}`)).participants > 0, 30000);
}

/* Somebody who watches and says something. */
async function viewer(daemon, room, more = {}) {
  const line = new DeskLine(daemon);
  await line.open({ as: 'visitor', device: randomBytes(16).toString('hex'), ...more });
  line.send({ t: 'join', room, name: more.name ?? 'Ada' });
  await line.wait('live');
  return line;
}

async function comment(line, text) {
  line.send({ t: 'comment', id: 1, client_id: randomBytes(8).toString('hex'), text });
  return (await line.wait('comment', 'error')).comment;
}

/* On air for some seconds, with two pins, three comments and a rehearsal before; then over. */
async function stream(daemon, after, seconds = 6) {
  const room = await daemon.good('POST', '/v1/rooms', { kind: 'live', title: 'Autumn lamps', host: 'Lin', summary: 'What is new', policy: { consent: 'notice' } });
  await inject(daemon, room.id, after);
  await daemon.good('POST', `/v1/rooms/${room.id}/recording`, { action: 'start' });
  await sleep(1000); // the rehearsal
  const clock = async () => (await daemon.good('GET', `/v1/rooms/${room.id}/live`)).room_ms;
  await daemon.good('POST', `/v1/rooms/${room.id}/state`, { to: 'live' });
  const onAir = await clock();
  await daemon.good('POST', `/v1/rooms/${room.id}/pins`, { sku: 'lamp-01', note: 'warm' });
  const line = await viewer(daemon, room.id);
  const stands = await comment(line, 'how much is the lamp?');
  const deleted = await comment(line, 'delete me');
  const host = new DeskLine(daemon);
  await host.open({ as: 'visitor', device: randomBytes(16).toString('hex') });
  host.send({ t: 'join', room: room.id, token: room.host_token, name: 'Lin' });
  await host.wait('live');
  host.send({ t: 'moderate', comment: deleted.id, action: 'delete' });
  await line.wait('comment_gone');
  await sleep(Math.max(0, onAir + seconds * 500 - (await clock())));
  await daemon.good('POST', `/v1/rooms/${room.id}/pins`, { sku: 'kettle-02' });
  await sleep(Math.max(0, onAir + seconds * 1000 - (await clock())));
  await daemon.good('POST', `/v1/rooms/${room.id}/state`, { to: 'ended' });
  const over = await clock();
  return { room, onAir, over, stands, line, host };
}

const publish = (daemon, room, wish = {}) => daemon.ask('POST', `/v1/rooms/${room.id}/replays`, wish);
const own = async (daemon, room, id) => (await daemon.good('GET', `/v1/rooms/${room.id}/replays`)).replays.find((one) => one.id === id);

async function published(daemon, room, wish) {
  const asked = await publish(daemon, room, wish);
  expect(asked.status === 202 && asked.json.state === 'preparing', `202 and preparing, got ${asked.status} ${JSON.stringify(asked.json)}`);
  const { id } = asked.json;
  await until('the replay to be published', async () => {
    const now = await own(daemon, room, id);
    expect(now.state !== 'failed', `it failed: ${now.reason}`);
    return now.state === 'published';
  }, WAIT_MS);
  return id;
}

/* One that is open and ends soon. On a busy machine making it may take longer than it lives: then the next lives longer. */
async function shortLived(daemon, room) {
  for (const life of [12000, 60000]) {
    const { id } = (await publish(daemon, room, { expires_at: Date.now() + life })).json;
    await until('the replay to be made', async () => (await own(daemon, room, id)).state !== 'preparing', WAIT_MS);
    if ((await daemon.ask('GET', `/v1/replays/${id}`)).status === 200) return id;
  }
  throw new Error('no replay was open before its end');
}

async function media(daemon, id, headers = {}) {
  return fetch(`http://127.0.0.1:${daemon.port}/v1/replays/${id}/media`, { headers });
}

/* What a decoder makes of it: frames and seconds. */
async function frames(daemon, bytes) {
  const file = path.join(daemon.folder, 'replay.webm');
  writeFileSync(file, bytes);
  const { stdout } = await promisify(execFile)('gst-launch-1.0', ['-q', 'filesrc', `location=${file}`, '!', 'matroskademux', '!', 'vp8dec', '!', 'videoconvert', '!', 'videoscale', '!', 'video/x-raw,format=GRAY8,width=16,height=16', '!', 'fdsink', 'fd=1'], { encoding: 'buffer', maxBuffer: 1 << 26 });
  return stdout.length / 256;
}

const seconds = (parts) => parts.reduce((sum, one) => sum + one.to_ms - one.from_ms, 0) / 1000;

async function publishCase({ daemon: make, after, say }) {
  const daemon = await make();
  const { room, onAir, over, stands } = await stream(daemon, after);
  const drop = [{ from_ms: onAir + 3500, to_ms: onAir + 4500 }];
  const id = await published(daemon, room, { title: 'Lamps again', drop });
  const shown = await daemon.good('GET', `/v1/replays/${id}`);
  expect(shown.title === 'Lamps again' && shown.room === room.id && /^ent_/.test(shown.entry), 'title, room and entry');
  const link = (await daemon.good('GET', '/v1/entries')).entries.find((one) => one.id === shown.entry);
  expect(link.channel === 'replay' && link.title === 'Lamps again', `its link says what it leads to (${JSON.stringify(link)})`);
  expect(shown.parts.length === 2, `two parts, got ${JSON.stringify(shown.parts)}`);
  expect(Math.abs(shown.parts[0].from_ms - onAir) < 1500 && shown.parts[0].from_ms >= onAir - 200, `nothing of the rehearsal: ${onAir} ${JSON.stringify(shown.parts)}`);
  expect(shown.parts[0].to_ms <= drop[0].from_ms && shown.parts[1].from_ms === drop[0].to_ms, 'nothing of what was dropped');
  expect(shown.parts[1].to_ms <= over + 200, 'nothing behind the end');
  const bytes = Buffer.from(await (await media(daemon, id)).arrayBuffer());
  const n = await frames(daemon, bytes);
  expect(Math.abs(n / 30 - seconds(shown.parts)) < 0.2, `${n} frames for ${seconds(shown.parts)} s`);
  expect(Math.abs(shown.duration_ms / 1000 - seconds(shown.parts)) < 0.1, 'its duration');
  say(`published with ${n} frames`);
  expect(shown.pins.map((one) => one.sku).join() === 'lamp-01,kettle-02' && shown.pins[0].price === '¥399' && shown.pins[0].product.price === '¥399', 'pins with prices then and now');
  expect(shown.pins[1].at_ms > shown.pins[0].at_ms, 'chapters in order');
  const { comments } = await daemon.good('GET', `/v1/replays/${id}/comments`);
  expect(comments.length === 1 && comments[0].id === stands.id, `the comment that stands, got ${JSON.stringify(comments)}`);
  await daemon.good('POST', '/v1/products', { sku: 'lamp-01', title: 'Reading lamp', price: '¥299', url: 'https://shop.example/lamp-01' });
  const later = await daemon.good('GET', `/v1/replays/${id}`);
  expect(later.pins[0].price === '¥399' && later.pins[0].product.price === '¥299', 'then and now');
  const { replays } = await daemon.good('GET', `/v1/live/${shown.brand}/replays`);
  expect(replays.length === 1 && replays[0].id === id, 'the brand lists it');
  const go = await fetch(`http://127.0.0.1:${daemon.port}/v1/replays/${id}/go/lamp-01?room_ms=${onAir + 500}`, { redirect: 'manual' });
  const code = new URL(go.headers.get('location')).searchParams.get('handoff');
  const click = await daemon.good('POST', '/v1/handoffs/resolve', { code });
  expect(click.room_ms === onAir + 500 && click.room === room.id, 'the click is of that instant');
}

async function withdrawCase({ daemon: make, after }) {
  const daemon = await make();
  const { room } = await stream(daemon, after, 4);
  const id = await published(daemon, room);
  const { recording } = await own(daemon, room, id);
  const told = (await daemon.good('GET', `/v1/recordings/${recording}`)).replays;
  expect(told === 1, 'the recording says that a replay rests on it');
  expect((await daemon.ask('DELETE', `/v1/recordings/${recording}`)).json.code === 'published', 'and is not deleted under it');
  const part = await media(daemon, id, { Range: 'bytes=0-99' });
  expect(part.status === 206 && (await part.arrayBuffer()).byteLength === 100, 'a part of the film');
  const began = Date.now();
  expect((await daemon.ask('DELETE', `/v1/rooms/${room.id}/replays/${id}`)).status === 204, 'withdrawn');
  for (const address of [`/v1/replays/${id}`, `/v1/replays/${id}/comments`, `/v1/replays/${id}/media`, `/v1/replays/${id}/go/lamp-01`]) {
    const answer = await daemon.ask('GET', address);
    expect(answer.status === 410 && answer.json.code === 'withdrawn', `${address} is gone, got ${answer.status}`);
  }
  const known = { 'If-None-Match': part.headers.get('etag') };
  for (const headers of [known, { Range: 'bytes=100-199' }]) expect((await media(daemon, id, headers)).status === 410, 'also for who has its address and a part of it');
  expect((await daemon.good('GET', '/v1/live/br_demo/replays')).replays.length === 0, 'the brand lists it no more');
  expect(Date.now() - began < 60000, 'within a minute');
  const events = (await daemon.good('GET', '/v1/events')).events.map((one) => one.type).filter((one) => one.startsWith('replay.'));
  expect(events.join() === 'replay.published,replay.withdrawn', `events ${events}`);
  const lines = (await daemon.good('GET', '/v1/audit')).rows.map((one) => one.action);
  for (const action of ['replay.asked', 'replay.published', 'replay.withdrawn']) expect(lines.includes(action), `${action} in the audit log`);
  await until('its file to be removed', async () => (await daemon.good('GET', `/v1/recordings/${recording}/renders`)).renders.length === 0, 30000);
  expect((await daemon.ask('DELETE', `/v1/recordings/${recording}`)).status === 204, 'now the recording may go');
}

async function refusedCase({ daemon: make, after }) {
  const daemon = await make();
  const { room } = await stream(daemon, after, 3);
  const bad = async (body, status, code) => {
    const answer = await publish(daemon, room, body);
    expect(answer.status === status && answer.json.code === code, `${JSON.stringify(body)}: ${answer.status} ${JSON.stringify(answer.json)}`);
  };
  await bad({ drop: [{ from_ms: 5, to_ms: 5 }] }, 400, 'bad_request');
  await bad({ drop: 'all' }, 400, 'bad_request');
  await bad({ from_ms: 9000, to_ms: 100 }, 400, 'bad_request');
  await bad({ expires_at: 1000 }, 400, 'bad_request');
  await bad({ title: '\u0007' }, 400, 'bad_request');
  await bad({ recording: 'rec_00000000000000000000000000' }, 409, 'not_recorded');
  const as = (token) => ({ Authorization: `Bearer ${token}` });
  const other = await daemon.good('POST', '/v1/rooms', { kind: 'live', title: 'another' });
  const address = `/v1/rooms/${room.id}/replays`;
  expect((await daemon.ask('POST', address, {}, as(other.host_token))).status === 403, "another stream's host is refused");
  expect((await daemon.ask('POST', address, {}, as('nonsense'))).status === 401, 'nonsense is refused');
  expect((await daemon.ask('POST', `/v1/rooms/${other.id}/replays`, {})).json.code === 'not_recorded', 'what was never on air');
  const asked = await daemon.ask('POST', address, {}, as(room.host_token));
  expect(asked.status === 202, `the stream's own host may, got ${JSON.stringify(asked.json)}`);
  const early = await daemon.ask('GET', `/v1/replays/${asked.json.id}`);
  expect(early.json.code === 'not_ready' && early.json.title === 'Conflict' && !early.json.room, `nothing is told of one that is being made, got ${JSON.stringify(early.json)}`);
  expect((await daemon.ask('GET', '/v1/replays/rpl_00000000000000000000000000')).status === 404, 'a guessed id');
  expect((await daemon.ask('DELETE', `/v1/rooms/${other.id}/replays/${asked.json.id}`)).status === 404, "another stream's replay");
  await until('it to be published', async () => (await own(daemon, room, asked.json.id)).state === 'published', WAIT_MS);
  const short = await shortLived(daemon, room);
  await until('its end', async () => (await daemon.ask('GET', `/v1/replays/${short}`)).status === 410, 90000);
}

export const cases = [
  { name: 'a part of a stream is published with pins, prices and comments', alone: true, run: publishCase },
  { name: 'a replay is withdrawn for everybody at once', run: withdrawCase },
  { name: 'who may not is refused, and what is no wish', alone: true, run: refusedCase },
];
