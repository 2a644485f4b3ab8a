// SPDX-License-Identifier: Apache-2.0
/** A server without --demo: set up, signed in, a meeting recorded, found in the portal, shared with somebody who has no sign-in, and taken back. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { inside } from '../lib/meeting.mjs';
import { sleep } from '../lib/world.mjs';

export const title = 'sign in, record, find, share, take back';
export const seconds = 90;
export const beside = true;

const api = (person, method, where, what) => person.evaluate(async ([verb, at, said]) => {
  const headers = { 'x-parlor-csrf': JSON.parse(localStorage.getItem('parlor.csrf') ?? '""') };
  if (said) headers['content-type'] = 'application/json';
  const answer = await fetch(at, { method: verb, cache: 'no-store', headers, body: said });
  return { status: answer.status, body: await answer.json().catch(() => null) };
}, [method, where, what && JSON.stringify(what)]);

async function setUp(world) {
  const ctl = path.join(path.dirname(world.serverProgram), '../tools/parlorctl/parlorctl');
  const { stdout } = await world.run(ctl, ['--data-dir', path.join(world.folder, 'data'), '--json', 'setup', '--brand', 'shop', '--name', 'The shop', '--login', 'lin@shop.example']);
  return world.url + new URL(JSON.parse(stdout).link).pathname + new URL(JSON.parse(stdout).link).hash;
}

/** By the one-time link, then, as on any other day, by the password that he chose. */
async function signIn(world, admin) {
  await admin.goto(await setUp(world));
  await admin.sees('nav-account');
  await admin.sees('password-save');
  await admin.evaluate(() => (document.querySelector('[name=new]').value = 'a long enough one'));
  await admin.click('password-save');
  await admin.until('the password', () => document.querySelector('[role=status]')?.textContent);
  await admin.click('sign-out');
  await admin.sees('signin-go');
  await admin.evaluate(() => {
    document.querySelector('[name=login]').value = 'lin@shop.example';
    document.querySelector('[name=password]').value = 'a long enough one';
  });
  await admin.click('signin-go');
  await admin.sees('nav-recordings');
}

async function record(world, admin) {
  await admin.goto(`${world.url}/`);
  await admin.click('new-meeting');
  await inside(admin);
  await admin.click('record-toggle');
  await admin.sees('recording');
  await sleep(1500);
  await admin.click('more');
  await admin.click('menu-marker');
  await admin.fill('marker-text', '装配间隙 0.35 毫米');
  await admin.click('marker-save');
  await admin.until('the marker', () => window.parlor.state.markers.length === 1);
  await sleep(500);
  await admin.click('record-toggle');
  await admin.sees('recording-kept');
  assert.ok(await admin.evaluate(() => {
    const [told, bar] = ['[data-testid=recording-kept]', '.controls-place'].map((one) => document.querySelector(one).getBoundingClientRect());
    return told.bottom <= bar.top;
  }), 'what is told of the recording hides the controls');
  await world.eventually('a sealed recording', async () => (await api(admin, 'GET', '/v1/recordings')).body?.recordings?.[0]?.state === 'ready', 15000);
}

/** Its room is given a plan whose meeting runs now: of that series the list stands under headings of its occurrences. */
async function ofItsOccurrence(admin) {
  const choose = (series) => admin.evaluate((one) => {
    const field = document.querySelector('[name=series]');
    field.value = one;
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }, series);
  await choose(await admin.evaluate(() => document.querySelector('[name=series]').options[1].value));
  await admin.until('a heading', () => /\b1 recording · .* · 1 note/.test(document.querySelector('[data-testid=rec-occasion] h2')?.textContent.replace(/\s+/g, ' ')));
  assert.ok(await admin.evaluate(() => document.querySelector('[data-testid=rec-occasion] ul').querySelector('[data-testid=rec-open]')), 'the recording is in its list');
  await choose('');
  await admin.seesNot('rec-occasion');
}

