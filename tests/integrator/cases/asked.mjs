// SPDX-License-Identifier: Apache-2.0
/** The brand's own system is asked who somebody is, and before words are shown; what it does not say in time is what the brand chose. */
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, root, until } from '../lib/bench.mjs';
import { DeskLine } from '../lib/desk.mjs';

const NUMBER = 'call me at 138 0013 8000';

/** The reference CRM beside this server. */
async function referenceCrm(daemon, after) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'parlor-crm-'));
  after(async () => rmSync(folder, { recursive: true, force: true }));
  cpSync(path.join(root, 'docs/examples/crm.mjs'), path.join(folder, 'crm.mjs'));
  symlinkSync(path.join(root, 'tests/integrator/node_modules'), path.join(folder, 'node_modules'));
  const { Crm } = await import(pathToFileURL(path.join(folder, 'crm.mjs')));
  const crm = new Crm({ parlor: `http://127.0.0.1:${daemon.port}`, say: () => {} });
  await crm.start(0);
  after(async () => crm.stop());
}

const line = async (daemon, after, open) => {
  const made = new DeskLine(daemon);
  after(async () => made.close());
  made.attached = await open(made);
  return made;
};

/** Shows this session of the brand's; the unasked word on who he is. A busy machine may be late (he is anonymous then): he comes again. */
async function signIn(desk, device, identity) {
  for (let tries = 0; tries < 4; tries++) {
    desk.told.length = 0;
    desk.send({ t: 'attach', id: 1, as: 'visitor', device, identity });
    const answer = await desk.wait('attached', 'error');
    expect(answer.t === 'attached' && answer.id === 1, `the attach waits for nobody: ${JSON.stringify(answer)}`);
    const told = await until('who he is', () => desk.told.find((one) => one.t === 'attached' && one.id === undefined), 5000).catch(() => null);
    if (told) return told;
  }
  throw new Error(`nobody said who ${identity} is`);
}

/** What became of these words. */
async function say(desk, conversation, text) {
  const id = randomBytes(8).toString('hex');
  desk.send({ t: 'say', id, conversation, client_id: id, text });
  return desk.wait('said', 'error', (one) => one.id === id);
}

/** `closed`: what late and failed mean. What is expected holds also where this machine is too busy for 200 ms. */
const screen = (daemon, more) => daemon.good('PUT', '/v1/hooks/message.screen', more);

