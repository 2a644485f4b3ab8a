// SPDX-License-Identifier: Apache-2.0
/** Who serves whom, as settings and a brand's own systems keep it; and a rep's own page. */
import { expect } from '../lib/bench.mjs';
import { DeskLine } from '../lib/desk.mjs';

const named = (list) => list.map((one) => one.name).join(' ');

async function people(daemon, group) {
  for (const [ref, name] of [['7', 'Ann Lee'], ['8', 'Bea Lee'], ['9', '李安']]) {
    const groups = ref === '9' ? [] : [group.id];
    await daemon.good('POST', '/v1/reps', { ref, card: { name }, groups, skills: ['tea'], capacity: { chat: 3 } });
  }
}

export const cases = [
  {
    name: 'a group keeps what a change does not say; reps are found by name, number and group, page by page',
    async run({ daemon: makeDaemon }) {
      const daemon = await makeDaemon();
      const group = await daemon.good('POST', '/v1/groups', { name: 'Night', hours: '1-5 20:00-24:00', utc_offset_min: 480, max_customers: 900, skills: ['tea'] });
      const renamed = await daemon.good('POST', '/v1/groups', { id: group.id, name: 'Late' });
      for (const field of ['hours', 'utc_offset_min', 'max_customers', 'offer_timeout_s', 'routing'])
        expect(renamed[field] === group[field], `${field} is ${renamed[field]}, was ${group[field]}`);
      expect(renamed.name === 'Late' && renamed.skills.join() === 'tea', `it is ${JSON.stringify(renamed)}`);

      await people(daemon, group);
      const found = async (query) => (await daemon.good('GET', `/v1/reps?${query}`)).reps;
      expect(named(await found('text=LEE')) === 'Ann Lee Bea Lee', 'by a part of the name, whatever its case');
      expect(named(await found(`text=${encodeURIComponent('李')}`)) === '李安', 'in Chinese');
      expect(named(await found('text=8')) === 'Bea Lee', 'by number');
      expect(named(await found(`group=${group.id}`)) === 'Ann Lee Bea Lee', 'by group');
      expect((await daemon.ask('GET', '/v1/reps?group=grp_none')).status === 404, 'no such group');
      const all = await daemon.good('GET', '/v1/reps');
      const names = [];
      for (let cursor = '', pages = 0; cursor !== null && pages < 20; pages++) {
        const page = await daemon.good('GET', `/v1/reps?limit=2${cursor && `&cursor=${cursor}`}`);
        expect(page.reps.length <= 2, 'two a page');
        names.push(...page.reps.map((one) => one.name));
        cursor = page.cursor;
      }
      expect(names.join(' ') === named(all.reps) && all.cursor === null, `page by page ${names.join(' ')}, at once ${named(all.reps)}`);
      expect(all.reps.find((one) => one.ref === '7').capacity.chat === 3, 'what the form shows');
    },
  },
  {
    name: 'a rep has a page of his own: a link leads to it, a tap there asks him first, and when he has left it says so',
    async run({ daemon: makeDaemon, after }) {
      const daemon = await makeDaemon();
      const { reps } = await daemon.good('GET', '/v1/reps');
      const [lin, ...others] = reps;
      const open = [];
      after(async () => open.forEach((one) => one.close()));
      for (const one of [lin, ...others.slice(0, 1)]) {
        const line = new DeskLine(daemon);
        open.push(line);
        await line.open({ as: 'rep', rep: one.ref });
      }
      const entry = await daemon.good('POST', '/v1/entries', { channel: 'card', rep: lin.id });
      const way = await fetch(`http://127.0.0.1:${daemon.port}/e/${entry.id}`, { redirect: 'manual' });
      expect(way.headers.get('location') === `/r/${lin.id}`, `the link leads to ${way.headers.get('location')}`);
      expect((await fetch(`http://127.0.0.1:${daemon.port}/r/${lin.id}`)).status === 200, 'the page is there');

      const { brand, rep } = await daemon.good('GET', `/v1/reps/${lin.id}/card`);
      expect(rep.name === lin.name && rep.card && rep.ref === undefined && rep.customers === undefined, `anybody knows ${JSON.stringify(rep)}`);
      expect((await daemon.ask('GET', `/v1/reps/${lin.ref}/card`)).status === 404, 'not by what the brand calls him');
      for (let n = 0; n < 3; n++) {
        const line = new DeskLine(daemon);
        open.push(line);
        await line.open({ as: 'visitor', brand, device: String(n).repeat(32) });
        line.send({ t: 'tap', id: `tap_${n}`.padEnd(12, '0'), inviter: lin.id });
        const card = await line.wait('card');
        expect(card.rep.id === lin.id, `the ${n + 1}th who taps there sees ${card.rep.name}`);
      }
      await daemon.good('POST', `/v1/reps/${lin.id}/depart`, { notice: 'Bye' });
      const gone = await daemon.good('GET', `/v1/reps/${lin.id}/card`);
      expect(gone.brand === brand && gone.rep === null, `then ${JSON.stringify(gone)}`);
      const after_ = await fetch(`http://127.0.0.1:${daemon.port}/e/${entry.id}`, { redirect: 'manual' });
      expect(after_.headers.get('location') === `/b/${brand}`, `the link then leads to ${after_.headers.get('location')}`);
    },
  },
  {
    name: 'the group of a stream answers its viewers, an entry\'s goes before it; a short name keeps by what link one came',
    async run({ daemon: makeDaemon, after }) {
      const daemon = await makeDaemon();
      const open = [];
      after(async () => open.forEach((one) => one.close()));
      const { groups: [first] } = await daemon.good('GET', '/v1/groups');
      const tea = await daemon.good('POST', '/v1/groups', { name: 'Tea' });
      const lamps = await daemon.good('POST', '/v1/groups', { name: 'Lamps' });
      const room = await daemon.good('POST', '/v1/rooms', { kind: 'live', title: 'Tea', group: tea.id });
      const tapped = async (more) => {
        const line = new DeskLine(daemon);
        open.push(line);
        await line.visitor();
        line.send({ t: 'tap', id: `tap_${String(open.length).padStart(8, '0')}`, ...more });
        return (await line.wait('card')).group.id;
      };
      expect((await tapped({})) === first.id, 'no stream: the first group');
      expect((await tapped({ room: room.id })) === tea.id, 'the stream\'s group');
      const entry = await daemon.good('POST', '/v1/entries', { channel: 'qr', room: room.id, group: lamps.id });
      expect((await tapped({ room: room.id, entry: entry.id })) === lamps.id, 'the entry\'s group goes before it');
      const refused = await daemon.ask('PATCH', `/v1/rooms/${room.id}`, { group: 'grp_none', summary: 'half' });
      expect(refused.status === 400, `a group that is not there: ${refused.status}`);
      expect((await daemon.ask('POST', '/v1/rooms', { kind: 'live', title: 'No', group: 'grp_none' })).status === 400, 'nor at the beginning');
      await daemon.good('PATCH', `/v1/rooms/${room.id}`, { group: lamps.id });
      expect((await tapped({ room: room.id })) === lamps.id, 'from the next tap on');
      await daemon.end();
      await daemon.start();
      const kept = await daemon.good('GET', `/v1/rooms/${room.id}/live`);
      expect(kept.group === lamps.id && kept.summary === '', JSON.stringify(kept));
      expect((await tapped({ room: room.id })) === lamps.id, 'over a restart');
      await daemon.good('PATCH', `/v1/rooms/${room.id}`, { group: '' });
      expect((await tapped({ room: room.id })) === first.id, 'taken away again');

      const { brands: [brand] } = await daemon.good('GET', '/v1/brands');
      const page = await fetch(`http://127.0.0.1:${daemon.port}/b/${brand.slug}?utm=a%26b%20c&e=${entry.id}&x=1`, { redirect: 'manual' });
      expect(page.headers.get('location') === `/b/${brand.id}?e=${entry.id}&utm=a%26b%20c`, `it leads to ${page.headers.get('location')}`);
    },
  },
  {
    name: 'by a printed code, a card and a stream: three touches, one customer, one conversation with one person',
    async run({ daemon: makeDaemon, after }) {
      const daemon = await makeDaemon();
      const { reps } = await daemon.good('GET', '/v1/reps');
      const rep = new DeskLine(daemon);
      const open = [rep];
      after(async () => open.forEach((one) => one.close()));
      await rep.open({ as: 'rep', rep: reps[0].ref });
      const room = await daemon.good('POST', '/v1/rooms', { kind: 'live', title: 'Tea' });
      const ways = [{ channel: 'qr', state: 'poster' }, { channel: 'card', rep: reps[0].id }, { channel: 'live', room: room.id }];
      let cookie = '';
      const bound = [];
      for (const way of ways) {
        const entry = await daemon.good('POST', '/v1/entries', way);
        const answer = await fetch(`http://127.0.0.1:${daemon.port}/e/${entry.id}`, { redirect: 'manual', headers: cookie ? { Cookie: cookie } : {} });
        cookie = (answer.headers.getSetCookie?.() ?? []).map((one) => one.split(';')[0])[0] ?? cookie;
        const page = new DeskLine(daemon);
        open.push(page);
        await page.open({ as: 'visitor', device: 'd'.repeat(32) }, { Cookie: cookie });
        bound.push(await page.add({ entry: entry.id }));
        page.say(bound.at(-1).conversation, `by ${way.channel}`);
        await page.wait('said');
      }
      for (const key of ['binding', 'conversation']) {
        const ids = new Set(bound.map((one) => one[key]?.id ?? one[key]));
        expect(ids.size === 1, `one ${key}: ${[...ids]}`);
      }
      const { lines } = await daemon.good('GET', '/v1/stats/funnel?group_by=channel');
      for (const { channel } of ways) expect(lines.find((one) => one.channel === channel)?.counts.touch === 1, `a touch by ${channel}: ${JSON.stringify(lines)}`);
      const [all] = (await daemon.good('GET', '/v1/stats/funnel')).lines;
      expect(all.counts.touch === 3 && all.visitors === 1, `three touches of one: ${JSON.stringify(all)}`);
      const [{ customer }] = (await daemon.good('GET', `/v1/conversations?rep=${reps[0].id}`)).conversations;
      const { touches } = await daemon.good('GET', `/v1/customers/${customer.id}/touches`);
      expect(touches.map((one) => one.channel).join() === 'live,card,qr' && touches[0].title === 'Tea', `the rep is told of all: ${JSON.stringify(touches)}`);
    },
  },
];
