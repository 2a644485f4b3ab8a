// SPDX-License-Identifier: Apache-2.0
/**
 * A consult beside the stream, all of it: a video call whose rep shows his screen, a sharp picture by the customer's tap, a recording that
 * waits for both, a colleague who is asked in and has the call handed over while the customer's picture and the stream go on. Whoever
 * hangs up has no microphone and no camera open any more.
 */
import assert from 'node:assert/strict';
import path from 'node:path';
import { mkdirSync } from 'node:fs';
import { goLive, makeLive, watchLive } from '../lib/live.mjs';
import { makeTruth } from '../lib/screen.mjs';
import { sleep } from '../lib/world.mjs';

export const title = 'a consult: screen, sharp picture, recording, a colleague asked in, who has it then';
export const suite = 'bench';
export const seconds = 180;

const PHONE = { width: 390, height: 780 };
const pageHas = (name) => (one, what) => one.until(what, ([id]) => window.__probe.byTestId(id).some(window.__probe.visible), [name], 30000);

/** Frames go on in the picture of the other. */
async function seesOther(one, what) {
  await one.until(what, () => document.querySelector('.call-pictures video.remote')?.videoWidth > 0, undefined, 30000);
  const count = () => document.querySelector('.call-pictures video.remote').currentTime;
  const before = await one.evaluate(count);
  await one.until(`${what} that moves`, (at) => document.querySelector('.call-pictures video.remote').currentTime > at + 0.3, before, 30000);
}

/** PARLOR_SHOTS names a folder: pictures for eyes. */
async function shot(all, name) {
  const folder = process.env.PARLOR_SHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  for (const one of all) await one.screenshot(path.join(folder, `${name}-${one.name}.png`));
}

/** Brings it to where a hand would scroll it: the strip is small. */
async function tap(one, id) {
  await one.sees(id, 30000);
  await one.evaluate((name) => window.__probe.byTestId(name)[0].scrollIntoView({ block: 'center' }), id);
  await one.click(id);
}

/** Keeps what the browser opens, to see that it is closed. */
const keepTracks = (one) => one.evaluate(() => {
  const { mediaDevices } = navigator;
  const real = mediaDevices.getUserMedia.bind(mediaDevices);
  window.__taken = [];
  mediaDevices.getUserMedia = async (want) => {
    const stream = await real(want);
    window.__taken.push(...stream.getTracks());
    return stream;
  };
});

async function begin(world, rep, viewer) {
  await viewer.sees('service-button');
  await viewer.click('service-button');
  await viewer.sees('service-add');
  await viewer.click('service-add');
  await viewer.sees('say');
  await viewer.click('call-video');
  await rep.sees('call-answer');
  await rep.click('call-answer');
  await seesOther(viewer, 'the rep');
  await seesOther(rep, 'the customer');
}

async function sharpPicture(rep, viewer) {
  await tap(viewer, 'take-still');
  await pageHas('still')(viewer, 'the picture before it goes');
  await shot([viewer], 'still');
  await tap(viewer, 'still-send');
  await viewer.seesNot('still');
  await rep.click('thread');
  await rep.until('the picture', () => [...document.querySelectorAll('.bubble img.picture')].some((one) => one.naturalWidth >= 640), undefined, 30000);
  assert.ok(await rep.evaluate(() => document.querySelector('parlor-service-call') !== null), 'the call stays while a conversation is looked at');
}

async function recorded(rep, viewer, want) {
  for (const one of [rep, viewer])
    await one.until(`recorded: ${want}`, (on) => window.__probe.byTestId('recorded')[0]?.dataset.on === on, String(want), 30000);
}

async function record(rep, viewer) {
  await rep.click('record');
  await pageHas('consent-ask')(viewer, 'the question');
  await rep.until('to wait', () => window.__probe.byTestId('recorded')[0]?.dataset.on === 'false', undefined, 30000);
  await shot([rep, viewer], 'asked');
  await tap(viewer, 'consent-yes');
  await recorded(rep, viewer, true);
  await shot([rep, viewer], 'recorded');
  await rep.click('record');
  await viewer.seesNot('recorded');
}

async function colleague(rep, viewer, expert) {
  const id = await expert.evaluate(() => document.querySelector('parlor-rep').desk.state.me.id);
  await rep.click('ask-expert');
  await rep.until('her in the list', (who) => [...(window.__probe.byTestId('ask-in')[0]?.options ?? [])].some((one) => one.value === who), id, 30000);
  await shot([rep], 'whom');
  await rep.evaluate((value) => {
    const box = window.__probe.byTestId('ask-in')[0];
    box.value = value;
  }, id);
  await rep.click('ask-in-do');
  await pageHas('call-join')(expert, 'to be asked');
  await shot([expert], 'expert-asked');
  await expert.click('call-join');
  await rep.until('him in it', () => window.__probe.byTestId('expert')[0]?.dataset.here === 'true', undefined, 30000);
  await shot([rep, expert, viewer], 'expert-in');
  await rep.click('hand-over');
  await rep.seesNot('call');
  await expert.until('the call', () => window.__probe.byTestId('call')[0]?.dataset.state === 'active', undefined, 30000);
  await seesOther(expert, 'the customer');
}

export async function run(world) {
  await world.startServer();
  const [host, rep, expert, viewer] = await world.persons(
    { browser: 'chromium', name: 'Host' }, { browser: 'chromium', name: 'Lin' }, { browser: 'chromium', name: 'Zoe', locale: 'zh-CN', viewport: PHONE },
    { browser: 'firefox', name: 'Bo' });
  const room = await makeLive(world);
  await rep.goto(`${world.url}/rep#lin`);
  await expert.goto(`${world.url}/rep#zoe`);
  await rep.sees('presence');
  await expert.sees('presence');
  await goLive(host, room);
  await watchLive(viewer, room, host, { ms: 1000, least: 5 });
  await keepTracks(viewer);
  await begin(world, rep, viewer);
  await shot([rep, viewer], 'talk');
  await rep.evaluate((lines) => window.__probe.setScreen(lines), makeTruth().lines);
  await rep.click('share-screen');
  await viewer.until('the screen', () => document.querySelector('parlor-consult')?.consult.store.get().remoteIsScreen, undefined, 30000);
  await seesOther(viewer, 'the screen');
  await shot([rep, viewer], 'screen');
  await rep.click('share-screen');
  await viewer.until('his face again', () => !document.querySelector('parlor-consult')?.consult.store.get().remoteIsScreen, undefined, 30000);
  await sharpPicture(rep, viewer);
  await record(rep, viewer);
  await colleague(rep, viewer, expert);
  await viewer.until('the call to go on', () => window.__probe.byTestId('call')[0]?.dataset.state === 'active');
  await watchLive(viewer, room, host, { ms: 1000, least: 5, open: false });
  await tap(viewer, 'call-end');
  await viewer.seesNot('call');
  await expert.seesNot('call');
  await sleep(2000);
  const open = await viewer.evaluate(() => [window.__taken.length, window.__taken.filter((one) => one.readyState === 'live').map((one) => one.kind)]);
  assert.ok(open[0] >= 2, `he had microphone and camera open: ${open[0]}`);
  assert.deepEqual(open[1], [], 'open after he hung up');
  assert.ok(await viewer.evaluate(() => document.querySelector('[data-consult]') === null), 'the stream has its place again');
}
