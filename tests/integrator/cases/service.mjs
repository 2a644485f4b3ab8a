// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Webhook } from 'standardwebhooks';
import { expect, root } from '../lib/bench.mjs';
import { DeskLine } from '../lib/desk.mjs';
import { jwt } from '../lib/people.mjs';

/** The demo's API key: a brand's own workbench. */
const key = { Authorization: `Basic ${Buffer.from('demo:parlor-demo-secret-do-not-use-in-production').toString('base64')}` };

/** A rep and a visitor who has added him, in the demo's brand. */
async function pair(daemon, after, attach = {}) {
  const [rep, visitor] = [new DeskLine(daemon), new DeskLine(daemon)];
  after(async () => { rep.close(); visitor.close(); });
  await rep.open({ as: 'rep', rep: 'lin' });
  await visitor.visitor(attach);
  const bound = await visitor.add();
  return { rep, visitor, conversation: bound.conversation, binding: bound.binding, bound };
}

async function referenceCrm(after) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'parlor-crm-'));
  after(async () => rmSync(folder, { recursive: true, force: true }));
  cpSync(path.join(root, 'docs/examples/crm.mjs'), path.join(folder, 'crm.mjs'));
  symlinkSync(path.join(root, 'tests/integrator/node_modules'), path.join(folder, 'node_modules'));
  return (await import(pathToFileURL(path.join(folder, 'crm.mjs')))).Crm;
}

/** The conversation is in a human's queue: the customer is told his place, the rep is offered it. */
async function reachesHuman({ rep, visitor, conversation }, began, what, say) {
  const offered = await rep.wait('offered', 'offered', (one) => one.offer.state === 'pending' && one.offer.conversation.id === conversation);
  await visitor.wait('queue');
  say(`${what}: offered to a human after ${offered.at - began} ms`);
}

