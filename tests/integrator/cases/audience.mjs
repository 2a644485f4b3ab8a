// SPDX-License-Identifier: Apache-2.0
import { createHmac, randomBytes } from 'node:crypto';
import { expect, until } from '../lib/bench.mjs';
import { DeskLine } from '../lib/desk.mjs';

const secret = 'parlor-demo-secret-do-not-use-in-production';
const part = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A token of the demo's key. */
function token(room, identity, role) {
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ iss: 'demo', sub: identity, name: identity, exp: Math.floor(Date.now() / 1000) + 3600, room, role })}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

async function liveRoom(daemon, on = true) {
  const room = await daemon.good('POST', '/v1/rooms', { kind: 'live', title: 'Audience' });
  if (on) await daemon.good('POST', `/v1/rooms/${room.id}/state`, { to: 'live' });
  return room.id;
}

/** A page in the room; `cookie`: of a browser that has been here. */
async function enter(daemon, after, room, identity, role = 'viewer', cookie = '') {
  const line = new DeskLine(daemon);
  after(async () => line.close());
  const welcome = await line.join({ token: token(room, identity, role), name: identity }, cookie ? { Cookie: cookie } : {});
  expect(welcome.t === 'welcome', JSON.stringify(welcome));
  return line;
}

/** What a browser does with a link: its cookie, and where it was led. */
async function follow(daemon, address, cookie = '') {
  const answer = await fetch(`http://127.0.0.1:${daemon.port}${address}`, { redirect: 'manual', headers: cookie ? { Cookie: cookie } : {} });
  const set = answer.headers.getSetCookie?.() ?? [];
  return { status: answer.status, to: answer.headers.get('location'), cookie: [cookie, ...set.map((one) => one.split(';')[0])].filter(Boolean).at(-1) ?? '' };
}

const counts = async (daemon, id) => (await daemon.good('GET', `/v1/broadcasts/${id}`)).counts;

