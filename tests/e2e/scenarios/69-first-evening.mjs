// SPDX-License-Identifier: Apache-2.0
/**
 * A brand's first evening on a server without --demo: nothing is known there but what setup and the API's first calls made, and who does
 * something is who signed in.
 */
import assert from 'node:assert/strict';
import path from 'node:path';

export const title = 'without the demo: a viewer taps, an adviser answers, a supervisor gives a conversation away and says a word to all';
export const seconds = 240;
export const beside = true;

/* A starved machine takes its time; nothing here is about how long. */
const MS = 30000;
const PHONE = { width: 390, height: 780 };

/** What an integrator has after `parlorctl setup`: calls by its key. */
async function setUp(world) {
  const ctl = path.join(path.dirname(world.serverProgram), '../tools/parlorctl/parlorctl');
  const { stdout } = await world.run(ctl, ['--data-dir', path.join(world.folder, 'data'), '--json', 'setup', '--brand', 'shop', '--name', 'The shop', '--login', 'you@shop.example']);
  const { key } = JSON.parse(stdout);
  const headers = { 'content-type': 'application/json', authorization: `Basic ${Buffer.from(`${key.id}:${key.secret}`).toString('base64')}` };
  return async (address, body) => {
    const answer = await fetch(world.url + address, { method: 'POST', headers, body: JSON.stringify(body) });
    assert.ok(answer.ok, `${address}: ${answer.status}`);
    return answer.json();
  };
}

const signIn = async (world, person, call, role, login) => {
  const { search, hash } = new URL((await call('/v1/sessions', { role, ref: login })).url);
  await person.goto(`${world.url}/signin${search}${hash}`);
};

/* Somebody new asks; before the adviser has taken it, it is given to her from the board. */
async function supervised(world, viewer, rep, supervisor, room) {
  await viewer.goto(`${world.url}/l/${room.id}`);
  await viewer.forget();
  await viewer.reload();
  await viewer.click('service-button');
  await viewer.sees('service-add', MS);
  await viewer.click('service-add');
  await viewer.sees('say', MS);
  await viewer.fill('say', 'And the pot?');
  await viewer.press('Enter');
  await supervisor.sees('waiting', MS);
  await supervisor.evaluate(() => {
    const box = document.querySelector('.wait select');
    box.selectedIndex = 1;
    box.dispatchEvent(new Event('change'));
  });
  await supervisor.sees('move-do', MS);
  await supervisor.evaluate(() => (document.querySelector('form.reason input').value = 'she waits'));
  await supervisor.click('move-do');
  await supervisor.seesNot('move-do', MS);
  await rep.until('to be given it', () => document.querySelectorAll('[data-testid=thread][data-state=human] .given').length === 1, undefined, MS);
  await supervisor.goto(`${world.url}/words`);
  await supervisor.sees('words-text', MS);
  await supervisor.fill('words-text', 'The draw is at eight.');
  await supervisor.click('words-send');
  await supervisor.sees('words-row', MS);
  await viewer.sees('broadcast', MS);
}

export async function run(world) {
  world.strict = true;
  await world.startServer();
  const call = await setUp(world);
  const [viewer, rep, supervisor] = await world.persons({ browser: 'chromium', name: 'Ada', viewport: PHONE }, { browser: 'chromium', name: 'Lin' }, { browser: 'chromium', name: 'Sun' });

  const room = await call('/v1/rooms', { kind: 'live', title: 'Spring tea' });
  const group = await call('/v1/groups', { name: 'Tea' });
  const user = await call('/v1/users', { login: 'lin@shop.example', name: 'Lin Mei', roles: ['rep'] });
  await call('/v1/reps', { ref: 'lin', card: { name: 'Lin Mei', title: 'Tea adviser' }, groups: [group.id], user: user.id });
  await call('/v1/users', { login: 'sun@shop.example', name: 'Sun', roles: ['supervisor'], groups: [group.id] });
  await call(`/v1/rooms/${room.id}/state`, { to: 'live' });

  // The link opens the desk, not a form for a password.
  await signIn(world, rep, call, 'rep', 'lin@shop.example');
  await rep.sees('presence', MS);

  await viewer.goto(`${world.url}/l/${room.id}`);
  await viewer.sees('service-button', MS);
  await viewer.click('service-button');
  await viewer.sees('service-add', MS);
  await viewer.sees('tick', MS);
  await viewer.click('service-add');
  await viewer.sees('say', MS);
  await viewer.fill('say', 'Which tea is new?');
  await viewer.press('Enter');
  await rep.sees('offer', MS);
  await rep.click('accept');
  await rep.sees('say', MS);
  await rep.fill('say', 'The first one.');
  await rep.press('Enter');
  await viewer.until('the answer', () => window.__probe.byTestId('bubble').some((one) => one.textContent.includes('The first one.')), undefined, MS);

  // By the brand's short name too: the same person is there.
  await viewer.goto(`${world.url}/b/shop`);
  await viewer.sees('adviser', MS);
  assert.equal(new URL(await viewer.evaluate(() => location.href)).pathname, `/b/${user.brand}`);

  await signIn(world, supervisor, call, 'supervisor', 'sun@shop.example');
  await supervisor.until('the board', () => document.querySelector('[data-testid=board-rep]'), undefined, MS);
  await supervised(world, viewer, rep, supervisor, room);
}