export const cases = [
  {
    name: 'the reference CRM knows whose session it is, on every device, and nobody sees what was another\'s',
    async run({ daemon: makeDaemon, after }) {
      const daemon = await makeDaemon();
      await referenceCrm(daemon, after);
      await line(daemon, after, (one) => one.open({ as: 'rep', rep: 'lin' }));
      const device = randomBytes(16).toString('hex');
      const phone = await line(daemon, after, (one) => one.open({ as: 'visitor', device }));
      const bound = await phone.add();
      const told = await signIn(phone, device, 'tok-mei');
      expect(told.threads.length === 1 && told.threads[0].thread.id === bound.conversation && !told.other, `what he asked before is his: ${JSON.stringify(told)}`);
      const { customer } = await daemon.good('GET', `/v1/conversations/${bound.conversation}?reason=test`);
      const known = await daemon.good('GET', `/v1/customers/${customer.id ?? customer}`);
      expect(known.customer_ref === 'c-1001' && known.display === 'Mei' && known.attrs.tier === 'gold', JSON.stringify(known));
      const desk = await line(daemon, after, (one) => one.connect());
      const there = await signIn(desk, randomBytes(16).toString('hex'), 'tok-mei');
      expect(there.threads[0].thread.id === bound.conversation, 'one conversation on both');
      /* Somebody else's session on her phone: nothing of hers, while it is asked and when nobody knows him. */
      phone.told.length = 0;
      phone.send({ t: 'attach', id: 2, as: 'visitor', device, identity: 'tok-of-nobody' });
      const stranger = await phone.wait('attached', 'error', (one) => one.id === 2);
      expect(stranger.t === 'attached' && stranger.threads.length === 0, JSON.stringify(stranger));
      phone.send({ t: 'tap', id: `tap_${randomBytes(8).toString('hex')}` });
      expect((await phone.wait('card')).known === false, 'he has nobody yet');
      const jan = await signIn(phone, device, 'tok-jan');
      expect(jan.threads.length === 0, 'nor has Jan anything of hers');
      expect((await signIn(phone, device, 'tok-mei')).threads[0].thread.id === bound.conversation, 'and she comes back to hers');
    },
  },
  {
    name: 'a session of the brand\'s with no hook, or one that does not know it, opens nothing',
    async run({ daemon: makeDaemon, receiver: makeReceiver, after }) {
      const daemon = await makeDaemon();
      const desk = await line(daemon, after, (one) => one.connect());
      const device = randomBytes(16).toString('hex');
      desk.send({ t: 'attach', id: 1, as: 'visitor', device, identity: 'tok-mei' });
      expect((await desk.wait('attached', 'error')).t === 'error', 'nobody is asked: it does not hold');
      for (const answer of [() => ({ status: 204 }), () => ({ status: 500 }), () => ({ status: 200, body: '{"customer_ref":7}' }), () => ({ status: 200, body: '{"display":"Mei"}' })]) {
        const crm = await makeReceiver(answer);
        await daemon.good('PUT', '/v1/hooks/viewer.identify', { url: crm.url });
        desk.send({ t: 'attach', id: 2, as: 'visitor', device, identity: 'tok-mei' });
        expect((await desk.wait('attached', 'error')).t === 'attached', 'he comes in as nobody');
        await until('the question', () => crm.requests.length === 1, 30000);
        const { data } = JSON.parse(crm.requests[0].body);
        expect(data.token === 'tok-mei' && data.visitor.startsWith('vis_'), JSON.stringify(data));
      }
      expect(!desk.told.some((one) => one.t === 'attached'), 'and stays nobody');
    },
  },
  {
    name: 'words that the brand does not want are seen by nobody, in a chat, by the API and in a live room',
    async run({ daemon: makeDaemon, receiver: makeReceiver, after }) {
      const daemon = await makeDaemon();
      await referenceCrm(daemon, after);
      await screen(daemon, { fail_closed: true });
      const rep = await line(daemon, after, (one) => one.open({ as: 'rep', rep: 'lin' }));
      const visitor = await line(daemon, after, (one) => one.visitor());
      const { conversation } = await visitor.add();
      expect((await say(visitor, conversation, NUMBER)).code === 'forbidden', 'a customer');
      expect((await say(rep, conversation, NUMBER)).code === 'forbidden', 'a rep');
      const posted = await daemon.ask('POST', `/v1/conversations/${conversation}/messages`, { client_id: 'c1', text: NUMBER, rep: rep.attached.rep.id });
      expect(posted.status === 403, `the API: ${posted.status} ${JSON.stringify(posted.json)}`);
      const room = (await daemon.good('POST', '/v1/rooms', { kind: 'live', title: 'Words' })).id;
      await daemon.good('POST', `/v1/rooms/${room}/state`, { to: 'live' });
      const [one, two] = [await line(daemon, after, (each) => each.join({ room, name: 'One' })), await line(daemon, after, (each) => each.join({ room, name: 'Two' }))];
      one.send({ t: 'comment', id: 5, client_id: 'a', text: NUMBER });
      const refused = await one.wait('comment', 'error', (told) => told.id === 5);
      expect(refused.t === 'error' && refused.code === 'forbidden' && refused.message, JSON.stringify(refused));
      await screen(daemon, { fail_closed: false });
      expect((await say(visitor, conversation, 'hello')).t === 'said', 'other words are said');
      one.send({ t: 'comment', id: 6, client_id: 'b', text: 'lovely' });
      expect((await one.wait('comment', 'error', (told) => told.id === 6)).t === 'comment', 'and shown');
      const batch = await two.wait('comments');
      expect(batch.comments.map((each) => each.text).join() === 'lovely', JSON.stringify(batch));
      await rep.wait('message', 'message', (told) => told.message.text === 'hello');
      for (const each of [rep, two]) expect(!each.all.some((frame) => frame.includes(NUMBER)), 'nobody heard the number');
      for (const address of [`/v1/conversations/${conversation}/messages?reason=test`, `/v1/rooms/${room}/comments`, '/v1/events?limit=1000'])
        expect(!JSON.stringify(await daemon.good('GET', address)).includes(NUMBER), `${address} has it not`);
      /* Its own sentence comes where it answers in time. */
      await until('its reason', async () => /telephone/.test((await say(visitor, conversation, NUMBER)).message ?? ''), 30000);
    },
  },
  {
    name: 'a CRM that hangs holds words 200 ms, then the brand\'s choice holds; the breaker ends that; order stays',
    alone: true,
    async run({ daemon: makeDaemon, receiver: makeReceiver, after, say: print }) {
      const daemon = await makeDaemon();
      const rep = await line(daemon, after, (one) => one.open({ as: 'rep', rep: 'lin' }));
      const visitor = await line(daemon, after, (one) => one.visitor());
      const { conversation } = await visitor.add();
      let n = 0;
      const slow = await makeReceiver(() => ({ status: 200, body: '{"allow":true}', wait: n++ ? 0 : 150 }));
      await screen(daemon, { url: slow.url });
      const answers = ['first', 'second', 'third'].map((text) => say(visitor, conversation, text));
      await Promise.all(answers);
      await rep.wait('message', 'message', (told) => told.message.text === 'third');
      const heard = rep.all.map((frame) => JSON.parse(frame)).filter((told) => told.t === 'message' && told.message.by === 'customer').map((told) => told.message.text);
      expect(heard.join() === 'first,second,third', `in the order in which they were said: ${heard}`);
      const hanging = await makeReceiver(() => ({ status: 200, body: '{"allow":true}', wait: 5000 }));
      const isOpen = async () => (await daemon.good('GET', '/v1/hooks')).hooks.find((one) => one.hook === 'message.screen').breaker_open;
      await screen(daemon, { url: hanging.url, fail_closed: true });
      const began = Date.now();
      for (let i = 0; i < 5; i++) expect((await say(visitor, conversation, `closed ${i}`)).code === 'forbidden', 'late is a no');
      const each = (Date.now() - began) / 5;
      expect(each >= 190 && each < 4000, `${each} ms each`);
      print(`held for ${each} ms each while the CRM hangs`);
      expect(await isOpen(), 'after five it is asked no longer');
      expect((await say(visitor, conversation, 'not asked')).code === 'forbidden', 'an open breaker is a no too');
      const open = await makeReceiver(() => ({ status: 500 }));
      await screen(daemon, { url: open.url, fail_closed: false });
      for (let i = 0; i < 7; i++) expect((await say(visitor, conversation, `open ${i}`)).t === 'said', 'failed is a yes');
      await until('the questions', () => open.requests.length === 5, 30000);
      expect(await isOpen(), 'and then it was asked no longer');
    },
  },
  {
    name: 'a module keeps words back, and needs no network for it',
    async run({ daemon: makeDaemon, receiver: makeReceiver, after }) {
      const probe = await makeDaemon();
      const module = path.resolve(path.dirname(probe.program), '../tests/hooks/hook_module.so');
      expect(existsSync(module), `${module} is built`);
      const daemon = await makeDaemon('--hook-module', module, '--hook-module-config', 'word=spam');
      const visitor = await line(daemon, after, (one) => one.visitor());
      const { conversation } = await visitor.add();
      expect((await say(visitor, conversation, 'hello')).t === 'said', 'words');
      const unused = await makeReceiver(() => ({ status: 200, body: '{"allow":true}' }));
      await screen(daemon, { url: unused.url, fail_closed: true });
      expect((await say(visitor, conversation, 'buy spam')).code === 'forbidden', 'that word');
      expect(unused.requests.length === 0, 'the module answered, the brand\'s address was not asked');
      /* It passes on who somebody is: the brand's own hook is asked. */
      const crm = await makeReceiver(() => ({ status: 200, body: '{"customer_ref":"c-7"}' }));
      await daemon.good('PUT', '/v1/hooks/viewer.identify', { url: crm.url });
      const desk = await line(daemon, after, (one) => one.connect());
      expect((await signIn(desk, randomBytes(16).toString('hex'), 'session-7')).threads.length === 0, 'known, with nothing yet');
    },
  },
];