export const cases = [
  {
    name: 'a broadcast reaches who is here and who comes later, and its brand hears who has not had it',
    async run({ daemon: makeDaemon, after }) {
      const daemon = await makeDaemon();
      const room = await liveRoom(daemon);
      const host = await enter(daemon, after, room, 'host-1', 'host');
      const one = await enter(daemon, after, room, 'one');
      const [rep, bound] = [new DeskLine(daemon), new DeskLine(daemon)];
      after(async () => { rep.close(); bound.close(); });
      await rep.open({ as: 'rep', rep: 'lin' });
      await bound.visitor();
      const { binding } = await bound.add();

      host.send({ t: 'broadcast', id: 7, text: 'Ten minutes, then the draw.', client_id: 'draw' });
      const { broadcast } = await host.wait('broadcast_sent');
      const told = await one.wait('broadcast');
      expect(told.broadcast.id === broadcast && told.broadcast.text === 'Ten minutes, then the draw.', JSON.stringify(told));
      one.send({ t: 'ack', id: 8, broadcast, what: 'shown' });
      await one.wait('acked');
      one.send({ t: 'ack', id: 9, broadcast, what: 'shown' });
      await one.wait('acked');
      const late = await enter(daemon, after, room, 'late');
      expect((await late.wait('broadcast')).broadcast.id === broadcast, 'who comes later has it');
      late.send({ t: 'ack', id: 10, broadcast, what: 'shown' });
      await late.wait('acked');
      expect((await host.wait('broadcast_count', 'broadcast_count', (count) => count.shown === 2)).broadcast === broadcast, 'the host counts');
      late.close();
      const again = await enter(daemon, after, room, 'late');
      again.send({ t: 'broadcasts' });
      host.send({ t: 'broadcast', id: 11, text: 'Another', client_id: 'draw' });
      expect((await host.wait('broadcast_sent')).broadcast === broadcast, 'the same word once');

      const everybody = await daemon.good('POST', '/v1/broadcasts', { title: 'News', text: 'Open on Sunday too.', url: 'https://shop.example/news', confirm: true });
      const card = await bound.wait('broadcast');
      expect(card.broadcast.id === everybody.id && card.broadcast.confirm, JSON.stringify(card));
      expect((await again.wait('broadcast')).broadcast.id === everybody.id, 'had before and not told again: the brand\'s comes first');
      const missing = () => daemon.good('GET', `/v1/broadcasts/${everybody.id}/missing?what=confirmed`);
      expect((await missing()).people.some((person) => person.binding === binding && person.rep), JSON.stringify(await missing()));
      bound.send({ t: 'ack', id: 12, broadcast: everybody.id, what: 'confirmed' });
      await bound.wait('acked');
      expect(!(await missing()).people.some((person) => person.binding === binding), 'bound − acknowledged');
      const receipts = await daemon.good('GET', `/v1/broadcasts/${everybody.id}/receipts`);
      expect(receipts.receipts.length === 1 && receipts.receipts[0].customer && receipts.receipts[0].confirmed_at > 0, JSON.stringify(receipts));

      await daemon.end();
      await daemon.start();
      expect((await counts(daemon, broadcast)).shown === 2 && (await counts(daemon, everybody.id)).confirmed === 1, 'a restart loses no receipt');
      const after_restart = await enter(daemon, after, room, 'one');
      expect((await after_restart.wait('broadcast')).broadcast.id === everybody.id, 'what stands, stands');
      await daemon.good('DELETE', `/v1/broadcasts/${everybody.id}`);
      expect((await after_restart.wait('broadcast_over')).broadcast === everybody.id, 'withdrawn');
      after_restart.send({ t: 'ack', id: 13, broadcast: everybody.id, what: 'shown' });
      expect((await after_restart.wait('error')).id === 13, 'it stands no more');
      const wrong = [{}, { text: '' }, { text: 'x', url: 'http://shop.example/' }, { text: 'x', life_s: 0 }, { text: 'x', watch_s: 5 }, { text: 'x', closed: true }, { text: 'x', expected: [1] }];
      for (const body of wrong) expect((await daemon.ask('POST', '/v1/broadcasts', body)).status === 400, JSON.stringify(body));
      expect((await daemon.ask('POST', '/v1/broadcasts', { text: 'x', room: 'rm_none' })).status === 404, 'no such room');
    },
  },
  {
    name: 'a briefing for partners alone tells who watched, who confirmed and who has not',
    async run({ daemon: makeDaemon, after }) {
      const daemon = await makeDaemon();
      const room = await liveRoom(daemon);
      const partner = await enter(daemon, after, room, 'partner-1');
      const stranger = await enter(daemon, after, room, 'somebody');
      const briefing = await daemon.good('POST', '/v1/broadcasts', { room, title: 'Briefing', text: 'Prices from Monday on.', closed: true, confirm: true, watch_s: 2, expected: ['partner-1', 'partner-2'] });
      expect((await partner.wait('broadcast')).broadcast.brief === true, 'a briefing');
      const missing = async (what) => (await daemon.good('GET', `/v1/broadcasts/${briefing.id}/missing?what=${what}`)).people.map((one) => one.name).join();
      expect(await missing('confirmed') === 'partner-1,partner-2', await missing('confirmed'));
      partner.send({ t: 'ack', id: 1, broadcast: briefing.id, what: 'confirmed' });
      await partner.wait('acked');
      stranger.send({ t: 'ack', id: 2, broadcast: briefing.id, what: 'confirmed' });
      expect((await stranger.wait('error', 'acked')).code === 'not_found', 'it is not for him');
      expect(!stranger.told.some((one) => one.t === 'broadcast'), 'nor is it told him');
      expect(await missing('confirmed') === 'partner-2', await missing('confirmed'));
      await until('partner-1 to have watched', async () => (await missing('watched')) === 'partner-2', 30000);
      const { counts: of } = await daemon.good('GET', `/v1/broadcasts/${briefing.id}`);
      expect(of.watched === 1 && of.confirmed === 1 && of.expected === 2, JSON.stringify(of));
      const events = await daemon.good('GET', '/v1/events');
      expect(['broadcast.made', 'broadcast.confirmed', 'broadcast.watched'].every((type) => events.events.some((one) => one.type === type)), 'events');
    },
  },
  {
    name: 'a host hears the words and the counts of his own room; what the brand says to some is theirs',
    async run({ daemon: makeDaemon, after }) {
      const daemon = await makeDaemon();
      const room = await liveRoom(daemon);
      const host = await enter(daemon, after, room, 'host-1', 'host');
      const partner = await enter(daemon, after, room, 'partner-1');
      const prices = await daemon.good('POST', '/v1/broadcasts', { text: 'Your prices', closed: true, expected: ['partner-1'] });
      const draw = await daemon.good('POST', '/v1/broadcasts', { room, text: 'The draw, for partners', closed: true, expected: ['partner-1'] });
      const ack = async (broadcast, id) => { partner.send({ t: 'ack', id, broadcast, what: 'shown' }); await partner.wait('acked'); };
      await ack(prices.id, 1);
      await ack(draw.id, 2); // counted after the other: whoever hears of this one has heard of both
      await host.wait('broadcast_count', 'broadcast_count', (count) => count.broadcast === draw.id && count.shown === 1);
      const late = await enter(daemon, after, room, 'host-2', 'host');
      await late.wait('broadcast_count', 'broadcast_count', (count) => count.broadcast === draw.id);
      const everybody = await daemon.good('POST', '/v1/broadcasts', { text: 'Open on Sunday' });
      for (const line of [host, late]) await line.wait('broadcast', 'broadcast', (one) => one.broadcast.id === everybody.id);
      const third = await enter(daemon, after, room, 'host-3', 'host');
      await third.wait('broadcast', 'broadcast', (one) => one.broadcast.id === everybody.id);
      for (const line of [host, late, third]) expect(!line.all.join().includes(prices.id), 'the brand speaks to a partner alone');
    },
  },
  {
    name: 'an erased customer has no receipt and is on no list, also where only his token told who he is',
    async run({ daemon: makeDaemon, after }) {
      const daemon = await makeDaemon();
      const room = await liveRoom(daemon);
      const bound = new DeskLine(daemon);
      after(async () => bound.close());
      await bound.visitor();
      await bound.add();
      const { id } = await daemon.good('POST', '/v1/broadcasts', { text: 'Hello' });
      const { people: [person] } = await daemon.good('GET', `/v1/broadcasts/${id}/missing`);
      await daemon.good('PATCH', `/v1/customers/${person.customer}`, { customer_ref: 'C-8' });
      const news = await daemon.good('POST', '/v1/broadcasts', { room, text: 'Your prices', expected: ['C-8', person.customer, 'C-80'] });
      for (const name of ['C-8', 'C-80']) {
        const line = await enter(daemon, after, room, name);
        line.send({ t: 'ack', id: 1, broadcast: news.id, what: 'shown' });
        await line.wait('acked');
        line.close();
      }
      const who = async () => (await daemon.good('GET', `/v1/broadcasts/${news.id}/receipts`)).receipts.map((one) => one.identity).join();
      const list = async () => (await daemon.good('GET', `/v1/broadcasts/${news.id}`)).expected.join();
      expect(await who() === 'C-8,C-80', await who());
      const gone = await daemon.ask('DELETE', `/v1/customers/${person.customer}`);
      expect(gone.status === 204, JSON.stringify(gone));
      const forgotten = async () => expect(await who() === 'C-80' && await list() === 'C-80', `${await who()} / ${await list()}`);
      await forgotten();
      await daemon.end();
      await daemon.start();
      await forgotten();
    },
  },
  {
    name: 'a link that is passed on keeps who invited whom, and leads to the inviter\'s person',
    async run({ daemon: makeDaemon, after }) {
      const daemon = await makeDaemon();
      const room = await liveRoom(daemon);
      const share = async (cookie) => {
        const answer = await fetch(`http://127.0.0.1:${daemon.port}/v1/rooms/${room}/invite`, { method: 'POST', headers: { Cookie: cookie } });
        expect(answer.status === 200, `shared: ${answer.status}`);
        return answer.json();
      };
      const reps = (await daemon.good('GET', '/v1/reps')).reps;
      expect(reps.length > 1, 'the demo has reps');
      const entry = await daemon.good('POST', '/v1/entries', { channel: 'card', room, rep: reps.at(-1).id });
      const first = await follow(daemon, `/e/${entry.id}`);
      const one = await share(first.cookie);
      expect((await share(first.cookie)).id === one.id, 'the same person has one link');
      const second = await follow(daemon, new URL(one.url).pathname);
      expect(second.status === 303 && second.to === `/l/${room}`, JSON.stringify(second));
      const two = await share(second.cookie);
      const third = await follow(daemon, new URL(two.url).pathname);
      await follow(daemon, new URL(two.url).pathname, third.cookie);
      const chain = await daemon.good('GET', `/v1/invites/${two.id}`);
      expect(chain.chain.map((invite) => invite.id).join() === [two.id, one.id].join() && chain.rep === reps.at(-1).id && chain.entry === entry.id, JSON.stringify(chain));
      expect(chain.chain[0].opened === 2 && chain.chain[0].came === 1 && chain.chain[0].depth === 2, JSON.stringify(chain.chain[0]));
      const { lines: touched } = await daemon.good('GET', '/v1/stats/funnel?group_by=entry,inviter');
      const touches = (link) => touched.find((line) => line.entry === link.id)?.counts.touch;
      expect(touches(one) === 1 && touches(two) === 2, `each coming is a touch: ${JSON.stringify(touched)}`);
      await follow(daemon, new URL(two.url).pathname, second.cookie);
      expect((await daemon.good('GET', `/v1/invites/${two.id}`)).chain[0].opened === 2, 'one\'s own link leads nobody');
      const lines = reps.map(() => new DeskLine(daemon));
      after(async () => lines.forEach((line) => line.close()));
      for (const [index, line] of lines.entries()) await line.open({ as: 'rep', rep: reps[index].id });
      const viewer = new DeskLine(daemon);
      after(async () => viewer.close());
      await viewer.visitor({}, { Cookie: third.cookie });
      const bound = await viewer.add();
      expect(bound.rep?.id === reps.at(-1).id, `the first link's rep, not ${JSON.stringify(bound.rep)}`);
      await daemon.end();
      await daemon.start();
      expect((await daemon.good('GET', `/v1/invites/${two.id}`)).chain.length === 2, 'a restart keeps the chain');
      expect((await daemon.ask('GET', '/i/inv_none')).status === 404, 'no such link');
    },
  },
  {
    name: 'a bot has a name of its own, is marked, says twenty things a minute and can be revoked',
    async run({ daemon: makeDaemon, after }) {
      const daemon = await makeDaemon();
      const room = await liveRoom(daemon);
      const viewer = await enter(daemon, after, room, 'viewer-1');
      const bot = await daemon.good('POST', '/v1/bots', { name: 'Price watch', room });
      expect(!JSON.stringify(await daemon.good('GET', '/v1/bots')).includes(bot.token), 'the token is told once');
      const say = (text, bearer = bot.token, client = randomBytes(8).toString('hex')) => daemon.ask('POST', `/v1/rooms/${room}/comments`, { client_id: client, text }, { Authorization: `Bearer ${bearer}` });
      expect((await say('Lamp: ¥399')).status === 201, 'it speaks');
      const { comments } = await viewer.wait('comments');
      expect(comments[0].bot === true && comments[0].name === 'Price watch' && comments[0].host === false, JSON.stringify(comments));
      viewer.send({ t: 'comment', id: 1, client_id: 'c1', text: 'hello' });
      expect((await viewer.wait('comment')).comment.bot === false, 'people are not bots');
      for (let said = 1; said < 20; said++) expect((await say(`${said}`)).status === 201, `the ${said + 1}th of a minute`);
      expect((await say('one more')).status === 429, 'the 21st');
      expect((await say('who', `${bot.id}.AAAAAAAAAAAAAAAAAAAAAAAAAA`)).status === 401, 'a wrong secret');
      const lin = (await daemon.good('GET', '/v1/reps')).reps[0];
      expect((await daemon.ask('POST', '/v1/bots', { name: lin.name })).status === 409, 'no bot is called like a rep');
      expect((await daemon.ask('POST', `/v1/rooms/${await liveRoom(daemon)}/comments`, { client_id: 'x', text: 'x' }, { Authorization: `Bearer ${bot.token}` })).status === 404, 'in its room alone');
      const exported = await daemon.good('GET', `/v1/rooms/${room}/comments`);
      expect(exported.comments.filter((one) => one.bot).length === 20, 'the export says so too');
      expect((await daemon.ask('DELETE', `/v1/bots/${bot.id}`)).status === 204, 'revoked');
      expect((await say('still here?')).status === 401, 'its token is nobody\'s');
    },
  },
  {
    name: 'how many watch is right within two seconds, as they come and as they go',
    alone: true,
    async run({ daemon: makeDaemon, say, after }) {
      const daemon = await makeDaemon();
      const room = await liveRoom(daemon);
      const host = await enter(daemon, after, room, 'host-1', 'host');
      const took = [];
      const told = async (viewers, since) => {
        const message = await host.wait('audience', 'audience', (one) => one.viewers === viewers);
        took.push(message.at - since);
      };
      const lines = [];
      for (let n = 0; n < 6; n++) {
        lines.push(await enter(daemon, after, room, `viewer-${n}`));
        await told(n + 1, Date.now());
      }
      for (const [n, line] of lines.entries()) {
        // Half of them say that they go, as a page does that is closed; half are cut off.
        const since = Date.now();
        if (n % 2) line.send({ t: 'leave' });
        else line.close();
        await told(lines.length - n - 1, since);
      }
      say(`told after ${took.join(', ')} ms`);
      expect(took.every((ms) => ms <= 6000), `${took}`);
    },
  },
  {
    name: 'stats.tick tells what goes on, and hours stay',
    async run({ daemon: makeDaemon, after }) {
      const daemon = await makeDaemon('--stats-every', '1');
      const room = await liveRoom(daemon);
      const viewer = await enter(daemon, after, room, 'viewer-1');
      viewer.send({ t: 'comment', id: 1, client_id: 'c1', text: 'hello' });
      viewer.send({ t: 'like', n: 3 });
      const ticks = async () => (await daemon.good('GET', '/v1/events?limit=1000')).events.filter((one) => one.type === 'stats.tick').map((one) => one.data);
      const sum = (list, name) => list.reduce((all, one) => all + one[name], 0);
      await until('ticks with all of it', async () => {
        const list = await ticks();
        return sum(list, 'joined') === 1 && sum(list, 'comments') === 1 && sum(list, 'likes') === 3 && list.some((one) => one.viewers === 1 && one.peak === 1);
      }, 30000);
      await daemon.good('POST', `/v1/rooms/${room}/state`, { to: 'ended' });
      const read = async () => (await daemon.good('GET', `/v1/stats/rooms/${room}/watch`)).hours;
      const before = await read();
      expect(sum(before, 'comments') === 1 && sum(before, 'likes') === 3 && sum(before, 'joined') === 1 && before.every((one) => one.from % 3600000 === 0), JSON.stringify(before));
      await daemon.end();
      await daemon.start();
      expect(JSON.stringify(await read()) === JSON.stringify(before), 'a restart keeps them');
    },
  },
  {
    name: 'who was made quiet is so after a restart until a host lets him speak; all that was said is a table',
    async run({ daemon: makeDaemon, after }) {
      const daemon = await makeDaemon();
      const room = await liveRoom(daemon);
      const { cookie } = await follow(daemon, `/l/${room}`);
      const host = await enter(daemon, after, room, 'host-1', 'host');
      const rude = await enter(daemon, after, room, 'rude', 'viewer', cookie);
      rude.send({ t: 'comment', id: 1, client_id: 'c1', text: '=cheap, "lamps"' });
      const { comment } = await rude.wait('comment');
      host.send({ t: 'moderate', comment: comment.id, action: 'mute' });
      const { quiet } = await host.wait('quiet');
      expect(quiet.length === 1 && quiet[0].comment === comment.id && quiet[0].muted && !quiet[0].shadowed, JSON.stringify(quiet));
      const table = async () => {
        const answer = await fetch(`http://127.0.0.1:${daemon.port}/v1/rooms/${room}/comments?format=csv`);
        expect(answer.ok && answer.headers.get('content-type').startsWith('text/csv'), `${answer.status}`);
        return (await answer.text()).trim().split('\r\n');
      };
      const [head, line, ...rest] = await table();
      expect(head.replaceAll('"', '').endsWith('room_ms,at,by,name,text,state,visitor,id') && rest.length === 0, head);
      expect(line.includes(',"viewer","rude","\'=cheap, ""lamps""",') && line.includes(comment.id), line);
      await daemon.end();
      await daemon.start();
      const again = await enter(daemon, after, room, 'host-1', 'host');
      const told = await again.wait('live', 'quiet', (message) => message.quiet.length === 1);
      expect(told.quiet[0].name === 'rude' && told.quiet[0].muted, JSON.stringify(told.quiet));
      const back = await enter(daemon, after, room, 'rude', 'viewer', cookie);
      back.send({ t: 'comment', id: 2, client_id: 'c2', text: 'me again' });
      expect((await back.wait('error')).code === 'forbidden', 'muted still');
      again.send({ t: 'moderate', comment: comment.id, action: 'unmute' });
      expect((await again.wait('quiet')).quiet.length === 0, 'nobody is quiet');
      back.send({ t: 'comment', id: 3, client_id: 'c3', text: 'sorry' });
      await back.wait('comment');
      await daemon.good('POST', `/v1/rooms/${room}/state`, { to: 'ended' });
      expect((await table()).length === 3, 'what was said can be had when the stream is over');
    },
  },
];
