// SPDX-License-Identifier: Apache-2.0
/**
 * Who may ask what, on a server without the demo: every route of src/http/routes.c and every message of src/signal/messages.c, each
 * asked by everybody. tests/integrator/rights.txt says what must come; what it does not know fails.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, root, until } from '../lib/bench.mjs';
import { DeskLine } from '../lib/desk.mjs';
import { agent, apiKey, ask, basic, bearer, brand, console_, good, jwt, person, signIn, viewer } from '../lib/people.mjs';

const read = (name) => readFileSync(path.join(root, name), 'utf8');
const count = (text, pattern) => [...text.matchAll(pattern)].length;

/** What docs/openapi.yaml describes: "METHOD /path" of each operation. */
function described() {
  const paths = [...read('docs/openapi.yaml').matchAll(/^ {2}(\/\S*):\n((?: {4}.*\n|\n)*)/gm)];
  return paths.flatMap(([, at, body]) => [...body.matchAll(/^ {4}(get|head|post|put|patch|delete|options):/gm)].map(([, method]) => `${method.toUpperCase()} ${at}`));
}

/** The tables as the server has them are all of what was read here, and all that is described: nothing goes by unasked. */
function expectWhole(http, ws) {
  const [routesC, messagesC] = [read('src/http/routes.c'), read('src/signal/messages.c')];
  expect(http.size === count(routesC, /\bparlor_handle_\w+\}/g), `each row of routes.c was read: ${http.size} of ${count(routesC, /\bparlor_handle_\w+\}/g)}`);
  expect(ws.length === count(messagesC, /\bparlor_on_\w+/g) && new Set(ws).size === ws.length, `each row of messages.c was read: ${ws.length}`);
  const unasked = described().filter((one) => !http.has(one));
  expect(described().length > 150 && unasked.length === 0, `described and not asked: ${unasked.join(', ')}`);
}

