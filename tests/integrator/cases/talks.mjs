// SPDX-License-Identifier: Apache-2.0
/** What surrounds a conversation without the demo: a product put into it, what its rep is told before he answers, finding it again, and who reads it from outside. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, root, until } from '../lib/bench.mjs';
import { DeskLine } from '../lib/desk.mjs';
import { agent, ask, brand, console_, good, person, viewer } from '../lib/people.mjs';

/** A brand with two groups; lin of sales talks with a customer, ma is of repairs and su oversees sales. */
async function settle(bare, after) {
  const daemon = await bare('--joins-burst', 100000);
  after(async () => agent.destroy());
  const acme = await brand(daemon, 'acme', true);
  const put = (address, body) => good(daemon, acme.owner, 'POST', address, body);
  const [sales, repairs] = [await put('/v1/groups', { name: 'Sales' }), await put('/v1/groups', { name: 'Repairs' })];
  const people = {};
  for (const [ref, group, roles] of [['lin', sales, ['rep']], ['ma', repairs, ['rep', 'supervisor']], ['su', sales, ['rep', 'supervisor']]]) {
    people[ref] = await person(daemon, acme, `${ref}@acme.example`, roles);
    people[ref].rep = await put('/v1/reps', { ref, card: { name: `Person ${ref}`, title: 'Adviser' }, groups: [group.id], user: people[ref].id });
  }
  await put(`/v1/reps/${people.su.rep.id}/suspend`, { on: true });
  const lin = await console_(daemon, people.lin.headers);
  const visitor = await viewer(daemon, acme.id);
  after(async () => { lin.close(); visitor.close(); });
  const bound = await visitor.add({ group: sales.id });
  return { daemon, acme, put, people, lin, visitor, sales, repairs, conversation: bound.conversation };
}

/** He writes and is answered. */
async function talk({ lin, visitor, conversation }, words) {
  visitor.say(conversation, words);
  const { offer } = await lin.wait('offered', 'offered', (one) => one.offer.state === 'pending');
  lin.send({ t: 'offer_reply', offer: offer.id, yes: true });
  const { conversation: told } = await lin.wait('conversation', 'conversation', (one) => one.conversation.state === 'human');
  return { offer, customer: told.customer.id };
}