export const cases = [
  {
    name: 'the reference CRM answers as a bot, and what it does not know is a human\'s',
    alone: true,
    async run({ daemon: makeDaemon, say, after }) {
      const Crm = await referenceCrm(after);
      const daemon = await makeDaemon();
      const crm = new Crm({ parlor: `http://127.0.0.1:${daemon.port}`, say: () => {} });
      await crm.start(0);
      const one = await pair(daemon, after);
      one.visitor.say(one.conversation, '什么时候发货？');
      const known = await one.visitor.wait('message', 'message', (told) => told.message.by === 'bot');
      expect(/24/.test(known.message.text), JSON.stringify(known));
      const began = Date.now();
      one.visitor.say(one.conversation, '我的茶壶碎了');
      await reachesHuman(one, began, 'an unknown question', say);

      const two = await pair(daemon, after);
      two.visitor.say(two.conversation, '多少钱');
      const card = await two.visitor.wait('message', 'message', (told) => told.message.by === 'bot' && told.message.kind === 'product');
      expect(card.message.data.sku === 'tea-01', JSON.stringify(card));
      const thumbed = Date.now();
      two.visitor.send({ t: 'feedback', conversation: two.conversation, message: card.message.id, good: false });
      await reachesHuman(two, thumbed, 'a thumb down', say);

      const three = await pair(daemon, after);
      three.visitor.say(three.conversation, 'ship?');
      await three.visitor.wait('message', 'message', (told) => told.message.by === 'bot');
      const wished = Date.now();
      three.visitor.send({ t: 'human', conversation: three.conversation });
      await reachesHuman(three, wished, '转人工', say);
      await crm.stop();
    },
  },
  {
    name: 'a bot that sleeps, fails, talks nonsense, signs wrongly or is dead leaves him to a human',
    alone: true,
    async run({ daemon: makeDaemon, receiver: makeReceiver, say, after }) {
      const daemon = await makeDaemon();
      const forged = (request) => {
        const body = '{"text":"I am the bot"}';
        const [id, at] = [request.headers['webhook-id'], new Date()];
        return { status: 200, body, headers: { 'webhook-id': id, 'webhook-timestamp': String(Math.floor(at.getTime() / 1000)), 'webhook-signature': new Webhook('whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=').sign(id, at, body) } };
      };
      const sins = {
        'sleeps 5 s': () => ({ status: 200, body: '{"text":"slow"}', wait: 5000 }),
        'answers 500': () => ({ status: 500 }),
        'answers nonsense': () => ({ status: 200, body: '<html>hello' }),
        'signs wrongly': forged,
        'knows nothing': () => ({ status: 204 }),
      };
      for (const [what, answer] of Object.entries(sins)) {
        const bot = await makeReceiver(answer);
        await daemon.good('PUT', '/v1/hooks/bot.reply', { url: bot.url });
        const one = await pair(daemon, after);
        const began = Date.now();
        one.visitor.say(one.conversation, 'Is anybody there?');
        await reachesHuman(one, began, what, say);
        one.rep.close();
        one.visitor.close();
      }
      const gone = await makeReceiver();
      await daemon.good('PUT', '/v1/hooks/bot.reply', { url: gone.url });
      await gone.stop();
      gone.stop = async () => {};
      const one = await pair(daemon, after);
      const began = Date.now();
      one.visitor.say(one.conversation, 'Is anybody there?');
      await reachesHuman(one, began, 'is dead', say);
    },
  },
  {
    name: 'the brand says whether a call may ring',
    async run({ daemon: makeDaemon, receiver: makeReceiver, after }) {
      const daemon = await makeDaemon();
      const crm = await makeReceiver(() => ({ status: 200, body: '{"allow":false,"reason":"Not on Sundays."}' }));
      await daemon.good('PUT', '/v1/hooks/call.allow', { url: crm.url });
      const { visitor, rep, conversation } = await pair(daemon, after);
      visitor.send({ t: 'call', conversation, video: false });
      expect((await visitor.wait('call_refused')).message === 'Not on Sundays.', 'the brand\'s words');
      visitor.say(conversation, 'hello');
      rep.send({ t: 'offer_reply', offer: (await rep.wait('offered')).offer.id, yes: true });
      const ring = () => daemon.ask('POST', `/v1/conversations/${conversation}/calls`, { media: 'audio' }, key);
      const refused = await ring();
      expect(refused.status === 403 && refused.json.detail === 'Not on Sundays.', JSON.stringify(refused));
      crm.answer = () => ({ status: 200, body: '{"allow":true}' });
      const rung = await ring();
      expect(rung.status === 201 && rung.json.state === 'ringing', JSON.stringify(rung));
      await visitor.wait('call');
      expect(crm.requests.length === 3 && JSON.parse(crm.requests[2].body).data.conversation === conversation, 'asked each time');
    },
  },
  {
    name: 'keyword rules: warned or not said, on the board at once',
    alone: true,
    async run({ daemon: makeDaemon, say, after }) {
      const daemon = await makeDaemon();
      const rule = await daemon.good('POST', '/v1/rules', { name: 'Other channels', words: ['微信', 'whatsapp'], act: 'block', on: ['chat'] });
      await daemon.good('POST', '/v1/rules', { name: 'Complaints', words: ['投诉'] });
      const { visitor, conversation } = await pair(daemon, after);
      visitor.say(conversation, '我要投诉');
      await visitor.wait('said');
      const began = Date.now();
      visitor.say(conversation, '加我微 信吧');
      expect((await visitor.wait('error')).code === 'forbidden', 'it is not said');
      const { hits } = await daemon.good('GET', '/v1/board');
      say(`on the board after ${Date.now() - began} ms`);
      expect(hits.map((hit) => `${hit.word} ${hit.act} ${hit.place}`).join() === `微信 block ${conversation},投诉 warn ${conversation}`, JSON.stringify(hits));
      const { messages } = await daemon.good('GET', `/v1/conversations/${conversation}/messages?reason=test`);
      expect(!messages.some((one) => one.text.includes('吧')), 'nobody can read it');
      expect((await daemon.ask('DELETE', `/v1/rules/${rule.id}`)).status === 204, 'removed');
      visitor.say(conversation, '加我微信吧');
      await visitor.wait('said');
      expect((await daemon.ask('POST', '/v1/rules', { name: 'x', words: ['  '] })).status === 400, 'an empty word is none');
    },
  },
  {
    name: 'materials go out in their newest version, and an old link says so',
    async run({ daemon: makeDaemon, after }) {
      const daemon = await makeDaemon();
      const first = await daemon.good('POST', '/v1/materials', { title: 'Care <b>leaflet</b>', url: 'https://shop.example/1.pdf' });
      const { rep, visitor, conversation } = await pair(daemon, after);
      const send = () => rep.send({ t: 'say', conversation, client_id: randomBytes(8).toString('hex'), kind: 'material', data: { material: first.id } });
      send();
      const one = (await visitor.wait('message', 'message', (told) => told.message.kind === 'material')).message.data;
      const open = (link) => fetch(`http://127.0.0.1:${daemon.port}${link}`, { redirect: 'manual' });
      expect((await open(one.link)).headers.get('location') === 'https://shop.example/1.pdf', 'the first');
      await daemon.good('POST', '/v1/materials', { id: first.id, url: 'https://shop.example/2.pdf' });
      const old = await open(one.link);
      const page = await old.text();
      expect(old.status === 200 && page.includes('已更新') && page.includes('https://shop.example/2.pdf') && !page.includes('<b>'), page);
      send();
      const two = (await visitor.wait('message', 'message', (told) => told.message.kind === 'material')).message.data;
      expect(two.version === 2 && (await open(two.link)).status === 303, 'the newest');
      await daemon.good('POST', '/v1/materials', { id: first.id, withdrawn: true });
      send();
      expect((await rep.wait('error')).code === 'conflict', 'a withdrawn one cannot be sent');
      expect((await open(two.link)).status === 410, 'and not be opened');
    },
  },
  {
    name: 'how a document stands is asked before it goes; who does not say lets the last known go, and it says so',
    async run({ daemon: makeDaemon, receiver: makeReceiver, after }) {
      const daemon = await makeDaemon();
      const first = await daemon.good('POST', '/v1/materials', { title: 'Leaflet', url: 'https://shop.example/1.pdf' });
      const crm = await makeReceiver(() => ({ status: 200, body: '{"url":"https://shop.example/2.pdf","version":"May"}' }));
      await daemon.good('PUT', '/v1/hooks/material.resolve', { url: crm.url });
      const { rep, visitor, conversation } = await pair(daemon, after);
      const send = () => daemon.ask('POST', `/v1/conversations/${conversation}/messages`, { client_id: randomBytes(8).toString('hex'), kind: 'material', rep: 'lin', data: { material: first.id } }, key);
      /* A busy machine may be late, and five times late rests for half a minute: sent again until it was asked in time. */
      const sent = async (good) => {
        const until = Date.now() + 90000;
        for (let told = await send(); ; told = await send()) {
          if (good(told)) return told.json;
          expect(Date.now() < until, JSON.stringify(told));
          await new Promise((done) => setTimeout(done, 500));
        }
      };
      const { data } = await sent((told) => told.status === 201 && !told.json.data.unconfirmed);
      expect(data.version === 2 && data.edition === 'May', JSON.stringify(data));
      const opened = await fetch(`http://127.0.0.1:${daemon.port}${data.link}`, { redirect: 'manual' });
      expect(opened.headers.get('location') === 'https://shop.example/2.pdf', 'the link leads there');
      const question = JSON.parse(crm.requests[0].body);
      expect(question.type === 'material.resolve' && question.data.material === first.id && question.data.conversation === conversation, JSON.stringify(question));
      crm.answer = () => ({ status: 200, body: '{"withdrawn":true}' });
      await sent((told) => told.status === 409);
      expect((await daemon.good('GET', '/v1/materials')).materials[0].withdrawn, 'the list knows');
      crm.answer = () => ({ status: 200, body: '{"withdrawn":false}' });
      await sent((told) => told.status === 201);
      crm.answer = () => ({ status: 200, body: '{"withdrawn":true}', wait: 5000 });
      rep.send({ t: 'say', id: 7, conversation, client_id: 'by-the-console', kind: 'material', data: { material: first.id } });
      const said = (await rep.wait('said')).message;
      const shown = (await visitor.wait('message', 'message', (told) => told.message.id === said.id)).message;
      expect(said.client_id === 'by-the-console' && shown.data.unconfirmed === true && shown.data.version === 2, JSON.stringify(shown));
    },
  },
  {
    name: 'pictures: by content, without what they tell, for who may write, run nothing',
    async run({ daemon: makeDaemon, after }) {
      const daemon = await makeDaemon();
      const device = randomBytes(16).toString('hex');
      const { visitor, rep, conversation } = await pair(daemon, after, { device });
      const corpus = (name) => readFileSync(path.join(root, 'tests/fuzz/corpus/picture', name));
      const upload = (body, headers = { 'X-Parlor-Device': device }) => fetch(`http://127.0.0.1:${daemon.port}/v1/uploads?conversation=${conversation}&brand=br_demo`, { method: 'POST', body, headers });
      const reply = await upload(corpus('png'));
      expect(reply.status === 201, `${reply.status}`);
      const made = await reply.json();
      expect(made.type === 'image/png' && made.width === 2, JSON.stringify(made));
      for (const [what, body] of [['svg', corpus('svg')], ['html', '<!doctype html><script>alert(1)</script>'], ['nothing', 'x']]) expect((await upload(body)).status === 415, what);
      const large = await upload(Buffer.alloc((10 << 20) + 1)).catch(() => null); // the line may be cut before all of it went
      expect(!large || large.status === 413, 'too large');
      expect((await upload(corpus('png'), { 'X-Parlor-Device': randomBytes(16).toString('hex') })).status === 404, 'another visitor');
      const got = await fetch(`http://127.0.0.1:${daemon.port}/v1/uploads/${made.id}`);
      const bytes = Buffer.from(await got.arrayBuffer());
      expect(got.headers.get('content-type') === 'image/png' && got.headers.get('x-content-type-options') === 'nosniff' && /sandbox/.test(got.headers.get('content-security-policy')), 'headers');
      expect(!bytes.includes('Suzhou') && !bytes.includes('trailing') && bytes.includes('IDAT'), 'cleaned');
      visitor.say(conversation, '', { kind: 'image', data: { upload: made.id } });
      const shown = await visitor.wait('said');
      expect(shown.message.data.upload === made.id && shown.message.data.width === 2, JSON.stringify(shown));
      const other = await pair(daemon, after);
      other.visitor.say(other.conversation, '', { kind: 'image', data: { upload: made.id } });
      expect((await other.visitor.wait('error')).code === 'not_found', 'it stays in its conversation');
      for (const bad of ['..%2f..%2fetc%2fpasswd', 'upl_', 'upl_aaaaaaaaaaaaaaaaaaaaaaaaaa']) expect((await fetch(`http://127.0.0.1:${daemon.port}/v1/uploads/${bad}`)).status === 404, bad);
      rep.close();
    },
  },
  {
    name: 'a person is kept on another device, once; two with one customer_ref are one; nobody is called like the house',
    async run({ daemon: makeDaemon, after }) {
      const daemon = await makeDaemon();
      const { visitor, conversation, binding } = await pair(daemon, after);
      visitor.say(conversation, 'from the phone');
      await visitor.wait('said');
      visitor.send({ t: 'keep', binding });
      const { token } = await visitor.wait('kept');
      const [desk, thief] = [new DeskLine(daemon), new DeskLine(daemon)];
      after(async () => { desk.close(); thief.close(); });
      const asked = new DeskLine(daemon);
      after(async () => { asked.close(); });
      expect((await asked.visitor({ keep: token })).t === 'error', 'a link that was only opened moves nobody');
      const attached = await desk.visitor({ keep: token, agreed: true });
      expect(attached.threads.length === 1 && attached.threads[0].thread.id === conversation, JSON.stringify(attached));
      desk.send({ t: 'history', conversation });
      expect((await desk.wait('history')).messages.some((one) => one.text === 'from the phone'), 'with what was said');
      expect((await thief.visitor({ keep: token, agreed: true })).t === 'error', 'once');
      const other = await pair(daemon, after);
      const customers = [];
      for (const one of [conversation, other.conversation]) customers.push((await daemon.good('GET', `/v1/conversations/${one}?reason=test`)).customer.id);
      const named = await daemon.good('PATCH', `/v1/customers/${customers[0]}`, { customer_ref: 'c-1001' });
      const merged = await daemon.good('PATCH', `/v1/customers/${customers[1]}`, { customer_ref: 'c-1001' });
      expect(merged.id === named.id && merged.bindings.length === 2, JSON.stringify(merged));
      expect((await daemon.ask('PATCH', `/v1/customers/${named.id}`, { display: 'Lin Mei 林梅' })).status === 409, 'not like a rep');
    },
  },
  {
    name: 'who signs in at the brand is the same person on every device, also when he says so later; signed out, the device is nobody\'s',
    async run({ daemon: makeDaemon, after }) {
      const daemon = await makeDaemon();
      const demo = { id: 'demo', secret: 'parlor-demo-secret-do-not-use-in-production' };
      const mei = (more) => jwt(demo, { sub: 'c-2001', name: 'Mei', ...more });
      const devices = [1, 2].map(() => randomBytes(16).toString('hex'));
      const attach = async (device, more = {}) => {
        const line = new DeskLine(daemon);
        after(async () => line.close());
        return line.open({ as: 'visitor', device, ...more });
      };
      const { visitor, conversation } = await pair(daemon, after, { device: devices[0] });
      visitor.say(conversation, 'before I signed in');
      await visitor.wait('said');
      const threads = (attached) => attached.threads.map((one) => one.thread.id).join();
      expect(threads(await attach(devices[1])) === '', 'another device is another person');
      expect(threads(await attach(devices[0], { identity: mei() })) === conversation, 'what he said goes with him');
      expect(threads(await attach(devices[1], { identity: mei() })) === conversation, 'and is there on the other device');
      expect(threads(await attach(devices[1])) === conversation, 'which is his from now on');
      const customer = (await daemon.good('GET', `/v1/conversations/${conversation}?reason=test`)).customer;
      expect((await daemon.good('GET', `/v1/customers/${customer.id}`)).customer_ref === 'c-2001', JSON.stringify(customer));
      const room = (await daemon.good('POST', '/v1/rooms', { kind: 'meeting' })).id;
      const bad = { 'for a room': mei({ room }), 'over': mei({ exp: 1000000000 }), 'of another key': jwt({ id: 'demo', secret: 'x'.repeat(32) }, { sub: 'c-2001' }), 'nonsense': 'c-2001' };
      for (const [what, identity] of Object.entries(bad)) expect((await attach(randomBytes(16).toString('hex'), { identity })).code === 'forbidden', what);
      expect(threads(await attach(devices[1], { identity: jwt(demo, { sub: 'c-2002' }) })) === '', 'somebody else on that device sees nothing of hers');
      expect(threads(await attach(devices[0], { signed_out: true })) === '', 'nor who comes after she signed out');
      expect(threads(await attach(devices[0])) === '', 'later either');
      expect(threads(await attach(devices[0], { identity: mei() })) === conversation, 'signed in again she has all');
    },
  },
  {
    name: 'an erased customer is gone: messages, picture, events, after a restart too',
    async run({ daemon: makeDaemon, after }) {
      const daemon = await makeDaemon();
      const device = randomBytes(16).toString('hex');
      const { visitor, rep, conversation } = await pair(daemon, after, { device });
      visitor.say(conversation, 'my secret number is 4711');
      await visitor.wait('said');
      const picture = await (await fetch(`http://127.0.0.1:${daemon.port}/v1/uploads?conversation=${conversation}&brand=br_demo`, { method: 'POST', body: readFileSync(path.join(root, 'tests/fuzz/corpus/picture/png')), headers: { 'X-Parlor-Device': device } })).json();
      const { customer } = await daemon.good('GET', `/v1/conversations/${conversation}?reason=test`);
      expect((await daemon.ask('DELETE', `/v1/customers/${customer.id}`)).status === 204, 'erased');
      const look = async () => {
        const { messages } = await daemon.good('GET', `/v1/conversations/${conversation}/messages?reason=test`);
        expect(messages.length === 0, JSON.stringify(messages));
        expect((await fetch(`http://127.0.0.1:${daemon.port}/v1/uploads/${picture.id}`)).status === 404, 'the picture');
        const events = JSON.stringify(await daemon.good('GET', '/v1/events'));
        expect(!events.includes('4711'), 'the events');
        expect((await daemon.good('GET', `/v1/customers/${customer.id}`)).display === null, 'the name');
      };
      await look();
      visitor.close();
      rep.close();
      await daemon.end();
      await daemon.start();
      await look();
      const again = new DeskLine(daemon);
      after(async () => again.close());
      expect((await again.visitor({ device })).threads.length === 0, 'a stranger');
    },
  },
];
