// SPDX-License-Identifier: Apache-2.0
import { Webhook } from 'standardwebhooks';
import { expect, makeRooms, until } from '../lib/bench.mjs';

const put = (daemon, name, receiver, more = {}) => daemon.good('PUT', `/v1/hooks/${name}`, { url: receiver.url, ...more });
const test = (daemon, name) => daemon.good('POST', `/v1/hooks/${name}/test`);

/** What a CRM says that signs its answers, with the public library. */
const signed = (secret, request, body) => {
  const id = request.headers['webhook-id'];
  const at = new Date();
  return { status: 200, body, headers: { 'webhook-id': id, 'webhook-timestamp': String(Math.floor(at.getTime() / 1000)), 'webhook-signature': new Webhook(secret).sign(id, at, body) } };
};

export const cases = [
  {
    name: 'a question is signed, an answer is judged',
    alone: true,
    async run({ daemon: makeDaemon, receiver: makeReceiver }) {
      const daemon = await makeDaemon();
      const crm = await makeReceiver(() => ({ status: 200, body: '{"reps":["rep_a"],"note":"known","admin":true}' }));
      const { secret } = await put(daemon, 'route.rep', crm);
      const said = await test(daemon, 'route.rep');
      expect(said.outcome === 'answered' && said.answer.reps[0] === 'rep_a' && said.answer.admin === undefined, JSON.stringify(said));
      const question = new Webhook(secret).verify(crm.requests[0].body, crm.requests[0].headers);
      expect(question.type === 'route.rep' && question.data.candidates.length === 2, 'the question as documented');
      crm.answer = (request) => signed(secret, request, '{"note":"signed"}');
      expect((await test(daemon, 'route.rep')).answer.note === 'signed', 'a signed answer is taken');
    },
  },
  {
    name: 'a CRM that sleeps, fails, talks nonsense, signs wrongly or redirects costs its answer alone',
    alone: true,
    async run({ daemon: makeDaemon, receiver: makeReceiver, say }) {
      const daemon = await makeDaemon();
      const bait = await makeReceiver(() => ({ status: 200, body: '{"allow":true}' }));
      const sins = {
        'sleeps 5 s': [() => ({ status: 200, body: '{"allow":true}', wait: 5000 }), 'late'],
        'answers 500': [() => ({ status: 500, body: '{"allow":true}' }), 'failed'],
        'answers nonsense': [() => ({ status: 200, body: '<html>{"allow":true}' }), 'failed'],
        'answers the wrong type': [() => ({ status: 200, body: '{"allow":"true"}' }), 'failed'],
        'signs wrongly': [(request) => signed('whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=', request, '{"allow":true}'), 'failed'],
        'redirects': [() => ({ status: 302, headers: { Location: bait.url } }), 'failed'],
        'sends 100 kB': [() => ({ status: 200, body: `{"allow":true,"x":"${'x'.repeat(100000)}"}` }), 'failed'],
      };
      for (const [name, [answer, outcome]] of Object.entries(sins)) {
        const crm = await makeReceiver(answer);
        await put(daemon, 'call.allow', crm, { fail_closed: true });
        const began = Date.now();
        const said = await test(daemon, 'call.allow');
        const took = Date.now() - began;
        expect(said.outcome === outcome && said.fail_closed, `${name}: ${JSON.stringify(said)}`);
        expect(took < 300 * 3 + 100, `${name}: answered after ${took} ms, the budget is 300`);
        say(`${name}: ${said.outcome} after ${said.elapsed_ms} ms`);
      }
      expect(bait.requests.length === 0, 'no redirect was followed');
    },
  },
  {
    name: 'the breaker opens after five failures and says so',
    alone: true,
    async run({ daemon: makeDaemon, receiver: makeReceiver }) {
      const daemon = await makeDaemon();
      const crm = await makeReceiver(() => ({ status: 500 }));
      await put(daemon, 'message.screen', crm);
      for (let i = 0; i < 5; i++) expect((await test(daemon, 'message.screen')).outcome === 'failed', 'failed');
      const before = crm.requests.length;
      const said = await test(daemon, 'message.screen');
      expect(said.outcome === 'breaker' && said.elapsed_ms < 50 && crm.requests.length === before, 'not asked any more');
      const { hooks } = await daemon.good('GET', '/v1/hooks');
      expect(hooks.find((hook) => hook.hook === 'message.screen').breaker_open, 'the list says so');
      const { events } = await daemon.good('GET', '/v1/events');
      expect(events.some((event) => event.type === 'hook.degraded' && event.data.hook === 'message.screen'), 'and an event');
    },
  },
  {
    name: 'a hanging CRM holds up neither other hooks, nor webhooks, nor requests',
    alone: true,
    async run({ daemon: makeDaemon, receiver: makeReceiver, say }) {
      const daemon = await makeDaemon();
      const hanging = await makeReceiver(() => ({ status: 200, wait: 6000 }));
      const good = await makeReceiver(() => ({ status: 200, body: '{"title":"Tea"}' }));
      const sink = await makeReceiver();
      await put(daemon, 'bot.reply', hanging);
      await put(daemon, 'product.resolve', good);
      const hook = await daemon.good('POST', '/v1/webhooks', { url: sink.url, types: ['room.*'] });
      const hung = Array.from({ length: 60 }, () => test(daemon, 'bot.reply'));
      let slowest = 0;
      for (let i = 0; i < 20; i++) {
        const said = await test(daemon, 'product.resolve');
        expect(said.outcome === 'answered', JSON.stringify(said));
        slowest = Math.max(slowest, said.elapsed_ms);
      }
      await makeRooms(daemon, 5);
      await until('ten events', () => sink.taken(hook.secret).events.length === 10, 2000);
      say(`slowest good answer beside 60 hanging ones: ${slowest} ms`);
      expect(slowest < 400, 'within its budget');
      expect((await Promise.all(hung)).every((said) => said.outcome === 'late' && said.elapsed_ms < 4500), 'the hanging ones were late, in time');
    },
  },
];
