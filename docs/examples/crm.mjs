// SPDX-License-Identifier: Apache-2.0
/**
 * A small CRM beside Parlor: it identifies viewers, routes by an attribute, answers as a bot, resolves products, keeps telephone numbers
 * out of what is said, and keeps what happens.
 *
 *     npm install standardwebhooks
 *     node crm.mjs [--parlor http://127.0.0.1:8080] [--key demo --secret …] [--port 8790] [--public http://127.0.0.1:8790]
 *
 * It registers itself by the API, verifies every signature with the public library, signs its answers, and prints one line an event.
 * With the demo server no key is needed. Elsewhere parlord speaks https to public addresses alone: put this behind one, or try it with
 * `parlord --hook-http --hook-allow 127.0.0.0/8`. What it knows stands in the tables below; a real one has a database.
 */
import http from 'node:http';
import { pathToFileURL } from 'node:url';
import { Webhook } from 'standardwebhooks';

/** Who somebody is: by the session of the brand's own sign-in, which its page shows as `identity`, or by the customer's number. */
const customers = {
  'tok-mei': { customer_ref: 'c-1001', display: 'Mei', attrs: { tier: 'gold', city: 'Suzhou', adviser: 'lin' } },
  'tok-jan': { customer_ref: 'c-1002', display: 'Jan', attrs: { tier: 'new', city: 'Leiden' } },
};

const products = {
  'tea-01': { title: 'Spring tea, 100 g', price: '¥128', stock: '12 left', url: 'https://shop.example/tea-01' },
  'pot-02': { title: 'Clay pot', price: '¥460', stock: 'in stock', url: 'https://shop.example/pot-02' },
};

/** What the bot knows; the first word that is found answers. */
const answers = [
  [/发货|ship|deliver/i, { text: 'We ship within 24 hours. 下单后 24 小时内发货。' }],
  [/价|price|cost|多少钱/i, { text: 'The card shows the price of now.', cards: ['tea-01'] }],
  [/人工|human|person/i, { handover: true }],
];

/** Your number of each rep (`ref`) to Parlor's id of him, learned at the start. */
const reps = {};

const customerByRef = (ref) => Object.values(customers).find((one) => one.customer_ref === ref);

/** One function a hook: the question's data in, the answer out; null = "I do not know", the server decides by itself. */
export const hooks = {
  'viewer.identify': ({ token }) => customers[token] ?? null,

  // Gold customers get their own adviser if he is among those who are free.
  'route.rep': ({ customer_ref, candidates = [] }) => {
    const attrs = customerByRef(customer_ref)?.attrs;
    if (attrs?.tier !== 'gold') return { note: attrs ? `${attrs.tier}, ${attrs.city}` : 'not known yet' };
    const adviser = candidates.find((id) => id === reps[attrs.adviser]);
    return { ...(adviser && { reps: [adviser] }), welcome: 'Welcome back! 欢迎回来！', note: `gold, ${attrs.city}, asks for ${attrs.adviser}`, ttl_s: 3600 };
  },

  'bot.reply': ({ text = '' }) => answers.find(([words]) => words.test(text))?.[1] ?? { handover: true },

  'product.resolve': ({ sku }) => products[sku] ?? null,

  // Nobody is lured away from the brand: numbers of six digits and more stay where they are.
  'message.screen': ({ text = '' }) => (/\d(?:[ -]?\d){5}/.test(text) ? { allow: false, reason: 'No telephone numbers, please. 请勿发送电话号码。' } : { allow: true }),
};

export class Crm {
  /** `parlor`: base URL; `authorization`: a header's value or undefined in the demo; `say`: where lines go. */
  constructor({ parlor, authorization, say = console.log }) {
    this.parlor = parlor;
    this.authorization = authorization;
    this.say = say;
    this.secrets = {}; // by path
    this.seen = new Set(); // ids of events; a real CRM has a unique column
    this.timeline = new Map(); // entity → its events in order
    this.server = http.createServer((request, response) => this.take(request, response).catch((error) => {
      this.say(`failed: ${error.message}`);
      response.writeHead(500).end();
    }));
  }

