// SPDX-License-Identifier: Apache-2.0
/** A meeting that is encrypted end to end: two browsers see, hear and read each other; who lacks the key or has another one gets nothing, and the server neither. */
import assert from 'node:assert/strict';
import { openChat, readsLine, say } from '../lib/chat.mjs';
import { allSeeAndHear, enter, inside, join } from '../lib/meeting.mjs';

export const title = 'end-to-end encrypted: the two see, hear and read each other, nobody without the key does, nothing is recorded';
export const seconds = 240;
export const beside = true;

async function newSealed(world, host) {
  await host.goto(`${world.url}/`);
  await host.click('new-sealed');
  await host.until('the meeting page, with a key', () => /^#[\w-]{11}\.key=[\w-]{22}$/.test(location.hash));
  await inside(host);
  return host.evaluate(() => location.href);
}

const refused = async (world, address, body, type) => {
  const answer = await fetch(`${world.url}${address}`, { method: 'POST', headers: { 'content-type': type }, body });
  return { status: answer.status, ...(await answer.json()) };
};

/** Frames come to him and none opens: his key is another. */
async function seesNobody(stranger) {
  await stranger.until('somebody has another key', () => document.querySelector('[data-testid=sealed]')?.dataset.failing === 'true', null, 30000);
  await stranger.until('packets of pictures', async () => [...(await window.parlor.pc.getStats()).values()].some((one) => one.type === 'inbound-rtp' && one.kind === 'video' && one.packetsReceived > 0), null, 30000);
  const decoded = await stranger.evaluate(async () => {
    const pc = window.parlor.pc;
    const all = [...(await pc.getStats()).values()].filter((one) => one.type === 'inbound-rtp' && one.kind === 'video');
    return { came: all.reduce((sum, one) => sum + one.packetsReceived, 0), frames: all.reduce((sum, one) => sum + (one.framesDecoded ?? 0), 0) };
  });
  assert.ok(decoded.came > 0 && decoded.frames === 0, `packets came and no picture was decoded: ${JSON.stringify(decoded)}`);
}

export async function run(world) {
  await world.startServer();
  const [lin, mara] = await world.persons({ browser: 'chromium', name: 'Lin' }, { browser: 'firefox', name: 'Mara' });
  const link = await newSealed(world, lin);
  await join(mara, link);
  // Beside another scenario few frames are enough: that they open is asked here, not how many.
  await allSeeAndHear(world, [lin, mara], { least: 10, wait: 25000 });
  const secret = `3.14159 ${Math.random()}`;
  await openChat(lin);
  await openChat(mara);
  await say(lin, secret);
  await readsLine(mara, secret);

  const room = await lin.evaluate(() => window.parlor.state.room.id);
  const told = await mara.evaluate(() => JSON.stringify(window.parlor.state.chat));
  assert.ok(told.includes('🔒') && !told.includes(secret), 'the server was told sealed words only');
  for (const [address, body, type] of [[`/v1/rooms/${room}/recording`, '{"action":"start"}', 'application/json'], [`/v1/rooms/${room}/markers`, '{"kind":"conclusion","text":"a"}', 'application/json'], [`/whep/${room}`, 'v=0\r\n', 'application/sdp'], [`/whip/${room}/obs`, 'v=0\r\n', 'application/sdp']]) {
    const answer = await refused(world, address, body, type);
    assert.equal(answer.status, 409, `${address}: ${JSON.stringify(answer)}`);
    assert.match(answer.detail, /encrypted end to end/);
  }

  const [other] = await world.persons({ browser: 'chromium', name: 'Eve' });
  await other.goto(link.replace(/\.key=.*/, ''));
  await enter(other);
  await other.until('the link lacks its key', () => document.querySelector('[data-testid=barred]')?.dataset.reason === 'no_key');
  await other.goto('about:blank');
  await other.goto(link.replace(/key=.{22}/, `key=${'A'.repeat(22)}`));
  await enter(other);
  await inside(other);
  await seesNobody(other);
  await lin.until('Lin is told that Eve has another key', () => document.querySelector('[data-testid=sealed]')?.dataset.failing === 'true', null, 30000);
}
