// SPDX-License-Identifier: Apache-2.0
/** Scheduled rooms, invitations, partners: as a brand's own calendar and mailer use them. */
import { DeskLine } from '../lib/desk.mjs';
import { expect, until } from '../lib/bench.mjs';

const DAY = 86400000;
const day = (ms) => new Date(ms).toISOString().slice(0, 10);
/** Every day at nine in Shanghai, from tomorrow on. */
const daily = (more = {}) => ({ start: `${day(Date.now() + DAY)}T09:00`, zone: 'Asia/Shanghai', minutes: 45, rrule: 'FREQ=DAILY;COUNT=10', ...more });
const passOf = (url) => url.slice(url.indexOf('.', url.indexOf('#')) + 1);

async function text(daemon, address, headers = {}) {
  const answer = await fetch(`http://127.0.0.1:${daemon.port}${address}`, { headers: { ...daemon.headers, ...headers } });
  return { status: answer.status, body: await answer.text(), type: answer.headers.get('content-type') };
}

export const cases = [
  {
    name: 'a series has one link, an .ics whose SEQUENCE counts, and outlives a restart',
    async run({ strict }) {
      const daemon = await strict();
      const room = await daemon.good('POST', '/v1/rooms', { title: '间隙评审, weekly', schedule: daily({ except: [day(Date.now() + 2 * DAY)] }) });
      expect(room.schedule.id.startsWith('ser_') && room.schedule.next.length === 5, 'the next five are told');
      expect(room.schedule.next[0].end - room.schedule.next[0].start === 45 * 60000, '45 minutes each');
      expect(room.schedule.next[1].start - room.schedule.next[0].start === 2 * DAY, 'the day that is left out is');
      const first = await text(daemon, `/v1/rooms/${room.id}/calendar.ics`);
      expect(first.status === 200 && first.type.startsWith('text/calendar'), 'a calendar file');
      const lines = first.body.replace(/\r\n /g, '').split('\r\n');
      const uid = lines.find((line) => line.startsWith('UID:'));
      expect(lines.includes('SUMMARY:间隙评审\\, weekly') && lines.includes('SEQUENCE:0') && lines.includes('TZID:Asia/Shanghai'), 'title, sequence, zone');
      expect(first.body.split('\r\n').every((line) => Buffer.byteLength(line) <= 75), 'folded');
      const changed = await daemon.good('PATCH', `/v1/rooms/${room.id}`, { title: 'Review', schedule: daily({ minutes: 30 }) });
      expect(changed.title === 'Review' && changed.schedule.id === room.schedule.id && changed.schedule.sequence === 1, 'changed, the same series');
      await daemon.end();
      await daemon.start();
      const second = (await text(daemon, `/v1/rooms/${room.id}/calendar.ics`)).body.replace(/\r\n /g, '').split('\r\n');
      expect(second.includes(uid) && second.includes('SEQUENCE:1') && second.includes('SUMMARY:Review'), 'the same UID over change and restart');
      const listed = await daemon.good('GET', '/v1/schedules');
      expect(listed.schedules.length === 1 && listed.schedules[0].room === room.id && listed.schedules[0].title === 'Review', 'listed');
      const guest = await daemon.good('POST', '/v1/guest', { code: room.code });
      expect(guest.room.schedule.next[0].start > Date.now(), 'a guest is told when it is');
      expect((await text(daemon, `/v1/rooms/${room.id}/calendar.ics`, { Authorization: `Bearer ${guest.token}` })).status === 200, 'his page gets the file');
      expect((await text(daemon, `/v1/rooms/${room.id}/calendar.ics`, { Authorization: 'Basic eDp5' })).status === 401, 'a stranger does not: the link is in it');
    },
  },
  {
    name: 'a room that is encrypted end to end stays so, and has no calendar, invitation, recording, encoder or player',
    async run({ strict }) {
      const daemon = await strict();
      const sealed = { end_to_end: true };
      for (const [body, why] of [
        [{ policy: { end_to_end: 1 } }, 'true or false'],
        [{ kind: 'live', policy: sealed }, 'only a meeting'],
        [{ policy: sealed, schedule: daily() }, 'pass it on yourself'],
        [{ policy: sealed, invitees: [{ name: 'Ann' }] }, 'pass it on yourself'],
        [{ policy: { ...sealed, record: 'always' } }, 'cannot be recorded'],
      ]) {
        const answer = await daemon.ask('POST', '/v1/rooms', body);
        expect(answer.status === 400 && answer.json.detail.includes(why), `${JSON.stringify(body)}: ${answer.status} ${answer.json.detail}`);
      }
      const room = await daemon.good('POST', '/v1/rooms', { policy: sealed });
      expect(room.end_to_end === true, 'it says so');
      const conflicts = [
        ['PATCH', `/v1/rooms/${room.id}`, { policy: { end_to_end: false } }],
        ['PATCH', `/v1/rooms/${room.id}`, { schedule: daily() }],
        ['POST', `/v1/rooms/${room.id}/invitations`, { invitees: [{ name: 'Ann' }] }],
        ['POST', `/v1/rooms/${room.id}/recording`, { action: 'start' }],
        ['POST', `/v1/rooms/${room.id}/markers`, { kind: 'conclusion', text: 'yes' }],
      ];
      const refused = async () => {
        for (const [method, address, body] of conflicts) {
          const answer = await daemon.ask(method, address, body);
          expect(answer.status === 409 && answer.json.code === 'conflict', `${method} ${address}: ${answer.status} ${JSON.stringify(answer.json)}`);
        }
      };
      await refused();
      expect((await daemon.good('PATCH', `/v1/rooms/${room.id}`, { title: 'Sealed' })).end_to_end === true, 'a title may change');
      await daemon.end();
      await daemon.start();
      await refused();
      const guest = new DeskLine(daemon);
      const pass = await daemon.good('POST', '/v1/guest', { code: room.code, name: 'Bob' });
      const welcome = await guest.enter({ token: pass.token });
      expect(welcome.room.end_to_end === true, 'a page is told, after a restart too');
      expect((await daemon.ask('PUT', `/v1/rooms/${room.id}/rule`, { record: 'always' })).status === 400, 'no rule records it');
      guest.close();
    },
  },
  {
    name: 'a host who ends the meeting ends this one, not the series; the API ends both',
    async run({ strict }) {
      const daemon = await strict();
      const room = await daemon.good('POST', '/v1/rooms', { schedule: daily(), invitees: [{ name: 'Ann' }] });
      const host = new DeskLine(daemon);
      const guest = new DeskLine(daemon);
      expect((await host.enter({ token: room.host_token })).t === 'welcome', 'the host is in');
      const pass = await daemon.good('POST', '/v1/guest', { code: room.code, name: 'Bob' });
      expect((await guest.enter({ token: pass.token })).t === 'welcome', 'a guest too');
      guest.send({ t: 'chat', client_id: 'a', text: 'of this meeting' });
      await host.wait('chat');
      host.send({ t: 'room', locked: true });
      await host.wait('room', 'room', (one) => one.room.locked);
      await daemon.good('POST', `/v1/rooms/${room.id}/recording`, { action: 'start' });
      host.send({ t: 'end' });
      expect((await guest.wait('closed')).reason === 'ended', 'all are sent away');
      const again = new DeskLine(daemon);
      const welcome = await again.enter({ token: pass.token });
      expect(welcome.t === 'welcome' && welcome.room.id === room.id && !welcome.room.locked, 'the link still leads in, the lock is gone');
      expect(welcome.chat.length === 0, 'and nothing of what was said is told');
      const types = (await daemon.good('GET', '/v1/events')).events.filter((one) => one.entity === room.id).map((one) => one.type).filter((type) => /^room\.(live|ended)$/.test(type));
      expect(types.join() === 'room.live,room.ended,room.live', `each meeting is told (${types})`);
      const ofSeries = await until('the recording is finished', async () => (await daemon.good('GET', `/v1/recordings?series=${room.schedule.id}`)).recordings.find((one) => one.state === 'ready'), 30000);
      expect(ofSeries.room === room.id, 'the meeting that was ended is sealed and found by its series');
      expect((await daemon.good('GET', '/v1/recordings?series=ser_none')).recordings.length === 0, 'another series has none');
      expect((await daemon.ask('DELETE', `/v1/rooms/${room.id}`)).status === 204, 'over the API the room goes');
      expect((await daemon.good('GET', '/v1/schedules')).schedules.length === 0, 'with its schedule');
      await daemon.end();
      await daemon.start();
      expect((await daemon.good('GET', '/v1/schedules')).schedules.length === 0, 'for good');
      for (const line of [host, guest, again]) line.close();
    },
  },
  {
    name: 'a recording is of the occurrence at whose time it ran, with its markers counted; of none when the plan is another',
    async run({ strict }) {
      const daemon = await strict();
      const start = Math.floor((Date.now() - 10 * 60000) / 60000) * 60000;
      const at = (ms) => new Date(ms).toISOString().slice(0, 16);
      const room = await daemon.good('POST', '/v1/rooms', { title: 'Weekly', schedule: { start: at(start), zone: 'UTC', minutes: 45, rrule: 'FREQ=DAILY' } });
      const host = new DeskLine(daemon);
      await host.enter({ token: room.host_token });
      const listed = async () => (await daemon.good('GET', `/v1/recordings?series=${room.schedule.id}`)).recordings;
      await daemon.good('POST', `/v1/rooms/${room.id}/recording`, { action: 'start' });
      const noted = await daemon.good('POST', `/v1/rooms/${room.id}/markers`, { kind: 'conclusion', text: '间隙 0.35' });
      await daemon.good('POST', `/v1/rooms/${room.id}/markers`, { id: noted.id, kind: 'conclusion', text: '间隙 0.36' });
      await daemon.good('POST', `/v1/rooms/${room.id}/markers`, { kind: 'question', text: 'When?' });
      const [running] = await listed();
      const { series, start: from, end } = running.occurrence;
      expect(series === room.schedule.id && from === start && end === start + 45 * 60000, `while it runs (${JSON.stringify(running.occurrence)})`);
      await daemon.good('POST', `/v1/rooms/${room.id}/recording`, { action: 'stop' });
      await until('it is finished', async () => (await listed())[0].state === 'ready', 30000);
      await daemon.end();
      await daemon.start();
      const [kept] = await listed();
      expect(kept.occurrence.start === start && kept.markers === 2, `after a restart, a changed marker is one (${kept.markers})`);
      await daemon.good('PATCH', `/v1/rooms/${room.id}`, { schedule: { start: at(start + 3 * DAY), zone: 'UTC', minutes: 45, rrule: 'FREQ=DAILY' } });
      const [moved] = await listed();
      expect(moved.id === kept.id && moved.occurrence === null, 'another plan has no such time');
      host.close();
    },
  },
  {
    name: 'an invitation is for one browser, is taken back and sent again; room.invited tells the mailer',
    async run({ strict }) {
      const daemon = await strict();
      const room = await daemon.good('POST', '/v1/rooms', { title: 'Tea', invitees: [{ name: '王芳', contact: 'wang@example.test', role: 'host' }, { name: 'Bob' }] });
      const [wang, bob] = room.invitations;
      expect(wang.state === 'open' && wang.url.includes(`/m#${room.code}.inv_`), 'the link');
      const come = (pass, device) => daemon.ask('POST', '/v1/guest', { code: room.code, pass, device, name: 'Mallory' });
      const first = await come(passOf(wang.url), 'browser one');
      expect(first.status === 200 && first.json.pass.name === '王芳' && first.json.pass.role === 'host', 'she has her name and role');
      expect((await come(passOf(wang.url), 'browser one')).status === 200, 'the same browser again');
      const other = await come(passOf(wang.url), 'browser two');
      expect(other.status === 410 && other.json.code === 'pass_used', 'another browser does not');
      const line = new DeskLine(daemon);
      const welcome = await line.enter({ token: first.json.token, name: 'Mallory' });
      expect(welcome.role === 'host' && welcome.participants[0].name === '王芳', 'in the room as invited, whatever the page says');
      const listed = (await daemon.good('GET', `/v1/rooms/${room.id}/invitations`)).invitations;
      expect(listed[0].state === 'used' && listed[0].uses === 2 && listed[1].state === 'open', 'counted');
      expect((await daemon.ask('DELETE', `/v1/rooms/${room.id}/invitations/${wang.id}`)).status === 204, 'taken back');
      await until('she is out', () => line.closed === 4401, 30000);
      expect((await come(passOf(wang.url), 'browser one')).json.code === 'pass_revoked', 'and not in again');
      const resent = await daemon.good('POST', `/v1/rooms/${room.id}/invitations/${wang.id}/send`);
      expect(resent.url !== wang.url && resent.state === 'open', 'a new link');
      expect((await come(passOf(wang.url), 'browser one')).json.code === 'pass_wrong', 'the old one is dead');
      expect((await come(passOf(resent.url), 'browser two')).status === 200, 'the new one is not');
      const made = await daemon.good('POST', '/v1/rooms', {});
      expect((await daemon.ask('POST', '/v1/guest', { code: made.code, pass: passOf(bob.url) })).json.code === 'pass_wrong', 'of this room alone');
      const events = (await daemon.good('GET', '/v1/events')).events.filter((one) => one.type === 'room.invited');
      expect(events.length === 3 && events[0].data.invitation === wang.id && !JSON.stringify(events).includes('wang@'), 'three invitations by id, what was written is left out');
      line.close();
    },
  },
  {
    name: 'a partner is external everywhere, comes as the room allows, and is out when revoked',
    async run({ strict }) {
      const daemon = await strict();
      const partner = await daemon.good('POST', '/v1/partners', { company: '蓝海公司', contact: 'li@example.test' });
      expect(partner.id.startsWith('prt_') && partner.url.includes('/#prt_'), 'a durable link');
      const pass = partner.url.split('#')[1];
      const room = await daemon.good('POST', '/v1/rooms', { policy: { partners: 'lobby', watermark: true } });
      const token = async () => (await daemon.good('POST', '/v1/guest', { code: room.code, name: '李雷', pass })).token;
      const host = new DeskLine(daemon);
      const welcome = await host.enter({ token: room.host_token });
      expect(welcome.room.watermark === true && welcome.room.partners === 'lobby', 'the room says so');
      const line = new DeskLine(daemon);
      expect((await line.enter({ token: await token() })).t === 'waiting', 'a host is asked');
      const waiting = (await host.wait('lobby', 'lobby', (one) => one.waiting.length === 1)).waiting[0];
      expect(waiting.company === '蓝海公司', 'and sees of which company');
      host.send({ t: 'admit', participant: waiting.participant });
      await line.wait('welcome');
      const seen = await host.wait('participant', 'participant', (one) => one.participant.role === 'partner');
      expect(seen.participant.company === '蓝海公司' && seen.participant.name === '李雷' && !seen.participant.guest, 'in the roster');
      line.send({ t: 'chat', client_id: 'a', text: 'hello' });
      expect((await host.wait('chat')).message.company === '蓝海公司', 'in the chat');
      await daemon.good('PATCH', `/v1/rooms/${room.id}`, { policy: { partners: 'deny' } });
      const denied = new DeskLine(daemon);
      const answer = await denied.enter({ token: await token() });
      expect(answer.t === 'denied' && answer.reason === 'partner', 'denied');
      expect((await daemon.ask('DELETE', `/v1/partners/${partner.id}`)).status === 204, 'revoked');
      await until('he is out', () => line.closed === 4401, 30000);
      expect((await daemon.ask('POST', '/v1/guest', { code: room.code, pass })).json.code === 'pass_revoked', 'and stays out');
      expect((await daemon.good('GET', '/v1/partners')).partners[0].state === 'revoked', 'listed');
      for (const one of [host, line, denied]) one.close();
    },
  },
  {
    name: 'whoever is signed in and has a page open is rung, and declines',
    async run({ daemon: makeDaemon, strict }) {
      const daemon = await makeDaemon();
      const page = new DeskLine(daemon);
      await page.connect();
      page.send({ t: 'listen', id: 1 });
      await page.wait('listening');
      const room = await daemon.good('POST', '/v1/rooms', { title: 'Tea', invitees: [{ name: 'Owner', contact: 'usr_demo', role: 'host' }, { name: 'Ann', contact: 'usr_other' }] });
      const ring = await page.wait('ring');
      expect(ring.invitation === room.invitations[0].id && ring.title === 'Tea' && ring.url === room.invitations[0].url, 'his own invitation');
      expect(!page.told.some((one) => one.t === 'ring'), 'and no other');
      page.send({ t: 'decline', invitation: room.invitations[1].id });
      expect((await page.wait('error')).code === 'not_found', 'another one is not his to decline');
      page.send({ t: 'decline', invitation: ring.invitation });
      await until('the decline', async () => (await daemon.good('GET', `/v1/rooms/${room.id}/invitations/${ring.invitation}`)).declined_at > 0, 30000);
      await daemon.good('POST', `/v1/rooms/${room.id}/invitations/${ring.invitation}/send`);
      expect((await page.wait('ring')).url !== ring.url, 'rung again by the new link');
      page.close();
      const closed = await strict();
      const stranger = new DeskLine(closed);
      await stranger.connect();
      stranger.send({ t: 'listen' });
      expect((await stranger.wait('error')).code === 'forbidden', 'a key is nobody to ring');
      stranger.close();
    },
  },
  {
    name: 'what is no plan is refused, and nothing is made of it',
    async run({ strict }) {
      const daemon = await strict();
      const bad = [
        { schedule: [] }, { schedule: {} }, { schedule: daily({ zone: '../etc/passwd' }) }, { schedule: daily({ zone: 'Nowhere/Land' }) },
        { schedule: daily({ start: '2020-01-01T09:00', rrule: null }) }, { schedule: daily({ rrule: 'FREQ=YEARLY' }) }, { schedule: daily({ minutes: 0 }) },
        { schedule: daily({ except: ['tomorrow'] }) }, { schedule: daily({ except: 'x' }) }, { kind: 'live', schedule: daily() }, { invitees: {} },
        { invitees: [{ contact: 'x' }] }, { invitees: [{ name: 'x', role: 'partner' }] }, { invitees: [{ name: 'a\u0007b' }] },
        { policy: { partners: 'sometimes' } }, { policy: { watermark: 1 } },
      ];
      for (const body of bad) {
        const answer = await daemon.ask('POST', '/v1/rooms', body);
        expect(answer.status === 400 && answer.json.code === 'bad_request', `${JSON.stringify(body)} answered ${answer.status}`);
      }
      expect((await daemon.good('GET', '/v1/rooms')).rooms.length === 0, 'no room was made');
      expect((await daemon.ask('POST', '/v1/partners', { name: 'x' })).status === 400, 'a partner has a company');
      const room = await daemon.good('POST', '/v1/rooms', {});
      for (const pass of ['x', 'inv_x.y', 'prt_x', '.', '']) {
        const answer = await daemon.ask('POST', '/v1/guest', { code: room.code, pass });
        expect([403, 429].includes(answer.status), `pass "${pass}" answered ${answer.status}`);
      }
    },
  },
];
