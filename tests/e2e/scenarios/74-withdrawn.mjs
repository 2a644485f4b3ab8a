// SPDX-License-Identifier: Apache-2.0
/** Who withdraws is asked whether what there is of him shall go; it goes when the recording is sealed, and waits for a hold, which the admin sees. He is told when it is gone. */
import assert from 'node:assert/strict';
import { meetingOf, seesPicture } from '../lib/meeting.mjs';
import { sleep } from '../lib/world.mjs';

export const title = 'withdraw, be asked, and be out of the recording when it is sealed';
export const seconds = 120;
export const beside = true;

const json = async (world, where) => (await fetch(`${world.url}${where}`)).json();
const wish = async (world, recording) => (await json(world, '/v1/erasures')).erasures.find((one) => one.recording === recording);
const hold = (world, recording, reason) =>
  fetch(`${world.url}/v1/recordings/${recording}`, { method: 'PATCH', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ hold: reason }) });

/** Both are in it for a while; its id. */
async function recordBoth(host, guest) {
  await host.click('record-toggle');
  await guest.sees('consent-ask');
  await guest.click('consent-yes');
  await guest.until('to be recorded', () => window.__probe.byTestId('recording')[0]?.dataset.recorded === 'true');
  await sleep(3000);
  return host.evaluate(() => window.parlor.state.room.recording.id);
}

async function withdraw(guest) {
  await guest.click('more');
  await guest.click('consent-change');
  await guest.sees('consent-left');
  await guest.until('not to be recorded', () => window.__probe.byTestId('recording')[0]?.dataset.recorded !== 'true');
}

const sealed = (world, host, recording) =>
  host.click('record-toggle').then(() => world.eventually('a sealed recording', async () => (await json(world, `/v1/recordings/${recording}`)).state === 'ready', 20000));

const tells = (guest, state) => guest.until(`to be told: ${state}`, (wanted) => window.__probe.byTestId('consent-left')[0]?.dataset.state === wanted, state);

async function assertOut(world, recording) {
  await world.eventually('that he is out of it', async () => (await wish(world, recording)).state === 'done', 20000);
  const { manifest, people } = await json(world, `/v1/recordings/${recording}`);
  const [left] = manifest.participants;
  assert.deepEqual(people, ['Lin']);
  assert.ok(manifest.participants.length === 1 && left.name === 'Lin' && manifest.files.length >= 2, JSON.stringify(manifest.participants));
  assert.ok(manifest.files.every((one) => one.participant === left.id) && !JSON.stringify(manifest).includes('Mara'), 'somebody else is in it');
}

export async function run(world) {
  await world.startServer();
  const [host, guest] = await world.persons({ browser: 'chromium', name: 'Lin' }, { browser: 'firefox', name: 'Mara' });
  await meetingOf(world, host, guest);
  await seesPicture(guest, host, { ms: 500, least: 5 });

  const first = await recordBoth(host, guest);
  await withdraw(guest);
  assert.equal(await wish(world, first), undefined, 'asked for, before he said so');
  await guest.click('left-keep');
  await guest.click('more'); // He thinks again.
  await guest.click('consent-remove');
  await guest.click('left-remove');
  await tells(guest, 'asked');
  assert.equal((await wish(world, first)).state, 'running');
  await sealed(world, host, first);
  await assertOut(world, first);
  await tells(guest, 'done');
  await guest.click('left-keep');

  const second = await recordBoth(host, guest);
  assert.equal((await hold(world, second, 'court 12/3')).status, 200);
  await withdraw(guest);
  await sealed(world, host, second); // He answers when it has just ended.
  await guest.click('left-remove');
  await tells(guest, 'held');
  assert.equal((await wish(world, second)).state, 'held');
  await host.goto(`${world.url}/admin#/recordings/${second}`);
  await host.sees('erasure-own', 20000);
  await host.until('the reason', () => window.__probe.byTestId('erasure-state')[0]?.textContent.includes('court 12/3'));
  await hold(world, second, null);
  await assertOut(world, second);
  await tells(guest, 'done');
}
