// SPDX-License-Identifier: Apache-2.0
/** What goes wrong on an evening and needs a process to go wrong; tests/service/test_failures.c plays the rest in virtual time. */
import { randomBytes } from 'node:crypto';
import { expect, expectOrder, until } from '../lib/bench.mjs';
import { DeskLine } from '../lib/desk.mjs';

async function repLine(daemon, after, ref) {
  const line = new DeskLine(daemon);
  after(async () => line.close());
  const attached = await line.open({ as: 'rep', rep: ref });
  expect(attached.t === 'attached', JSON.stringify(attached));
  line.attached = attached;
  return line;
}

async function visitorLine(daemon, after, device = randomBytes(16).toString('hex')) {
  const line = new DeskLine(daemon);
  after(async () => line.close());
  line.attached = await line.open({ as: 'visitor', device });
  expect(line.attached.t === 'attached', JSON.stringify(line.attached));
  line.device = device;
  return line;
}

/** Takes the offer of this conversation. */
async function accept(rep, conversation) {
  const { offer } = await rep.wait('offered', 'offered', (one) => one.offer.state === 'pending' && one.offer.conversation.id === conversation);
  rep.send({ t: 'offer_reply', offer: offer.id, yes: true });
  await rep.wait('conversation', 'conversation', (one) => one.conversation.id === conversation && one.conversation.state === 'human');
}

/** Both in the call's room, as their pages are; {call, rep, visitor}: the sockets there. */
async function talk(daemon, after, rep, visitor, conversation) {
  visitor.send({ t: 'call', conversation });
  const { call } = await rep.wait('call', 'call', (one) => one.call.conversation === conversation && one.call.state === 'ringing');
  rep.send({ t: 'call_act', call: call.id, act: 'answer' });
  const enter = async (line) => {
    const told = await line.wait('call', 'call', (one) => one.call.id === call.id && one.call.token);
    const inside = new DeskLine(daemon);
    after(async () => inside.close());
    await inside.connect();
    inside.send({ t: 'join', token: told.call.token, name: 'A voice' });
    await inside.wait('welcome');
    return inside;
  };
  const [ofRep, ofVisitor] = [await enter(rep), await enter(visitor)];
  return { call, ofRep, ofVisitor };
}

