// SPDX-License-Identifier: Apache-2.0
/** A small reader of events, as a brand's own ledger would have it: what comes twice is once, in whatever order it comes. */

const later = (a, b) => (a.id.length - b.id.length) || (a.id < b.id ? -1 : 1);

export class Reader {
  constructor() {
    this.events = new Map();
  }

  take(event) {
    this.events.set(event.id, event);
  }

  /** The whole log from its beginning. */
  static async of(daemon, limit = 500) {
    const reader = new Reader();
    for (let after = null, more = true; more;) {
      const page = await daemon.good('GET', `/v1/events?limit=${limit}${after ? `&after=${after}` : ''}`);
      page.events.forEach((event) => reader.take(event));
      more = page.more && page.events.length > 0;
      after = page.next;
    }
    return reader;
  }

  /** In the order of the log; only what came behind the event `after`. */
  inOrder(after = '') {
    return [...this.events.values()].filter((event) => !after || later(event, { id: after }) > 0).sort(later);
  }

  /** As GET /v1/stats/funnel has it: {keys → {counts, visitors, revenue in cents}}. */
  funnel(stages, by) {
    const lines = new Map();
    const seen = new Set();
    for (const { at, data: { fact, value, currency } } of this.inOrder()) {
      if (!fact || seen.has(fact.id)) continue;
      seen.add(fact.id);
      const day = new Date(at).toISOString().slice(0, 10);
      const keys = JSON.stringify(by.map((one) => ({ day, ...fact })[one] ?? null));
      const line = lines.get(keys) ?? { counts: Object.fromEntries(stages.map((one) => [one, 0])), people: new Set(), revenue: {} };
      lines.set(keys, line);
      line.counts[fact.stage]++;
      if (fact.visitor) line.people.add(fact.visitor);
      if (value !== undefined && currency) line.revenue[currency] = (line.revenue[currency] ?? 0) + Math.round(Number(value) * 100) * (fact.stage === 'refunded' ? -1 : 1);
    }
    return lines;
  }

  /** As GET /v1/board has it; counted is what came behind `after`, when the server was started. */
  board(after = '') {
    const since = this.inOrder(after);
    const distinct = (types, id) => new Set(since.filter((event) => types.includes(event.type)).map(id)).size;
    const waited = new Map();
    const replies = [];
    const [presence, threads, bindings, calls] = [new Map(), new Map(), new Map(), new Map()];
    for (const { type, at, data } of this.inOrder()) {
      if (type === 'rep.presence') presence.set(data.rep, data.state);
      if (type.startsWith('call.')) calls.set(data.call, data);
      if (data.conversation && data.binding && data.state) {
        if (type.startsWith('conversation.')) threads.set(data.conversation, data);
        else if (type.startsWith('binding.')) bindings.set(data.binding, data);
      }
    }
    for (const { type, at, data } of since) {
      if (type !== 'message.created') continue;
      if (data.by === 'customer' && !waited.has(data.conversation)) waited.set(data.conversation, at);
      if (data.by !== 'rep' || !waited.has(data.conversation)) continue;
      replies.push(at - waited.get(data.conversation));
      waited.delete(data.conversation);
    }
    replies.sort((a, b) => a - b);
    const of = (map, key) => [...map.values()].reduce((sum, one) => (one.rep && key(one) ? sum.set(one.rep, (sum.get(one.rep) ?? 0) + 1) : sum), new Map());
    return {
      counts: {
        taps: distinct(['entry.tap'], (event) => event.id),
        bound: distinct(['binding.active', 'binding.proposed'], (event) => event.data.binding),
        messages: distinct(['message.created'], (event) => event.data.message),
        calls: distinct(['call.ringing'], (event) => event.data.call),
      },
      first_reply: { p50_ms: replies[Math.floor(replies.length / 2)] ?? 0, p90_ms: replies[Math.floor((replies.length * 9) / 10)] ?? 0 },
      presence,
      chats: of(threads, (one) => one.state === 'human'),
      customers: of(bindings, (one) => one.state === 'active'),
      waiting: [...threads.values()].filter((one) => one.state === 'queued').map((one) => one.conversation).sort(),
      talking: [...calls.values()].filter((one) => one.state === 'active').length,
    };
  }
}