/** The picture at the marker, which stands still: a recording this short would be over before a starved machine has looked at it. */
async function seesMarker(person) {
  await person.sees('player-marker');
  await person.click('player-marker');
  await person.until('the picture at the marker', () => {
    const video = window.__probe.byTestId('player-camera')[0];
    return video?.readyState >= 2 && !video.seeking && window.__probe.readMark(video);
  }, undefined, 30000);
}

export async function run(world) {
  world.strict = true;
  await world.startServer();
  const [admin, guest] = await world.persons({ browser: 'chromium', name: 'Lin' }, { browser: 'firefox', name: 'Mara' });
  await signIn(world, admin);
  await record(world, admin);

  const [recorded] = (await api(admin, 'GET', '/v1/recordings')).body.recordings;
  const begun = new Date(Date.now() - 10 * 60000).toISOString().slice(0, 16);
  const planned = await api(admin, 'PATCH', `/v1/rooms/${recorded.room}`, { schedule: { start: begun, zone: 'UTC', minutes: 45, rrule: 'FREQ=WEEKLY' } });
  assert.equal(planned.status, 200, JSON.stringify(planned.body));
  await admin.goto(`${world.url}/admin#/recordings`);
  await admin.sees('rec-row');
  await admin.sees('rec-series');
  await ofItsOccurrence(admin);
  await admin.evaluate(() => {
    const field = document.querySelector('[name=text]');
    field.value = '间隙';
    field.dispatchEvent(new Event('input', { bubbles: true }));
  });
  await admin.until('the list to have been searched', () => document.querySelector('[data-testid=rec-open]')?.hash.includes('?find='));
  await admin.click('rec-open');
  await admin.sees('player');
  await admin.until('to be led to what was sought', () => document.querySelector('[data-testid=player-marker][aria-current=true]'));
  await seesMarker(admin);
  const minutes = await admin.evaluate(async () => (await fetch(document.querySelector('[data-testid=rec-minutes]').href)).text());
  assert.match(minutes, /装配间隙 0\.35 毫米/);
  // Back in the list, what was searched still is.
  await admin.evaluate(() => history.back());
  await admin.sees('rec-row');
  assert.equal(await admin.evaluate(() => document.querySelector('[name=text]').value), '间隙');
  await admin.click('rec-open');
  await admin.sees('player');

  await admin.evaluate(() => (document.querySelector('[data-testid=shares]').open = true));
  await admin.evaluate(() => (document.querySelector('[name=audience]').value = 'anyone'));
  await admin.click('share-add');
  await admin.sees('share-url');
  const link = await admin.evaluate(() => document.querySelector('[data-testid=share-url]').value);
  assert.match(link, /\/shared#shr_\w+\.[0-9a-f]{32}$/);
  await guest.goto(world.url + new URL(link).pathname + new URL(link).hash);
  await guest.sees('player');
  await seesMarker(guest);
  const id = link.match(/shr_\w+/)[0];
  // Not by the page: Firefox would ask for a password.
  assert.equal((await fetch(`${world.url}/v1/recordings`)).status, 401);
  assert.equal((await api(guest, 'GET', `/v1/shared/${id}/files/1`)).status, 200);

  await admin.click('share-revoke');
  await admin.seesNot('share-revoke');
  assert.equal((await api(guest, 'GET', `/v1/shared/${id}/files/1`)).status, 410);
  await guest.reload();
  await guest.sees('shared-refused');
  const { rows } = (await api(admin, 'GET', '/v1/audit?limit=200')).body;
  const views = rows.filter((one) => one.action === 'recording.viewed' && one.detail.includes(id));
  assert.equal(views.length, 1, 'one view is one line');
  assert.ok(rows.some((one) => one.action === 'recording.refused' && one.detail.includes('link_revoked')));
  assert.equal((await api(admin, 'GET', '/v1/audit/check')).body.whole, true);
}