export const cases = [
  {
    name: 'a rep puts a product into the chat: as it stands on the shelf, whatever his page says',
    async run({ bare, after }) {
      const at = await settle(bare, after);
      const { daemon, people, lin, visitor, conversation, put } = at;
      await put('/v1/products', { products: [{ sku: 'tea-01', title: 'Tea', url: 'https://shop.example/tea-01', image: 'https://shop.example/tea.jpg', price: '9' }] });
      const { products } = await good(daemon, people.lin.headers, 'GET', '/v1/products');
      expect(products.length === 1 && products[0].sku === 'tea-01', 'a rep sees the shelf');
      await talk(at, 'what is it?');
      const say = async (data) => {
        const client_id = `one-${Math.random()}`;
        lin.send({ t: 'say', id: client_id, conversation, client_id, kind: 'product', data });
        return (await lin.wait('said', 'error')).message?.data;
      };
      const said = await say({ sku: 'tea-01', title: 'Gold', price: '0', url: 'https://elsewhere.example', image: 'https://elsewhere.example/x.jpg' });
      expect(JSON.stringify(said) === JSON.stringify({ sku: 'tea-01', title: 'Tea', image: 'https://shop.example/tea.jpg', price: '9', url: 'https://shop.example/tea-01' }), JSON.stringify(said));
      const heard = await visitor.wait('message', 'message', (one) => one.message.kind === 'product');
      expect(heard.message.data.title === 'Tea' && heard.message.data.price === '9', JSON.stringify(heard));
      const unknown = await say({ sku: 'cup', title: 'Cup', url: 'https://elsewhere.example' });
      expect(JSON.stringify(unknown) === JSON.stringify({ sku: 'cup', title: 'Cup' }), 'of one that is not on it, its name alone');
      expect(await say({ title: 'Nothing' }) === undefined, 'without a sku it is none');
      const made = await good(daemon, people.lin.headers, 'POST', `/v1/conversations/${conversation}/messages`, { client_id: 'rest', kind: 'product', data: { sku: 'tea-01', price: '0' } });
      expect(made.data.price === '9', 'by the API too');
    },
  },
  {
    name: 'an offer comes with the picture of the tap, the product, the note and what led to it',
    async run({ bare, after }) {
      const at = await settle(bare, after);
      const { daemon, people, lin, visitor, conversation, acme, put } = at;
      const sent = await ask(daemon, { 'X-Parlor-Device': visitor.device, 'Content-Type': 'image/png' }, 'POST', `/v1/uploads?conversation=${conversation}&brand=${acme.id}`, readFileSync(path.join(root, 'tests/fuzz/corpus/picture/png')));
      expect(sent.status === 201, JSON.stringify(sent.json));
      visitor.send({ t: 'about', conversation, product: 'tea-01', still: sent.json.id });
      lin.send({ t: 'thread', conversation, note: 'wants the blue one' });
      await lin.wait('conversation', 'conversation', (one) => one.conversation.note === 'wants the blue one');
      const hook = await put('/v1/webhooks', { url: 'https://127.0.0.1:9/never', types: ['customer.tagged'] });
      const tab = await console_(daemon, people.lin.headers);
      after(async () => tab.close());
      lin.send({ t: 'thread', conversation, tags: 'blue' });
      await tab.wait('conversation', 'conversation', (one) => one.conversation.customer.tags === 'blue');
      const isTagged = (one) => one.type === 'customer.tagged' && one.data.tags === 'blue';
      await until('tags are an event', async () => (await good(daemon, acme.owner, 'GET', '/v1/events?limit=1000')).events.some(isTagged), 30000);
      expect(hook.types.join() === 'customer.tagged', 'which has a name');
      const { offer, customer } = await talk(at, 'hello');
      const { still, product, note } = offer.conversation;
      expect(still === sent.json.id && product === 'tea-01' && note === 'wants the blue one', JSON.stringify(offer));
      expect(visitor.all.every((frame) => !frame.includes(sent.json.id)), 'no frame of the customer has it');
      lin.send({ t: 'about', conversation, still: sent.json.id });
      expect((await lin.wait('error')).code === 'forbidden', 'a rep takes none');
      visitor.send({ t: 'about', conversation, still: 'upl_nothing' });
      expect((await visitor.wait('error')).code === 'not_found', 'one of this conversation');
      const touches = await ask(daemon, people.lin.headers, 'GET', `/v1/customers/${customer}/touches`);
      expect(touches.status === 200 && Array.isArray(touches.json.touches), JSON.stringify(touches.json));
      expect((await ask(daemon, people.ma.headers, 'GET', `/v1/customers/${customer}/touches`)).status === 404, 'nobody else\'s');
    },
  },
  {
    name: 'a conversation that ended is found again by its rep; who oversees him reads it with a reason, and both see that',
    async run({ bare, after }) {
      const at = await settle(bare, after);
      const { daemon, acme, people, lin, conversation } = at;
      await talk(at, 'a kettle for six');
      lin.send({ t: 'thread', conversation, note: 'likes enamel', close: true });
      await lin.wait('conversation', 'conversation', (one) => one.conversation.state === 'ended');
      const find = async (who, query) => (await ask(daemon, who.headers ?? who, 'GET', `/v1/conversations?${query}`)).json;
      const [own] = (await find(people.lin, 'state=ended&text=ENAMEL')).conversations;
      expect(own?.id === conversation && own.note === 'likes enamel' && own.last_text, JSON.stringify(own));
      expect((await find(people.lin, 'text=teapot')).conversations.length === 0, 'no other words');
      const rep = `rep=${people.lin.rep.id}`;
      const [seen] = (await find(people.su, rep)).conversations;
      expect(seen.id === conversation && seen.customer && !('note' in seen) && !('last_text' in seen), `that it is there, and no word of it: ${JSON.stringify(seen)}`);
      expect((await find(people.su, `${rep}&text=enamel`)).conversations.length === 0, 'nor by its words');
      expect((await find(people.su, `${rep}&text=${seen.customer.id}`)).conversations.length === 1, 'by whose it is');
      expect((await find(people.ma, rep)).code === 'not_found', 'who oversees others hears of none');
      expect((await find(acme.owner, 'text=x')).code === 'bad_request', 'of whom');
      const messages = `/v1/conversations/${conversation}/messages`;
      expect((await ask(daemon, people.su.headers, 'GET', messages)).status === 403, 'no reason, no word');
      const { messages: said } = await good(daemon, people.su.headers, 'GET', `${messages}?reason=a%20complaint`);
      expect(said.some((one) => one.text === 'a kettle for six'), JSON.stringify(said));
      for (const who of [people.lin, people.su]) {
        const { readings } = await good(daemon, who.headers, 'GET', `/v1/conversations/${conversation}/readings`);
        expect(readings.length === 1 && readings[0].reason === 'a complaint' && readings[0].act === 'read' && readings[0].name === 'su@acme.example', JSON.stringify(readings));
      }
      expect((await ask(daemon, people.ma.headers, 'GET', `/v1/conversations/${conversation}/readings`)).status === 404, 'nobody else does');
    },
  },
  {
    name: 'a supervisor says that an adviser of his groups leaves, and of nobody else',
    async run({ bare, after }) {
      const at = await settle(bare, after);
      const { daemon, acme, people, put, sales, repairs } = at;
      const depart = async (who, rep, body = { defer_h: 8 }) => (await ask(daemon, people[who].headers, 'POST', `/v1/reps/${rep.id}/depart`, body)).status;
      const both = await put('/v1/reps', { ref: 'both', card: { name: 'Both' }, groups: [sales.id, repairs.id] });
      expect(await depart('lin', people.lin.rep) === 403, 'no rep does');
      expect(await depart('ma', people.lin.rep) === 404, 'nor whose group it is not');
      expect(await depart('su', both) === 403, 'nor where another has a word too');
      expect(await depart('su', people.lin.rep, { defer_h: 8, to: people.ma.rep.id }) === 404, 'nobody is sent out of his groups');
      expect(await depart('su', people.lin.rep) === 202, 'his own');
      const may = async (who) => (await good(daemon, who, 'GET', '/v1/board')).reps.filter((one) => one.may_depart).map((one) => one.ref).sort().join();
      expect(await may(people.su.headers) === 'lin,su', `what his board offers: ${await may(people.su.headers)}`);
      expect(await may(acme.owner) === 'both,lin,ma,su', `and an owner's: ${await may(acme.owner)}`);
      expect((await ask(daemon, people.su.headers, 'DELETE', `/v1/reps/${people.lin.rep.id}/depart`)).status === 200, 'and takes it back');
    },
  },
  {
    name: 'a rep who gave a call away sends nobody into it by the API; he may take it back',
    async run({ bare, after }) {
      const at = await settle(bare, after);
      const { daemon, people, lin, put, sales, conversation, visitor } = at;
      const zoe = await person(daemon, at.acme, 'zoe@acme.example', ['rep']);
      zoe.rep = await put('/v1/reps', { ref: 'zoe', card: { name: 'Zoe' }, groups: [sales.id], user: zoe.id });
      const line = await console_(daemon, zoe.headers);
      after(async () => line.close());
      await talk(at, 'may I call?');
      visitor.send({ t: 'call', conversation });
      const { call } = await lin.wait('call', 'call', (one) => one.call.state === 'ringing');
      lin.send({ t: 'call_act', call: call.id, act: 'answer' });
      const inside = [];
      for (const one of [lin, visitor]) {
        const told = await one.wait('call', 'call', (each) => each.call.token && each.call.state === 'connecting');
        const voice = new DeskLine(daemon);
        after(async () => voice.close());
        await voice.join({ token: told.call.token, name: 'A voice' });
        inside.push(voice);
      }
      await visitor.wait('call', 'call', (one) => one.call.state === 'active');
      const send = async (body) => (await ask(daemon, people.lin.headers, 'POST', `/v1/calls/${call.id}/participants`, body)).status;
      expect(await send({ rep: zoe.rep.id }) === 200, 'his to give');
      expect(await send({ rep: people.su.rep.id, as: 'expert' }) === 403 && await send({ rep: people.su.rep.id }) === 403, 'no more');
      expect(await send({ rep: people.lin.rep.id }) === 200, 'back to himself');
    },
  },
  {
    name: 'a list of conversations goes on where its page ended, though that customer is with somebody else by then',
    async run({ bare, after }) {
      const { daemon, people, sales, put, acme } = await settle(bare, after);
      const meng = await put('/v1/reps', { ref: 'meng', card: { name: 'Person meng', title: 'Adviser' }, groups: [sales.id] });
      for (let n = 0; n < 5; n++) {
        const one = await viewer(daemon, acme.id);
        after(async () => one.close());
        await one.add({ group: sales.id });
      }
      const page = async (cursor) => (await ask(daemon, people.lin.headers, 'GET', `/v1/conversations?limit=2${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`)).json;
      const all = [];
      for (let told = { cursor: '' }; told.cursor !== null && all.length < 20; ) {
        told = await page(told.cursor);
        all.push(...told.conversations.map((one) => one.id));
      }
      expect(all.length >= 4 && new Set(all).size === all.length, `each once: ${all}`);
      const first = await page('');
      await put('/v1/bindings/transfer', { from: people.lin.rep.id, to: meng.id, customers: [first.conversations[1].customer.id] });
      await until('she has him', async () => (await good(daemon, acme.owner, 'GET', `/v1/conversations?rep=${meng.id}`)).conversations.length > 0, 5000);
      const second = await page(first.cursor);
      expect(second.conversations.map((one) => one.id).join() === all.slice(2, 4).join(), `${JSON.stringify(second.conversations?.map((one) => one.id))} after ${all}`);
      expect((await page('nonsense')).code === 'bad_request', 'a cursor is what a page said');
    },
  },
  {
    name: 'small pictures too are counted by the address that they come from',
    async run({ bare, after }) {
      const { daemon, visitor, conversation, acme } = await settle(bare, after);
      const png = readFileSync(path.join(root, 'tests/fuzz/corpus/picture/png'));
      const send = async () => (await ask(daemon, { 'X-Parlor-Device': visitor.device, 'Content-Type': 'image/png' }, 'POST', `/v1/uploads?conversation=${conversation}&brand=${acme.id}`, png)).status;
      const told = [];
      for (let n = 0; n < 70 && told.at(-1) !== 429; n++) told.push(await send());
      expect(told.at(-1) === 429 && told.slice(0, 20).every((one) => one === 201), told.join());
    },
  },
];