  /** Listens, and tells Parlor where. `address` is how Parlor reaches this program. */
  async start(port, address) {
    await new Promise((done) => this.server.listen(port, '127.0.0.1', done));
    const base = address ?? `http://127.0.0.1:${this.server.address().port}`;
    for (const { ref, id } of (await this.ask('GET', '/v1/reps')).reps) reps[ref] = id;
    for (const name of Object.keys(hooks)) {
      const answer = await this.ask('PUT', `/v1/hooks/${name}`, { url: `${base}/hooks/${name}`, signed_answers: true, rotate_secret: true });
      this.secrets[`/hooks/${name}`] = answer.secret;
    }
    // Only one subscription of ours, also after a crash of this program.
    for (const old of (await this.ask('GET', '/v1/webhooks')).webhooks.filter((one) => one.note === 'example CRM')) await this.ask('DELETE', `/v1/webhooks/${old.id}`);
    const types = ['room.*', 'entry.*', 'binding.*', 'conversation.*', 'message.*', 'call.*', 'conversion.reported', 'webhook.test'];
    const webhook = await this.ask('POST', '/v1/webhooks', { url: `${base}/events`, types, scopes: ['content'], note: 'example CRM' });
    this.secrets['/events'] = webhook.secret;
    this.webhook = webhook.id;
    this.say(`listening at ${base}; ${Object.keys(hooks).length} hooks and one webhook are set up`);
  }

  /** Leaves Parlor as it was: hooks that nobody answers cost their budget each time. */
  async stop() {
    for (const name of Object.keys(hooks)) await this.ask('DELETE', `/v1/hooks/${name}`);
    if (this.webhook) await this.ask('DELETE', `/v1/webhooks/${this.webhook}`);
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  async ask(method, path, body) {
    const headers = { ...(body && { 'Content-Type': 'application/json' }), ...(this.authorization && { Authorization: this.authorization }) };
    const answer = await fetch(this.parlor + path, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }

  /** One request from Parlor: nothing in it is believed before the signature is. */
  async take(request, response) {
    const chunks = [];
    let size = 0;
    for await (const chunk of request) {
      if ((size += chunk.length) > 1_000_000) return void response.writeHead(413).end();
      chunks.push(chunk);
    }
    const body = Buffer.concat(chunks).toString('utf8');
    const secret = this.secrets[request.url];
    if (!secret) return void response.writeHead(404).end();
    let said;
    try {
      said = new Webhook(secret).verify(body, request.headers); // throws: forged, changed, or older than five minutes
    } catch {
      this.say('refused: a signature that is not Parlor\'s');
      return void response.writeHead(401).end();
    }
    if (request.url === '/events') this.keep(said, response);
    else this.decide(said, secret, request.headers['webhook-id'], response);
  }

  /** Take it, say so, work later: whoever answers slowly is told less. Once by id; order within an entity is Parlor's promise. */
  keep(event, response) {
    response.writeHead(204).end();
    if (this.seen.has(event.id)) return;
    this.seen.add(event.id);
    if (!this.timeline.has(event.entity)) this.timeline.set(event.entity, []);
    this.timeline.get(event.entity).push(event);
    this.say(`${new Date(event.at).toISOString()} ${event.type} ${event.entity} #${event.entity_seq}`);
  }

  decide(question, secret, id, response) {
    const answer = hooks[question.type]?.(question.data);
    const leave = !answer; // 204: decide it yourself
    const text = leave ? '' : JSON.stringify(answer);
    const now = new Date();
    response.writeHead(leave ? 204 : 200, {
      ...(!leave && { 'Content-Type': 'application/json' }),
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, now, text),
    }).end(text);
    this.say(`${question.type} → ${text || 'yours'}`);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const words = process.argv.slice(2);
  const value = (name, other) => (words.includes(name) ? words[words.indexOf(name) + 1] : other);
  const key = value('--key');
  const secret = value('--secret', process.env.PARLOR_SECRET);
  const authorization = key && secret ? `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}` : undefined;
  const crm = new Crm({ parlor: value('--parlor', 'http://127.0.0.1:8080'), authorization });
  await crm.start(Number(value('--port', 8790)), value('--public'));
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => crm.stop().finally(() => process.exit(0)));
}
