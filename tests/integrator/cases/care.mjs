// SPDX-License-Identifier: Apache-2.0
/** What goes on around a rep: he becomes somebody's own, is helped, is judged. */
import { expect } from '../lib/bench.mjs';
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