export const cases = [
  {
    name: 'a server killed between the bind and the answer: one binding, the words are there, an answer comes',
    async run({ daemon: makeDaemon, after }) {
      const daemon = await makeDaemon();
      const visitor = await visitorLine(daemon, after);
      await repLine(daemon, after, 'lin');
      const bound = await visitor.add();
      visitor.say(bound.conversation, 'Is it still there?');
      await visitor.wait('said');
      await daemon.end('SIGKILL');
      await daemon.start();
      const rep = await repLine(daemon, after, 'lin');
      const again = await visitorLine(daemon, after, visitor.device);
      expect(again.attached.threads.length === 1 && again.attached.threads[0].binding.id === bound.binding, JSON.stringify(again.attached.threads));
      again.send({ t: 'tap', id: bound.tap });
      expect((await again.wait('bound')).binding === bound.binding, 'the same tap is the same answer');
      await accept(rep, bound.conversation);
      rep.say(bound.conversation, 'Yes.');
      await again.wait('message', 'message', (one) => one.message.text === 'Yes.');
      again.send({ t: 'history', conversation: bound.conversation });
      const texts = (await again.wait('history')).messages.filter((one) => one.kind === 'text').map((one) => one.text);
      expect(texts.slice(-2).join() === 'Is it still there?,Yes.', texts.join());
    },
  },
  {
    name: 'a viewer whose line breaks between tap and answer comes back to one binding',
    async run({ daemon: makeDaemon, after }) {
      const daemon = await makeDaemon();
      await repLine(daemon, after, 'lin');
      const visitor = await visitorLine(daemon, after);
      const tap = `tap_${randomBytes(8).toString('hex')}`;
      visitor.send({ t: 'tap', id: tap });
      visitor.send({ t: 'bind', tap });
      visitor.close();
      const again = await visitorLine(daemon, after, visitor.device);
      again.send({ t: 'tap', id: tap });
      const answer = await again.wait('card', 'bound');
      if (answer.t === 'card' && !answer.known) again.send({ t: 'bind', tap });
      const bound = answer.t === 'bound' ? answer : await again.wait('bound');
      again.send({ t: 'bind', tap });
      const once = await until('one binding', async () => {
        const other = await visitorLine(daemon, after, visitor.device);
        return other.attached.threads.length === 1 && other.attached.threads;
      });
      expect(once[0].binding.id === bound.binding, JSON.stringify(once));
    },
  },
  {
    name: 'a rep departs in a call: his lines are dead within a second, the call goes on with another under its id',
    async run({ daemon: makeDaemon, after, say }) {
      const daemon = await makeDaemon();
      const rep = await repLine(daemon, after, 'lin');
      const visitor = await visitorLine(daemon, after);
      const bound = await visitor.add();
      const colleague = await repLine(daemon, after, rep.attached.colleagues.find((one) => one.id !== rep.attached.rep.id).id);
      visitor.say(bound.conversation, 'May I call?');
      await accept(rep, bound.conversation);
      const { call, ofRep } = await talk(daemon, after, rep, visitor, bound.conversation);
      await visitor.wait('call', 'call', (one) => one.call.state === 'active');
      const began = Date.now();
      await daemon.good('POST', `/v1/reps/${rep.attached.rep.id}/depart`, { to: colleague.attached.rep.id });
      await until('his console and his voice are out', () => rep.closed && ofRep.closed, 30000);
      const dead = Date.now() - began;
      const told = await visitor.wait('call', 'call', (one) => one.call.rep?.id === colleague.attached.rep.id, 30000);
      expect(told.call.id === call.id, JSON.stringify(told));
      await colleague.wait('call', 'call', (one) => one.call.id === call.id && one.call.token);
      const refused = new DeskLine(daemon);
      after(async () => refused.close());
      expect((await refused.open({ as: 'rep', rep: 'lin' })).code === 'forbidden', 'he is no rep any more');
      say(`out after ${dead} ms, the customer heard of the next after ${told.at - began} ms`);
    },
  },
  {
    name: 'a departure in eight hours: he keeps his customers and gets nobody new, it is taken back, and it comes, over a kill too',
    async run({ stepped, after }) {
      const daemon = await stepped();
      const rep = await repLine(daemon, after, 'lin');
      const visitor = await visitorLine(daemon, after);
      const bound = await visitor.add();
      const { id } = rep.attached.rep;
      const seen = () => daemon.good('GET', `/v1/reps/${id}`);
      expect((await daemon.ask('POST', `/v1/reps/${id}/depart`, { defer_h: 721 })).status === 400, 'thirty days at most');
      expect((await daemon.ask('POST', `/v1/reps/${id}/depart`, { defer_h: -1 })).status === 400, 'no departure was yesterday');
      for (const unclear of ['8', 8.5, null])
        expect((await daemon.ask('POST', `/v1/reps/${id}/depart`, { defer_h: unclear })).status === 400, 'what is no number of hours is not "now"');
      expect((await daemon.ask('DELETE', `/v1/reps/${id}/depart`)).status === 409, 'there is nothing to take back');
      const { job } = await daemon.good('POST', `/v1/reps/${id}/depart`, { notice: 'He moves on.', defer_h: 24 });
      expect((await daemon.good('POST', `/v1/reps/${id}/depart`, { notice: 'He moves on.', defer_h: 8 })).job === job, 'said again it is the same');
      const { due_at, created_at, finished_at } = await daemon.good('GET', `/v1/jobs/${job}`);
      expect(finished_at === null && Math.abs(due_at - created_at - 8 * 3600e3) < 60000 && (await seen()).leaves_at === due_at, `${due_at - created_at}`);
      await repLine(daemon, after, 'wang');
      const stranger = await visitorLine(daemon, after);
      expect((await stranger.add()).rep.id !== id, 'a stranger is another\'s');
      visitor.say(bound.conversation, 'Are you there?');
      await accept(rep, bound.conversation);
      expect((await daemon.good('DELETE', `/v1/reps/${id}/depart`)).leaves_at === null, 'taken back');
      await daemon.good('POST', `/v1/reps/${id}/depart`, { notice: 'He moves on.', defer_h: 8 });
      await daemon.end('SIGKILL');
      await daemon.start();
      expect((await seen()).leaves_at !== null && (await seen()).state === 'active', 'it is still to come');
      daemon.step(8 * 3600 + 60);
      await until('he has left and his customer is another\'s', async () => {
        const now = await seen().catch(() => null); // connections that were kept are too old by the new clock
        return now && now.state === 'departed' && now.customers === 0 && now.leaves_at === null;
      }, 30000);
    },
  },
  {
    name: 'a brand says after how many silent hours a conversation ends; it is kept',
    async run({ daemon: makeDaemon }) {
      const daemon = await makeDaemon();
      const brand = async () => (await daemon.good('GET', '/v1/brands')).brands[0];
      const { id, silence_h: before } = await brand();
      expect(before === 48, `two days at first: ${before}`);
      for (const silence_h of [0, -1, 721, 'long', 1.5]) expect((await daemon.ask('PATCH', `/v1/brands/${id}`, { silence_h })).status === 400, `${silence_h} is no number of hours`);
      expect((await daemon.good('PATCH', `/v1/brands/${id}`, { silence_h: 2 })).silence_h === 2, 'two hours');
      await daemon.end();
      await daemon.start();
      expect((await brand()).silence_h === 2, 'after a restart too');
    },
  },
  {
    name: 'said anew, the hours of silence hold for the talks that go on: one ends without another word, a younger one does not',
    async run({ stepped, after }) {
      const daemon = await stepped();
      const talk = async () => {
        const rep = await repLine(daemon, after, 'lin');
        const visitor = await visitorLine(daemon, after);
        const { conversation } = await visitor.add();
        visitor.say(conversation, 'hello');
        await accept(rep, conversation);
        return conversation;
      };
      /* Connections that were kept are too old by the new clock: asked again. */
      const stateOf = (id) => until('a state', () => daemon.good('GET', `/v1/conversations/${id}?reason=test`).then((one) => one.state, () => null), 30000);
      const early = await talk();
      daemon.step(3500, 3500);
      expect(await stateOf(early) === 'human', 'two days are not over');
      const late = await talk();
      daemon.step(200, 200);
      expect(await stateOf(early) === 'human', 'nor now');
      const [{ id }] = (await daemon.good('GET', '/v1/brands')).brands;
      await daemon.good('PATCH', `/v1/brands/${id}`, { silence_h: 1 });
      await until('the silent one is over', async () => (await stateOf(early)) === 'ended', 30000);
      expect(await stateOf(late) === 'human', 'the younger one goes on');
      daemon.step(3600, 3600);
      await until('that one too', async () => (await stateOf(late)) === 'ended', 30000);
      const { events } = await daemon.good('GET', '/v1/events?limit=1000');
      expect([early, late].every((one) => events.some((event) => event.type === 'conversation.state' && event.entity === one && event.data.state === 'ended')), 'told');
    },
  },
  {
    name: 'a room that ends during a chat takes the picture, not the person',
    async run({ daemon: makeDaemon, after }) {
      const daemon = await makeDaemon();
      const rep = await repLine(daemon, after, 'lin');
      const room = await daemon.good('POST', '/v1/rooms', { kind: 'live', title: 'Tea evening' });
      const { token } = await daemon.good('POST', '/v1/guest', { code: room.id });
      const device = randomBytes(16).toString('hex');
      const visitor = new DeskLine(daemon);
      after(async () => visitor.close());
      await visitor.connect();
      visitor.send({ t: 'join', token, name: 'Lin Wei', device });
      await visitor.wait('welcome');
      visitor.send({ t: 'attach', as: 'visitor', device });
      await visitor.wait('attached');
      const bound = await visitor.add();
      visitor.say(bound.conversation, 'Before the end');
      await accept(rep, bound.conversation);
      expect((await daemon.ask('DELETE', `/v1/rooms/${room.id}`)).status === 204, 'the room is closed');
      await visitor.wait('closed');
      const again = await visitorLine(daemon, after, device);
      expect(again.attached.threads[0].thread.state === 'human' && again.attached.threads[0].thread.id === bound.conversation, JSON.stringify(again.attached.threads));
      again.say(bound.conversation, 'After the end');
      await rep.wait('message', 'message', (one) => one.message.text === 'After the end');
      rep.say(bound.conversation, 'I am here');
      await again.wait('message', 'message', (one) => one.message.text === 'I am here');
    },
  },
  {
    name: 'a product withdrawn while it is pinned is sold nowhere and shown nowhere',
    async run({ daemon: makeDaemon, after }) {
      const daemon = await makeDaemon();
      await daemon.good('POST', '/v1/products', { products: [{ sku: 'cup-9', title: 'Cup', url: 'https://shop.example/cup-9', price: '9' }] });
      const room = await daemon.good('POST', '/v1/rooms', { kind: 'live', title: 'Cups' });
      await daemon.good('POST', `/v1/rooms/${room.id}/state`, { to: 'live' });
      const enter = async () => {
        const line = new DeskLine(daemon);
        after(async () => line.close());
        await line.connect();
        line.send({ t: 'join', token: (await daemon.good('POST', '/v1/guest', { code: room.id })).token, name: 'Lin Wei' });
        line.live = await line.wait('live');
        return line;
      };
      const early = await enter();
      await daemon.good('POST', `/v1/rooms/${room.id}/pins`, { sku: 'cup-9' });
      expect((await early.wait('pinned')).pin.product.sku === 'cup-9', 'it is pinned');
      expect((await daemon.ask('DELETE', '/v1/products/cup-9')).status === 204, 'withdrawn');
      expect((await early.wait('pinned')).pin === null, 'who watches sees it go');
      await early.wait('shelf', 'shelf', (one) => !one.shelf.some((product) => product.sku === 'cup-9'));
      const late = await enter();
      expect(late.live.pin === null && !late.live.shelf.some((one) => one.sku === 'cup-9'), JSON.stringify(late.live.pin));
      expect((await daemon.ask('POST', `/v1/rooms/${room.id}/go/cup-9`)).status === 404, 'no way leads to it');
      const pins = (await daemon.good('GET', `/v1/rooms/${room.id}/pins`)).pins;
      expect(pins.length === 1 && pins[0].to_ms >= pins[0].from_ms, `its pin has an end: ${JSON.stringify(pins)}`);
    },
  },
  {
    name: 'a rep whose tab is killed in a chat and in a call: another answers, the call goes on under its id, the person stays',
    async run({ stepped, after, say }) {
      const daemon = await stepped();
      const rep = await repLine(daemon, after, 'lin');
      const visitor = await visitorLine(daemon, after);
      const bound = await visitor.add();
      visitor.say(bound.conversation, 'Are you there?');
      await accept(rep, bound.conversation);
      rep.close();
      const wang = await repLine(daemon, after, 'wang');
      visitor.say(bound.conversation, 'And now?');
      await visitor.wait('said');
      await daemon.pass(12);
      await accept(wang, bound.conversation);
      const { call, ofRep, ofVisitor } = await talk(daemon, after, wang, visitor, bound.conversation);
      await visitor.wait('call', 'call', (one) => one.call.id === call.id && one.call.state === 'active');
      const zoe = await repLine(daemon, after, 'zoe');
      wang.close();
      ofRep.close();
      await daemon.pass(30); // his seat in the room is kept for a while, then he is looked for
      const told = await visitor.wait('call', 'call', (one) => one.call.rep?.id === zoe.attached.rep.id);
      expect(told.call.id === call.id, JSON.stringify(told));
      await zoe.wait('call', 'call', (one) => one.call.id === call.id && one.call.token);
      expect(!ofVisitor.closed, 'the customer is where he was');
      const again = await visitorLine(daemon, after, visitor.device);
      expect(again.attached.threads.length === 1 && again.attached.threads[0].binding.rep.id === rep.attached.rep.id, 'his person is who he was');
      say('answered by the second, talked on with the third');
    },
  },
  {
    name: 'a rep hidden for ten minutes is there and rung; a viewer 8 s offline is bound once; of two who accept one has it',
    async run({ stepped, after, say }) {
      const daemon = await stepped();
      const lin = await repLine(daemon, after, 'lin'); // a hidden tab: it answers pings and says nothing
      const visitor = await visitorLine(daemon, after);
      const tap = `tap_${randomBytes(8).toString('hex')}`;
      visitor.send({ t: 'tap', id: tap });
      visitor.send({ t: 'bind', tap });
      visitor.close();
      await daemon.pass(8);
      const again = await visitorLine(daemon, after, visitor.device);
      again.send({ t: 'tap', id: tap });
      again.send({ t: 'bind', tap });
      const bound = await again.wait('bound');
      await daemon.pass(592);
      const there = (await daemon.good('GET', '/v1/reps')).reps.find((one) => one.ref === 'lin');
      expect(there.presence === 'available' && !lin.closed, there.presence);
      const began = Date.now();
      again.say(bound.conversation, 'hello');
      const offered = (await lin.wait('offered')).offer;
      say(`rung ${Date.now() - began} ms after the word`);
      const wang = await repLine(daemon, after, 'wang');
      await daemon.pass(32);
      const next = (await wang.wait('offered', 'offered', (one) => one.offer.state === 'pending')).offer;
      lin.send({ t: 'offer_reply', offer: offered.id, yes: true });
      wang.send({ t: 'offer_reply', offer: next.id, yes: true });
      expect((await lin.wait('error')).code === 'conflict', 'one is told that it is not his');
      const { conversation } = await again.wait('conversation', 'conversation', (one) => one.conversation.state === 'human');
      expect(conversation.assignee.id === wang.attached.rep.id, 'the other has it');
      const { threads } = (await visitorLine(daemon, after, visitor.device)).attached;
      expect(threads.length === 1 && threads[0].binding.id === bound.binding, JSON.stringify(threads));
    },
  },
  {
    name: 'the wall clock is set by five minutes, forward and back: nobody is late, calls stand, events keep their order',
    async run({ stepped, after }) {
      const daemon = await stepped();
      const rep = await repLine(daemon, after, 'lin');
      for (const [n, wall] of [300, -600, 300].entries()) {
        const visitor = await visitorLine(daemon, after);
        const bound = await visitor.add();
        visitor.say(bound.conversation, `one ${n}`);
        const { offer } = await rep.wait('offered', 'offered', (one) => one.offer.state === 'pending' && one.offer.conversation.id === bound.conversation);
        daemon.step(0, wall);
        await daemon.pass(2);
        rep.send({ t: 'offer_reply', offer: offer.id, yes: true });
        await visitor.wait('conversation', 'conversation', (one) => one.conversation.state === 'human');
        const { call } = await talk(daemon, after, rep, visitor, bound.conversation); // its token was signed by the new time
        await visitor.wait('call', 'call', (one) => one.call.state === 'active');
        rep.send({ t: 'call_act', call: call.id, act: 'end' });
        await visitor.wait('call', 'call', (one) => one.call.state === 'ended');
        rep.send({ t: 'suspend', on: false });
        visitor.send({ t: 'history', conversation: bound.conversation });
        const { messages } = await visitor.wait('history');
        expect(messages.every((one, i) => !i || one.seq > messages[i - 1].seq), JSON.stringify(messages.map((one) => one.seq)));
      }
      const { events } = await daemon.good('GET', '/v1/events?limit=1000');
      const ids = events.map((one) => one.id);
      expect(ids.join() === [...ids].sort().join() && new Set(ids).size === ids.length, 'in order');
      expectOrder(events);
      expect(!events.some((one) => one.type === 'offer.timeout' || one.type === 'call.held'), 'nobody was late');
    },
  },
];
