// SPDX-License-Identifier: Apache-2.0
/** What goes on around a rep: he becomes somebody's own, is helped, is judged. */
import { expect, until } from '../lib/bench.mjs';
import { DeskLine } from '../lib/desk.mjs';

const key = { Authorization: `Basic ${Buffer.from('demo:parlor-demo-secret-do-not-use-in-production').toString('base64')}` };

/** Lin answers a visitor who wrote to her. */
async function talking(daemon, after, ref = 'lin') {
  const [rep, visitor] = [new DeskLine(daemon), new DeskLine(daemon)];
  after(async () => { rep.close(); visitor.close(); });
  const me = await rep.open({ as: 'rep', rep: ref });
  await visitor.visitor();
  const bound = await visitor.add();
  const { conversation, binding } = bound;
  visitor.say(conversation, 'hello');
  rep.send({ t: 'offer_reply', offer: (await rep.wait('offered')).offer.id, yes: true });
  await visitor.wait('conversation', 'conversation', (one) => one.conversation.state === 'human');
  return { rep, visitor, conversation, binding, me: me.rep.id };
}

export const cases = [
  {
    name: 'a hotline becomes a personal adviser: one binding, history kept, and the card says so',
    async run({ daemon: makeDaemon, after }) {
      const daemon = await makeDaemon();
      const { rep, visitor, conversation, binding, me } = await talking(daemon, after);
      rep.send({ t: 'upgrade', conversation });
      const asked = await visitor.wait('binding', 'binding', (one) => one.binding.upgrade);
      expect(asked.binding.upgrade.rep.id === me && asked.binding.personal_since === null, JSON.stringify(asked));
      visitor.send({ t: 'binding', binding, act: 'upgrade' });
      const done = await visitor.wait('binding', 'binding', (one) => one.binding.personal_since);
      expect(done.binding.id === binding && done.binding.conversation === conversation && done.binding.rep.id === me, JSON.stringify(done));
      visitor.send({ t: 'history', conversation });
      const kinds = (await visitor.wait('history')).messages.map((one) => one.kind).join();
      expect(kinds.endsWith('text,upgrade,upgrade'), kinds);
      visitor.send({ t: 'tap', id: 'tap_once_more' });
      const card = await visitor.wait('card');
      expect(card.known && card.personal_since && card.rep.id === me, JSON.stringify(card));
      const again = await daemon.ask('POST', `/v1/conversations/${conversation}/upgrade`, {}, key);
      expect(again.status === 409, JSON.stringify(again));
      const { events } = (await daemon.ask('GET', '/v1/events?limit=1000')).json;
      expect(events.filter((one) => one.type === 'binding.upgraded' && one.data.binding === binding).length === 1, 'told once');
    },
  },
  {
    name: 'assist cards reach the rep who answers, and nobody else',
    async run({ daemon: makeDaemon, receiver: makeReceiver, after }) {
      const daemon = await makeDaemon();
      const secret = 'nine-percent-for-him';
      const crm = await makeReceiver(() => ({ status: 200, body: JSON.stringify({ cards: [{ title: 'Discount', text: secret, sku: 'tea-01' }] }) }));
      const hears = await makeReceiver();
      await daemon.good('POST', '/v1/webhooks', { url: hears.url, types: ['*'], scopes: ['content'] });
      await daemon.good('PUT', '/v1/hooks/rep.assist', { url: crm.url });
      const { rep, visitor, conversation } = await talking(daemon, after);
      visitor.say(conversation, 'how much is it?');
      const told = await rep.wait('assist');
      expect(told.conversation === conversation && told.cards.some((one) => one.text === secret), JSON.stringify(told));
      const pushed = await daemon.ask('POST', `/v1/conversations/${conversation}/assist`, { cards: [{ text: `${secret} again` }] }, key);
      expect(pushed.status === 202 && pushed.json.seen, JSON.stringify(pushed));
      await rep.wait('assist', 'assist', (one) => one.cards.some((card) => card.text === `${secret} again`));
      const bad = await daemon.ask('POST', `/v1/conversations/${conversation}/assist`, { cards: [{ url: 'http://plain.example/' }] }, key);
      expect(bad.status === 400, JSON.stringify(bad));
      const again = new DeskLine(daemon);
      const other = new DeskLine(daemon);
      after(async () => { again.close(); other.close(); });
      await again.open({ as: 'rep', rep: 'lin' });
      expect((await again.wait('assist')).cards.length >= 2, 'a page that was loaded anew has them');
      await other.open({ as: 'rep', rep: 'wang' });
      rep.send({ t: 'say', conversation, client_id: 'answer-0001', text: 'the-visible-answer' });
      await visitor.wait('message', 'message', (one) => one.message.text === 'the-visible-answer');
      visitor.send({ t: 'history', conversation });
      const history = await visitor.wait('history');
      const seen = JSON.stringify([visitor.told, visitor.all, history, other.told, other.all]);
      expect(seen.includes('the-visible-answer') && !seen.includes(secret), 'no frame of the customer or a colleague has it');
      const shown = await daemon.ask('GET', `/v1/conversations/${conversation}`, undefined, key);
      const events = await daemon.ask('GET', '/v1/events?limit=1000');
      const hidden = JSON.stringify([shown.json, events.json, hears.requests.map((one) => one.body)]);
      expect(hidden.includes('message.created') && !hidden.includes(secret), 'no event, no webhook, no answer has it');
      expect(!daemon.log.includes(secret), 'no log has it');
    },
  },
  {
    name: 'a talk is judged once, changed for a moment, and seen by the supervisor',
    async run({ daemon: makeDaemon, after }) {
      const daemon = await makeDaemon();
      const { rep, visitor, conversation, me } = await talking(daemon, after);
      rep.send({ t: 'say', conversation, client_id: 'answer-0001', text: 'here I am' });
      rep.send({ t: 'thread', conversation, close: true });
      const asked = await visitor.wait('conversation', 'conversation', (one) => one.conversation.rating);
      expect(asked.conversation.rating.score === null && asked.conversation.rating.rep.id === me, JSON.stringify(asked));
      visitor.send({ t: 'rate', conversation, score: 9 });
      expect((await visitor.wait('error')).code === 'bad_message', 'there are five stars');
      visitor.send({ t: 'rate', conversation, score: 2, text: 'slow' });
      await visitor.wait('conversation', 'conversation', (one) => one.conversation.rating?.score === 2);
      visitor.send({ t: 'rate', conversation, score: 5, text: '谢谢' });
      await rep.wait('conversation', 'conversation', (one) => one.conversation.rating?.score === 5);
      rep.send({ t: 'rate', conversation, score: 1 });
      expect((await rep.wait('error')).code === 'forbidden', 'not by the rep himself');
      const seen = await daemon.ask('GET', '/v1/stats/ratings', undefined, key);
      expect(seen.json.ratings.length === 1 && seen.json.ratings[0].score === 5 && seen.json.ratings[0].text === '谢谢' && seen.json.ratings[0].rep === me, JSON.stringify(seen.json));
      const of = await daemon.ask('GET', '/v1/stats/reps', undefined, key);
      expect(of.json.reps.find((one) => one.id === me).ratings.mean === 5, JSON.stringify(of.json));
      const { events } = (await daemon.ask('GET', '/v1/events?limit=1000')).json;
      expect(events.filter((one) => one.type === 'conversation.rated').map((one) => one.data.score).join() === '2,5', 'both are told');
      expect(!JSON.stringify(events).includes('谢谢'), 'his words only with the scope content');
    },
  },
  {
    name: 'an alert is raised once, stands on the board, is said in the room, and is over when somebody is here',
    async run({ daemon: makeDaemon, after }) {
      const daemon = await makeDaemon();
      const room = await daemon.good('POST', '/v1/rooms', { kind: 'live', title: 'evening' });
      const rule = await daemon.good('POST', '/v1/alerts', { name: 'Nobody', kind: 'no_rep', limit_s: 10, room: room.id, say: '顾问稍后回来，请留言' });
      expect((await daemon.ask('POST', '/v1/alerts', { name: 'x', kind: 'no_rep', limit_s: 5 })).status === 400, 'ten seconds at least');
      let board;
      await until('the alert on the board', async () => (board = await daemon.good('GET', '/v1/board')).alerts.some((one) => one.id === rule.id), 60000);
      expect(board.alerts.length === 1 && board.alerts[0].kind === 'no_rep' && board.alerts[0].value_s >= 10, JSON.stringify(board.alerts));
      const comments = await daemon.good('GET', `/v1/rooms/${room.id}/comments`);
      expect(comments.comments.filter((one) => one.text === '顾问稍后回来，请留言').length === 1, JSON.stringify(comments));
      const rep = new DeskLine(daemon);
      after(async () => rep.close());
      await rep.open({ as: 'rep', rep: 'lin' });
      await until('the alert to be over', async () => !(await daemon.good('GET', '/v1/board')).alerts.length, 60000);
      const { events } = (await daemon.ask('GET', '/v1/events?limit=1000')).json;
      expect(events.filter((one) => /^alert\./.test(one.type)).map((one) => one.type).join() === 'alert.raised,alert.cleared', JSON.stringify(events.filter((one) => /^alert/.test(one.type))));
      expect((await daemon.ask('DELETE', `/v1/alerts/${rule.id}`)).status === 204, 'gone');
      expect((await daemon.good('GET', '/v1/alerts')).alerts.length === 0, 'none');
    },
  },
  {
    name: 'a rep whom the customer removed never comes back to him',
    async run({ daemon: makeDaemon, after }) {
      const daemon = await makeDaemon();
      const { rep, visitor, conversation, binding, me } = await talking(daemon, after);
      visitor.send({ t: 'binding', binding, act: 'remove' });
      await visitor.wait('binding', 'binding', (one) => one.binding.state === 'ended');
      const bound = await visitor.add();
      expect(bound.rep === null && bound.state === 'waiting', 'she is alone here, and nobody all the same');
      visitor.say(bound.conversation, 'anybody?');
      await visitor.wait('queue');
      rep.send({ t: 'say', conversation, client_id: 'please-0001', text: 'please' });
      expect((await rep.wait('error')).code !== undefined, 'she cannot write');
      const forced = await daemon.ask('POST', `/v1/conversations/${bound.conversation}/assign`, { rep: me, reason: 'test' }, key);
      expect(forced.status === 409, JSON.stringify(forced));
      expect(!rep.told.some((one) => one.t === 'offered' && one.offer.state === 'pending'), 'nor is she offered it');
      const wang = new DeskLine(daemon);
      after(async () => wang.close());
      const other = await wang.open({ as: 'rep', rep: 'wang' });
      const given = await visitor.wait('binding', 'binding', (one) => one.binding.rep);
      expect(given.binding.rep.id === other.rep.id, JSON.stringify(given));
    },
  },
];
