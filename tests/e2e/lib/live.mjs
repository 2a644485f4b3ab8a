// SPDX-License-Identifier: Apache-2.0
/** Steps of scenarios with live rooms: making one, going live, watching. */
import { assertPicture } from './checks.mjs';
import { loopPipeline, webrtcbin } from './foreign.mjs';
import { mediaOf } from '../media/generate.mjs';

/** Makes a live room over the API; gives {id, host, link}. */
export async function makeLive(world, fields = {}) {
  const answer = await fetch(`${world.url}/v1/rooms`, {
    method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ kind: 'live', title: 'Autumn lamps', host: 'Lin', ...fields }),
  });
  if (answer.status !== 201) throw new Error(`the live room was not made: ${answer.status} ${await answer.text()}`);
  const made = await answer.json();
  return { id: made.id, host: `${world.url}/host#${made.id}/${made.host_token}`, link: `${world.url}/l/${made.id}`, token: made.host_token };
}

/** The host opens the console and goes live. */
export async function goLive(host, room) {
  await host.goto(room.host);
  await host.sees('host-preview');
  await host.until('the own picture', () => window.__probe.readMark(window.__probe.byTestId('host-preview')[0]));
  await host.until('a connection', () => window.__probe.byTestId('health')[0]?.dataset.level > 0);
  await host.click('go-live');
  await host.until('to be live', () => window.__probe.byTestId('live-state')[0]?.dataset.state === 'live');
}

/** What a host's console would say over its line; `person`'s page stands on our server. */
export const goOnAir = (person, room) => person.evaluate(([token]) => new Promise((done, failed) => {
  const line = new WebSocket(`${location.origin.replace('http', 'ws')}/v1/rt`, 'parlor.v1');
  window.__line = line;
  line.onopen = () => line.send(JSON.stringify({ t: 'join', token, name: 'Lin' }));
  line.onclose = () => failed(new Error('the line closed'));
  line.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.t === 'welcome') line.send(JSON.stringify({ t: 'live', state: 'live' }));
    if (message.t === 'live_state') done();
    if (message.t === 'error') failed(new Error(data));
  };
}), [room.token]);

/** Who publishes into a room by WHIP with its host's token. */
export const seatOf = (room) => `/whip/${room.id}/${JSON.parse(Buffer.from(room.token.split('.')[1], 'base64url')).sub}`;

/**
 * The room goes live from an encoder, as hosts with OBS do; the host's page only holds his line. Its picture comes evenly where a browser's camera and encoder
 * stand still when they get no turn, and what stands still at the source is no viewer's freeze.
 */
export async function goLiveByEncoder(world, host, room) {
  await host.goto(`${world.url}/healthz`);
  await goOnAir(host, room);
  return webrtcbin(world, seatOf(room), loopPipeline(await mediaOf(host.number, world.mediaFolder), host.number), { token: room.token });
}

/** The viewer opens the link and sees the host's picture; gives what was seen. */
export async function watchLive(viewer, room, shown, { ms = 2000, least = 15, open = true } = {}) {
  if (open) await viewer.goto(room.link);
  await viewer.until('the picture', () => window.__probe.readMark(window.__probe.byTestId('live-video')[0]));
  const seen = await viewer.evaluate(([time, frames]) => window.__probe.watch(() => window.__probe.byTestId('live-video')[0], time, frames), [ms, least]);
  return assertPicture(seen, shown.number, least, `${viewer.name} (${viewer.kind})`);
}

/** Notes the counter of the picture at the moment when an element with that data-testid comes or goes. */
export function noteCounterAt(viewer, id) {
  return viewer.evaluate((name) => {
    const before = window.__probe.byTestId(name).length;
    window.__noted = null;
    const observer = new MutationObserver(() => {
      if (window.__probe.byTestId(name).length === before) return;
      observer.disconnect();
      window.__noted = { ...window.__probe.readMark(window.__probe.byTestId('live-video')[0]), at: Date.now() };
    });
    observer.observe(document.body, { subtree: true, childList: true });
  }, id);
}

/** The host says something; gives for each viewer by how many frames his picture was past the host's of then when it stood there. */
export async function commentOnFrame(host, viewers, loop) {
  await host.click('tab-comments');
  await host.sees('comment-input');
  await Promise.all(viewers.map((viewer) => noteCounterAt(viewer, 'comment')));
  const said = await host.evaluate(() => {
    const { counter } = window.__probe.readMark(window.__probe.byTestId('host-preview')[0]);
    const input = window.__probe.byTestId('comment-input')[0];
    input.value = 'this one';
    input.form.requestSubmit();
    return counter;
  });
  const noted = await Promise.all(viewers.map((viewer) => viewer.until('the comment', () => window.__noted, undefined, 30000)));
  return noted.map(({ counter }) => ((counter - said + loop * 1.5) % loop) - loop / 2);
}
