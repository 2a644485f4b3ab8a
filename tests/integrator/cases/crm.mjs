// SPDX-License-Identifier: Apache-2.0
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, makeRooms, root, until } from '../lib/bench.mjs';

export const cases = [
  {
    name: 'the reference CRM decides, listens, verifies and leaves nothing behind',
    async run({ daemon: makeDaemon, say, after }) {
      const source = path.join(root, 'docs/examples/crm.mjs');
      expect(readFileSync(source, 'utf8').split('\n').length <= 300, 'it has at most 300 lines');
      const folder = mkdtempSync(path.join(os.tmpdir(), 'parlor-crm-'));
      after(async () => rmSync(folder, { recursive: true, force: true }));
      cpSync(source, path.join(folder, 'crm.mjs'));
      symlinkSync(path.join(root, 'tests/integrator/node_modules'), path.join(folder, 'node_modules'));
      const { Crm } = await import(pathToFileURL(path.join(folder, 'crm.mjs')));
      const daemon = await makeDaemon();
      const lines = [];
      const crm = new Crm({ parlor: `http://127.0.0.1:${daemon.port}`, say: (line) => lines.push(line) });
      await crm.start(0);
      const test = (name) => daemon.good('POST', `/v1/hooks/${name}/test`);
      const routed = await test('route.rep');
      expect(routed.outcome === 'answered' && routed.answer.note === 'not known yet', JSON.stringify(routed));
      expect((await test('bot.reply')).answer.handover === true, 'what the bot does not know goes to a human');
      for (let i = 0; i < 6; i++) expect((await test('product.resolve')).outcome === 'none', 'an unknown product is left to the server, and no failure');
      await makeRooms(daemon, 3);
      await until('six events', () => [...crm.timeline.values()].flat().length >= 6);
      for (const events of crm.timeline.values()) expect(events.map((event) => event.type).join() === 'room.created,room.ended', 'in order');
      const base = `http://127.0.0.1:${crm.server.address().port}`;
      const forged = await fetch(`${base}/events`, { method: 'POST', body: '{}', headers: { 'webhook-id': 'evt_1', 'webhook-timestamp': String(Math.floor(Date.now() / 1000)), 'webhook-signature': 'v1,AAAA' } });
      expect(forged.status === 401, 'a forged event is refused');
      await crm.stop();
      const { hooks } = await daemon.good('GET', '/v1/hooks');
      expect(hooks.every((hook) => hook.url === null) && (await daemon.good('GET', '/v1/webhooks')).webhooks.length === 0, 'nothing is left behind');
      expect((await test('route.rep')).outcome === 'none', 'without it the server decides by itself');
      say(`${lines.length} lines, ${readFileSync(source, 'utf8').split('\n').length} of source`);
    },
  },
];
