// SPDX-License-Identifier: Apache-2.0
/** A document of another origin beside a meeting: it learns who looks at it, by a token of this room, and reaches nothing else. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { inside } from '../lib/meeting.mjs';

export const title = 'a page of another origin beside the meeting, in both browsers: told by a token who looks, held to its origin';
/* Two browsers and their pages: of the long ones, so that a busy machine has its time. */
export const suite = 'bench';
export const seconds = 240;

/** The panel's own server: a page that says hello, and what it was handed and could reach. */
class Panel {
  static async open() {
    const self = new Panel();
    Object.assign(self, { told: [], asked: 0 });
    self.server = http.createServer(async (request, response) => {
      if (request.method === 'POST') {
        const chunks = [];
        for await (const chunk of request) chunks.push(chunk);
        self.told.push(JSON.parse(Buffer.concat(chunks)));
        response.end();
        return;
      }
      if (request.url === '/favicon.ico') return void response.writeHead(404).end();
      self.asked++;
      response.setHeader('Content-Type', 'text/html');
      response.end(self.page());
    });
    self.server.listen(0, '127.0.0.1');
    await once(self.server, 'listening');
    self.origin = `http://127.0.0.1:${self.server.address().port}`;
    return self;
  }

  page() {
    return `<!doctype html><meta charset="utf-8"><title>Figures</title><body style="font:16px sans-serif;padding:24px"><h1>Figures</h1><p id="who">…</p><script>
      const tell = (what) => fetch('/told', { method: 'POST', body: JSON.stringify(what) });
      const reach = () => { try { return parent.document.title + top.document.title; } catch { return ''; } };
      addEventListener('message', (event) => {
        if (event.data?.parlor !== 'token') return;
        clearInterval(again);
        document.querySelector('#who').textContent = 'A token came.';
        tell({ ...event.data, from: event.origin, reached: reach(), referrer: document.referrer, camera: document.featurePolicy?.allowsFeature('camera') ?? false, browser: /Firefox/.test(navigator.userAgent) ? 'firefox' : 'chromium' });
      });
      const hello = () => parent.postMessage({ parlor: 'hello' }, '*');
      const again = setInterval(hello, 2000);
      hello();
    </script>`;
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }
}

async function makeRoom(world, doc) {
  const answer = await fetch(`${world.url}/v1/rooms`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ title: 'Review', doc_url: doc }) });
  assert.equal(answer.status, 201, await answer.clone().text());
  return answer.json();
}

async function comeIn(world, person, room) {
  await person.goto(`${world.url}/m#${room.code}`);
  await person.sees('join-button');
  await person.fill('name-input', person.name);
  await person.click('join-button');
  await inside(person);
}

async function open(world, panel, room, person) {
  await comeIn(world, person, room);
  assert.equal(panel.told.filter((one) => one.browser === person.kind).length, 0, 'nothing is loaded before it is opened');
  await person.sees('beside-doc');
  await person.click('beside-doc');
  const told = await world.eventually(`the panel of ${person.kind} to be told`, () => panel.told.find((one) => one.browser === person.kind), 60000);
  assert.deepEqual([told.from, told.reached, told.referrer, told.camera, told.kind], [world.url, '', '', false, 'doc']);
  const seen = await check(world, told.token);
  assert.deepEqual([seen.active, seen.name, seen.room, seen.origin], [true, person.name, room.id, panel.origin]);
  person.token = told.token;
}

async function check(world, token) {
  const answer = await fetch(`${world.url}/v1/panels/check`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ token }) });
  return answer.json();
}

export async function run(world) {
  const [panel, stranger] = [await Panel.open(), await Panel.open()];
  try {
    await world.startServer();
    const room = await makeRoom(world, `${panel.origin}/d/1`);
    const [lin, mara] = await world.persons({ browser: 'chromium', name: 'Lin' }, { browser: 'firefox', name: 'Mara' });
    await Promise.all([lin, mara].map((person) => open(world, panel, room, person)));
    /* Another origin does not load in its place, whoever asks for it. */
    for (const person of [lin, mara])
      await person.evaluate((url) => {
        const page = document.querySelector('[data-testid=beside-frame]').contentDocument;
        const frame = page.createElement('iframe');
        frame.src = url;
        page.body.append(frame);
        const own = document.createElement('iframe');
        own.src = url;
        document.body.append(own);
      }, `${stranger.origin}/`);
    /* A change of the address reaches who has it open: only then the frames above have had their time. */
    await fetch(`${world.url}/v1/rooms/${room.id}`, { method: 'PATCH', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ doc_url: `${panel.origin}/d/2` }) });
    await world.eventually('both to show the new address', () => panel.asked >= 4, 30000);
    assert.equal(stranger.asked, 0, 'no other origin was asked');
    await mara.click('leave');
    await world.eventually("who left is vouched for no more", async () => (await check(world, mara.token)).active === false, 30000);
    assert.equal((await check(world, lin.token)).active, true);
  } finally {
    panel.close();
    stranger.close();
  }
}