/** Each row's name → whether it takes a body. */
const routes = () => new Map([...read('src/http/routes.c').matchAll(/\{"(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)",\s*"([^"]+)",[^;]*?\b(?:TRUE|FALSE),\s*(\w+),/g)].map(([, method, at, limit]) => [`${method} ${at}`, limit !== '0']));
const messages = () => [...read('src/signal/messages.c').matchAll(/\n {4}\{"(\w+)",\s*PARLOR_WHEN_/g)].map(([, name]) => name);

/** {http: {columns, rows}, ws: {columns, rows}}; a row's cells by column. */
function parse(text) {
  const tables = {};
  let table;
  for (const line of text.split('\n')) {
    if (!line.trim() || line.startsWith('#')) continue;
    const words = line.trim().split(/\s+/);
    if (line.startsWith('[')) table = tables[words[0].slice(1, -1)] = { columns: [], groups: [], rows: new Map() };
    else if (words[0] === 'columns') {
      table.columns.push(...words.slice(1));
      table.groups.push(words.length - 1);
    } else {
      const n = words.findIndex((word) => /^[-+x.ja]+$/.test(word));
      const cells = words.slice(n).join('');
      const name = words.slice(0, n).join(' ');
      expect(n > 0 && cells.length === table.columns.length && !table.rows.has(name), `a row of rights.txt has one cell a column, once: ${line}`);
      table.rows.set(name, cells);
    }
  }
  return tables;
}

/** What was told against what must be; each difference a line that can be pasted. */
function differences(table, told) {
  const found = [];
  for (const [name, cells] of told) {
    const wanted = table.rows.get(name);
    if (wanted === cells) continue;
    const who = wanted ? table.columns.filter((column, i) => wanted[i] !== cells[i]).join(' ') : 'the table does not know it';
    let at = 0;
    const groups = table.groups.map((size) => cells.slice(at, (at += size))).join(' ');
    found.push(`${name.replace(' ', ' '.repeat(Math.max(1, 8 - name.indexOf(' '))))} ${groups}   # ${who}`);
  }
  for (const name of table.rows.keys()) if (!told.has(name)) found.push(`${name}: the table has a row for what is not there`);
  return found;
}

// ---- the people ------------------------------------------------------------------------------------

async function recorded(daemon, acme, room) {
  const { recording } = await good(daemon, acme.owner, 'POST', `/v1/rooms/${room.id}/recording`, { action: 'start' });
  await good(daemon, acme.owner, 'POST', `/v1/rooms/${room.id}/recording`, { action: 'stop' });
  return recording;
}

/** A brand's staff and things, another brand, and a viewer who has added a rep and written. */
async function settle(daemon, after) {
  const acme = await brand(daemon, 'acme', true);
  const other = await brand(daemon, 'other', false);
  const at = { acme, other, people: {} };
  for (const role of ['rep', 'supervisor', 'host', 'assistant', 'auditor', 'admin']) at.people[role] = await person(daemon, acme, `${role}@acme.example`, [role]);
  at.people.colleague = await person(daemon, acme, 'colleague@acme.example', ['rep', 'supervisor']);
  at.otherRep = await person(daemon, other, 'rep@other.example', ['rep']);
  const put = (house, address, body) => good(daemon, house.owner, 'POST', address, body);
  at.group = await put(acme, '/v1/groups', { name: 'Sales' });
  const repair = await put(acme, '/v1/groups', { name: 'Repairs' });
  const otherGroup = await put(other, '/v1/groups', { name: 'Sales' });
  const rep = (house, ref, user, group) => put(house, '/v1/reps', { ref, card: { name: `Person ${ref}`, title: 'Adviser' }, groups: [group.id], user: user.id });
  at.rep = await rep(acme, 'lin', at.people.rep, at.group);
  await rep(acme, 'ma', at.people.colleague, repair);
  await rep(acme, 'su', at.people.supervisor, at.group).then((chief) => good(daemon, acme.owner, 'POST', `/v1/reps/${chief.id}/suspend`, { on: true }));
  await rep(other, 'wu', at.otherRep, otherGroup);

  at.room = await put(acme, '/v1/rooms', { title: 'Tea' });
  at.live = await put(acme, '/v1/rooms', { kind: 'live', title: 'Tea evening' });
  at.otherRoom = await put(other, '/v1/rooms', { title: 'Coffee' });
  at.spare = await put(acme, '/v1/users', { login: 'spare@acme.example', roles: ['rep'] });
  at.key = await put(acme, '/v1/keys', { name: 'spare', scopes: ['live'] });
  at.webhook = await put(acme, '/v1/webhooks', { url: 'https://crm.example/in' });
  at.rule = await put(acme, '/v1/rules', { name: 'Words', words: ['nothing'] });
  at.material = await put(acme, '/v1/materials', { title: 'Leaflet', url: 'https://shop.example/leaflet.pdf' });
  await good(daemon, acme.owner, 'PUT', '/v1/hooks/route.rep', { url: 'https://crm.example/route' });
  await good(daemon, acme.owner, 'DELETE', '/v1/hooks/route.rep');
  await put(acme, '/v1/products', { products: [{ sku: 'tea-01', title: 'Tea', url: 'https://shop.example/tea-01' }] });
  at.entry = await put(acme, '/v1/entries', { channel: 'site' });
  at.partner = await put(acme, '/v1/partners', { company: 'Cups & Co' });
  at.bot = await put(acme, '/v1/bots', { name: 'Tea bot' });
  at.recording = await recorded(daemon, acme, at.room);

  at.repLine = await console_(daemon, at.people.rep.headers);
  at.visitorLine = await viewer(daemon, acme.id);
  after(async () => { at.repLine.close(); at.visitorLine.close(); });
  at.bound = await at.visitorLine.add({ group: at.group.id });
  at.visitorLine.say(at.bound.conversation, 'hello');
  at.repLine.send({ t: 'offer_reply', offer: (await at.repLine.wait('offered')).offer.id, yes: true });
  const taken = (one) => one.conversation.state === 'human' && one.conversation.customer;
  const { conversation } = await at.repLine.wait('conversation', 'conversation', taken);
  at.customer = conversation.customer.id ?? conversation.customer;
  return at;
}

/** Whoever comes by the link of a live room. */
async function visitorOf(daemon, house, room) {
  const answer = await ask(daemon, {}, 'POST', '/v1/guest', { code: room.id });
  const cookie = (answer.headers['set-cookie'] ?? []).map((one) => one.split(';')[0]).join('; ');
  expect(cookie.includes(house.id), `a visitor of ${house.slug} gets a cookie: ${cookie}`);
  return { Cookie: cookie };
}

const claims = (at, role) => bearer(jwt(at.acme.key, { sub: role, room: at.room.id, role, publish: ['mic'] }));

/** By the pass in the link that a person of another company got. */
async function partnerToken(daemon, at) {
  const pass = at.partner.url.split('#')[1];
  return (await good(daemon, {}, 'POST', '/v1/guest', { code: at.room.code, name: 'Pa', pass })).token;
}

async function askers(daemon, at) {
  const { acme, other, people } = at;
  const guest = await good(daemon, {}, 'POST', '/v1/guest', { code: at.room.code });
  const watcher = await good(daemon, {}, 'POST', '/v1/guest', { code: at.live.id });
  const keys = {};
  for (const scope of ['rooms', 'tokens', 'live', 'service', 'recordings', 'sessions', 'admin']) keys[`key:${scope}`] = await apiKey(daemon, acme, [scope]);
  return {
    nobody: {}, visitor: await visitorOf(daemon, acme, at.live), customer: { 'X-Parlor-Device': at.visitorLine.device },
    guest: bearer(guest.token), viewer: bearer(watcher.token), member: claims(at, 'member'), partner: bearer(await partnerToken(daemon, at)), 'room-host': bearer(at.room.host_token), 'live-host': bearer(at.live.host_token),
    rep: people.rep.headers, colleague: people.colleague.headers, supervisor: people.supervisor.headers, host: people.host.headers,
    assistant: people.assistant.headers, auditor: people.auditor.headers, admin: people.admin.headers, owner: acme.owner,
    ...keys, 'key:all': acme.machine,
    'other-owner': other.owner, 'other-key': other.machine, 'other-host': bearer(at.otherRoom.host_token),
    'other-visitor': { 'X-Parlor-Device': randomBytes(16).toString('hex') },
    bot: bearer(at.bot.token), 'bad-key': basic(acme.key.id, 'not the secret'), 'no-csrf': { Cookie: acme.owner.Cookie },
  };
}

/** A call rings for half a minute only: made when it is asked about. */
async function ensureCall(daemon, at) {
  const address = `/v1/conversations/${at.bound.conversation}`;
  at.call = await until('a call of the conversation', async () => {
    const { call } = await good(daemon, at.people.rep.headers, 'GET', address);
    if (!call) await ask(daemon, at.people.rep.headers, 'POST', `${address}/calls`, { media: 'audio' });
    return call?.id;
  }, 30000);
}

// ---- HTTP ------------------------------------------------------------------------------------------

/** The thing that a route names; the rest of the path is made up. */
function thing(at, name) {
  const [, , place] = name.split('/');
  if (/^(GET|POST|PUT|PATCH|DELETE) \/v1\/live\/|signin\/callback|card-keys|^GET \/b\//.test(name)) return at.acme.id;
  if (/^\w+ \/(hls|l)\//.test(name) || /\/rooms\/\{id\}\/(live|calendar|go|state|console|pins|comments|replays|invite)\b/.test(name)) return at.live.id;
  if (/^\w+ \/(whip|whep)\//.test(name)) return at.room.id;
  if (/^GET \/e\//.test(name)) return at.entry.id;
  if (/^GET \/f\//.test(name)) return at.material.id;
  return { brands: at.acme.id, users: at.spare.id, keys: at.key.id, rooms: at.room.id, reps: at.rep.id, customers: at.customer, conversations: at.bound.conversation, calls: at.call,
    webhooks: at.webhook.id, hooks: 'route.rep', recordings: at.recording, rules: at.rule.id, products: 'tea-01' }[place];
}

/** Bodies that come past the first look, where the handler looks at the right once more behind it; else {} is what is said. */
const bodies = (at) => ({
  'POST /v1/guest': { code: at.room.code },
  'POST /v1/sessions': { role: 'rep', ref: 'rep@acme.example' },
  'PATCH /v1/users/{id}': { name: 'Spare' },
  'PATCH /v1/brands/{id}': { name: 'Acme' },
  'PATCH /v1/customers/{id}': { display: 'Guest' },
  'POST /v1/reps/{id}/depart': { to: 'rep_nobody' },
  'POST /v1/reps/{id}/suspend': { on: false },
  'POST /v1/bindings/transfer': { from: at.rep.id, to: at.rep.id, customers: 'all' },
  'POST /v1/conversations/{id}/messages': { kind: 'nothing', rep: at.rep.id },
  'POST /v1/conversations/{id}/assign': { rep: at.rep.id },
  'POST /v1/conversations/{id}/calls': { media: 'audio' },
  'POST /v1/calls/{id}/participants': { rep: at.rep.id },
  'POST /v1/rooms/{id}/state': { to: 'nothing' },
  'POST /v1/rooms/{id}/recording': { action: 'nothing' },
  'PUT /v1/rooms/{id}/rule': { record: 'by_host' },
});
const types = { 'POST /whip': 'application/sdp', 'POST /whep': 'application/sdp', 'PATCH /whip-session': 'application/trickle-ice-sdpfrag', 'PUT /v1/recordings': 'text/vtt', 'PUT /v1/rooms/{id}/markers': 'image/png', 'POST /v1/uploads': 'image/png' };

function letter(status, name, who) {
  expect(status !== 429 && (status < 500 || status === 503), `${name} by ${who} answered ${status}`);
  return { 401: '-', 403: 'x', 404: '.' }[status] ?? '+';
}

function requestOf(at, name, takesBody, wanted) {
  const [method, pattern] = name.split(' ');
  const id = thing(at, name);
  // Who may take something away is asked about what is not there, so that it stays for the others; he hears 404, and that is a yes.
  const spared = method === 'DELETE' && wanted === '+' && id;
  const second = /whip|whep/.test(pattern) ? 'member' : /\{sku\}/.test(pattern) ? 'tea-01' : '1';
  let n = 0;
  const named = pattern.replace(/\{(\w+)\}/g, () => (n++ === 0 ? (spared ? `${id.split('_')[0]}_nobody` : id ?? 'x_nobody') : second));
  const query = { '/v1/uploads': `?conversation=${at.bound.conversation}&brand=${at.acme.id}`, '/v1/conversations/{id}': '?reason=test', '/v1/conversations/{id}/messages': '?reason=test', '/v1/customers/{id}/timeline': '?reason=test' }[pattern] ?? '';
  const type = Object.entries(types).find(([begin]) => name.startsWith(begin))?.[1];
  const body = takesBody ? (type ? 'v=0\r\n' : { ...bodies(at)[name] }) : undefined;
  const upgrade = pattern === '/v1/rt' && { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Protocol': 'parlor.v1', 'Sec-WebSocket-Key': randomBytes(16).toString('base64') };
  return { method, address: named + query, body, headers: { ...(type && { 'Content-Type': type }), ...upgrade }, spared };
}

async function askRoute(daemon, at, who, [name, takesBody], headers, wanted, from) {
  const request = requestOf(at, name, takesBody, wanted);
  // Signing out is tried with a sign-in of its own.
  if (name === 'DELETE /v1/session' && headers['X-Parlor-CSRF']) headers = await signIn(daemon, (await good(daemon, at.acme.owner, 'POST', `/v1/users/${at.spare.id}/link`)).link);
  const { status } = await ask(daemon, headers, request.method, request.address, request.body, { headers: request.headers, from });
  const said = letter(status, name, who);
  return request.spared && said === '.' ? '+' : said;
}

async function askRoutes(daemon, at, table) {
  const people = await askers(daemon, at);
  expect(Object.keys(people).join() === table.columns.join(), `the columns are ${Object.keys(people).join(' ')}`);
  const told = new Map();
  let asked = 0;
  for (const route of routes()) {
    const [name] = route;
    if (name.includes('/v1/calls/')) await ensureCall(daemon, at);
    const cells = [];
    for (const [i, [who, headers]] of Object.entries(people).entries()) cells.push(await askRoute(daemon, at, who, route, headers, table.rows.get(name)?.[i], `127.0.1.${i + 1}`));
    told.set(name, cells.join(''));
    asked += cells.length;
  }
  return { told, asked };
}

// ---- the WebSocket ---------------------------------------------------------------------------------

/** Ends of what the others still need, or beginnings: each on a socket of its own, the hosts last. */
const apart = ['attach', 'join', 'leave', 'end'];

async function joined(daemon, token, name) {
  const line = new DeskLine(daemon);
  await line.connect();
  line.send({ t: 'join', token, name });
  const welcome = await line.wait('welcome', 'waiting');
  line.me = welcome.participant;
  return line;
}

function openers(daemon, at) {
  const member = (sub, role, room) => () => joined(daemon, jwt(at.acme.key, { sub, room: room.id, role, publish: ['mic', 'camera', 'screen'] }), sub);
  const device = (line, id) => async () => {
    const made = new DeskLine(daemon);
    await made.open({ as: 'visitor', device: line?.device ?? randomBytes(16).toString('hex'), brand: id });
    return made;
  };
  return {
    nobody: async () => { const line = new DeskLine(daemon); await line.connect(); return line; },
    waiting: member('Wei', 'guest', at.lobby), guest: member('Gu', 'guest', at.room), member: member('Min', 'member', at.room), partner: async () => joined(daemon, await partnerToken(daemon, at), 'Pa'), viewer: member('Vi', 'viewer', at.live),
    'room-host': member('Hou', 'host', at.room), 'live-host': member('Li', 'host', at.live),
    customer: device(at.visitorLine, at.acme.id), visitor: device(null, at.acme.id), 'other-visitor': device(null, at.other.id),
    rep: () => console_(daemon, at.people.rep.headers), colleague: () => console_(daemon, at.people.colleague.headers), 'other-rep': () => console_(daemon, at.otherRep.headers),
  };
}

/** What is said with each: fields that fit, of things that are there; an act or a state that is none comes past the look at who asks. */
const fields = (at) => ({
  attach: { as: 'visitor', device: randomBytes(16).toString('hex'), brand: at.acme.id }, join: { token: jwt(at.acme.key, { sub: 'Jo', room: at.room.id, role: 'guest' }) },
  offer: { sdp: 'v=0' }, source: { source: 'camera', on: false }, name: { name: 'Lin Wei' }, hand: { raised: false }, reaction: { emoji: '👍' },
  chat: { client_id: randomBytes(4).toString('hex'), text: 'hello' }, admit: { participant: 'pt_nobody' }, deny: { participant: 'pt_nobody' }, room: { locked: false }, stage_pin: { participant: 'pt_nobody' },
  mute: { participant: 'pt_nobody', source: 'microphone' }, ask_unmute: { participant: 'pt_nobody' }, remove: { participant: 'pt_nobody' },
  role: { participant: 'pt_nobody', role: 'member' }, record: { action: 'nothing' }, consent: { answer: false }, marker: { kind: 'nothing', text: 'x' },
  tap: { id: `tap_${randomBytes(8).toString('hex')}`, group: at.group.id }, bind: { tap: 'tap_00000000', no: true }, binding: { binding: at.bound.binding, act: 'nothing' },
  keep: { binding: at.bound.binding }, offer_reply: { offer: 'off_nobody', yes: false }, suspend: { on: false }, call_act: { call: at.call, act: 'nothing' },
  comment: { client_id: 'c', text: 'hello' }, like: { n: 1 }, vote: { poll: 'pol_nobody', option: 0 }, stage: { on: false }, moderate: { comment: 'cmt_nobody', action: 'nothing' },
  blocked: { words: [] }, live: { state: 'nothing' }, pin: {}, poll: {}, panel: { kind: 'doc' },
  say: { client_id: randomBytes(4).toString('hex'), text: 'hello' }, seen: { seq: 1 }, about: { product: 'tea-01' }, thread: { note: 'tea' }, feedback: { message: 'msg_nobody', good: true }, rate: { score: 5 }, ack: { broadcast: 'brc_nobody', what: 'seen' }, broadcast: { text: ' ' }, broadcast_end: { broadcast: 'brc_nobody' }, decline: { invitation: 'inv_nobody' },
});
const ofConversation = ['say', 'typing', 'seen', 'history', 'thread', 'about', 'call', 'human', 'feedback', 'upgrade', 'rate'];
const verdicts = { not_joined: 'j', forbidden: 'x', not_found: '.' };
let nth = 0;

async function askLine(at, line, name) {
  const id = `q${++nth}`;
  line.send({ t: name, id: name === 'tap' ? undefined : id, ...(ofConversation.includes(name) && { conversation: at.bound.conversation }), ...fields(at)[name] });
  line.send({ t: 'no such message', id: `${id}.` });
  await line.heard(`an answer to ${name}`, (one) => one.t === 'error' && one.id === `${id}.`);
  const answers = line.told.splice(0);
  expect(!line.closed || apart.includes(name), `the line stays at ${name}, and was closed with ${line.closed}`);
  const error = answers.find((one) => one.t === 'error' && one.id !== `${id}.`);
  if (error?.message === 'Send attach first.') return 'a';
  if (/the field "/.test(error?.message ?? '')) return '?'; // what is said with it here does not fit
  expect(error?.code !== 'internal' && error?.code !== 'too_many', `${name}: ${JSON.stringify(error)}`);
  return verdicts[error?.code] ?? '+';
}

async function askMessages(daemon, at, table, after) {
  at.lobby = await good(daemon, at.acme.owner, 'POST', '/v1/rooms', { title: 'Lobby', policy: { lobby: true } });
  const open = openers(daemon, at);
  expect(Object.keys(open).join() === table.columns.join(), `the columns are ${Object.keys(open).join(' ')}`);
  const lines = {};
  const close = () => Object.values(lines).forEach((line) => line.close());
  after(async () => close());
  for (const [who, make] of Object.entries(open)) lines[who] = await make();
  const told = new Map();
  for (const name of messages().filter((one) => !apart.includes(one))) {
    // Who neither joins nor attaches is sent away after some seconds.
    lines.nobody.close();
    lines.nobody = await open.nobody();
    if (name === 'call_act') await ensureCall(daemon, at);
    const cells = await Promise.all(Object.values(lines).map((line) => askLine(at, line, name)));
    told.set(name, cells.join(''));
  }
  for (const name of apart) {
    const cells = {};
    const hostsLast = Object.keys(open).sort((a, b) => /host/.test(a) - /host/.test(b));
    for (const who of hostsLast) {
      lines[who].close();
      lines[who] = await open[who]();
      lines[who].told = [];
      cells[who] = await askLine(at, lines[who], name);
    }
    told.set(name, table.columns.map((who) => cells[who]).join(''));
  }
  close();
  return told;
}

// ---- the cases -------------------------------------------------------------------------------------

export const cases = [
  {
    name: 'every route and every message, asked by everybody, without the demo',
    alone: true,
    async run({ bare, after, say }) {
      const tables = parse(read('tests/integrator/rights.txt'));
      /* A folder without pages: whether they were built changes no right. */
      const daemon = await bare('--joins-burst', 100000, '--web-dir', path.join(root, 'tests/integrator/lib'));
      after(async () => agent.destroy());
      const at = await settle(daemon, after);
      const counts = async (house) => (await good(daemon, house.owner, 'GET', '/v1/board')).counts;
      expect((await counts(at.acme)).bound === 1 && Object.values(await counts(at.other)).every((n) => n === 0), 'a board counts what is its own brand\'s');
      const { told, asked } = await askRoutes(daemon, at, tables.http);
      const { rows } = await good(daemon, at.acme.owner, 'GET', '/v1/audit?limit=1000');
      const seen = rows.find((row) => row.action === 'conversation.read' && row.object === at.bound.conversation);
      expect(/^aud_\w+ [0-9a-f]{64}$/.test(seen?.detail ?? ''), `a supervisor's reading is a line of the chain: ${JSON.stringify(seen)}`);
      const heard = await askMessages(daemon, at, tables.ws, after);
      expectWhole(routes(), messages());
      expect(told.size === routes().size && heard.size === messages().length, `all were asked: ${told.size} and ${heard.size}`);
      const found = [...differences(tables.http, told), ...differences(tables.ws, heard)];
      expect(found.length === 0, `rights.txt says it otherwise:\n${found.join('\n')}`);
      const [name, cells] = [...told].find(([, one]) => one.includes('-') && one.includes('+'));
      expect(differences(tables.http, new Map(told).set(name, cells.replace('-', '+'))).length === 1, 'one cell of one route that lets somebody in is found');
      expect(differences(tables.http, new Map(told).set('GET /v1/new', cells)).length === 1, 'and a new route without a row');
      say(`${told.size} routes x ${tables.http.columns.length} (${asked}), ${heard.size} messages x ${tables.ws.columns.length}`);
    },
  },
  {
    name: 'a supervisor of some groups reads nothing of the others\' customers from the brand\'s broadcasts and funnel',
    alone: true,
    async run({ bare, after }) {
      const daemon = await bare('--joins-burst', 100000, '--web-dir', path.join(root, 'tests/integrator/lib'));
      after(async () => agent.destroy());
      const at = await settle(daemon, after);
      const { acme, people } = at;
      const get = (who, address) => good(daemon, who, 'GET', address);
      const [all, listed] = [await good(daemon, acme.owner, 'POST', '/v1/broadcasts', { text: 'News' }), await good(daemon, acme.owner, 'POST', '/v1/broadcasts', { text: 'Prices', expected: [at.customer, 'partner-1'] })];
      at.visitorLine.send({ t: 'ack', id: 'all', broadcast: all.id, what: 'shown' });
      await at.visitorLine.wait('acked');
      const seen = async (who) => (await get(who, `/v1/broadcasts/${all.id}/receipts`)).receipts.map((one) => one.customer).join();
      const missing = async (who) => (await get(who, `/v1/broadcasts/${listed.id}/missing`)).people.map((one) => one.name).join();
      const reps = async (who) => (await get(who, '/v1/stats/funnel?group_by=rep')).lines.map((one) => one.rep).filter((one) => one).join();
      for (const who of [acme.owner, acme.machine, people.admin.headers, people.supervisor.headers]) {
        expect(await seen(who) === at.customer, `his own: ${await seen(who)}`);
        expect(await missing(who) === `${at.customer},partner-1`, `his own: ${await missing(who)}`);
        expect(await reps(who) === at.rep.id, `his own: ${await reps(who)}`);
      }
      const other = people.colleague.headers;
      expect(await seen(other) === '' && await missing(other) === 'partner-1' && await reps(other) === '', `${await seen(other)} / ${await missing(other)} / ${await reps(other)}`);
    },
  },
];
