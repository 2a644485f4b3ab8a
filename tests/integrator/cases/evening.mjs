// SPDX-License-Identifier: Apache-2.0
/** An evening with many who come: the funnel and the board are what the script knows, and what the log of events tells. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, sleep, until } from '../lib/bench.mjs';
import { Evening, expectBoard, expectSame } from '../lib/evening.mjs';
import { Reader } from '../lib/reader.mjs';

const BYS = [[], ['entry'], ['room'], ['channel', 'entry', 'state', 'room']];
const LOG_BYS = [...BYS, ['product'], ['rep', 'day'], ['inviter', 'rep', 'product', 'entry']];

/** Loses some at first, and takes others without saying so: the ones come later, the others twice. */
function unreliable(reader, tried) {
  return async ({ body, headers }) => {
    const id = headers['webhook-id'];
    const n = tried.has(id) ? 0 : tried.size;
    tried.set(id, (tried.get(id) ?? 0) + 1);
    if (n % 151 === 40) return { status: 503 };
    reader.take(JSON.parse(body));
    return { status: n % 173 === 90 ? 504 : 204 };
  };
}

/** Clicks of eight days ago: nobody can wait that long. */
async function age(daemon, handoffs) {
  const script = 'import sqlite3,sys\nbase=sqlite3.connect(sys.argv[1])\nfor one in sys.argv[2:]: base.execute("UPDATE handoffs SET made_ms=made_ms-691200000, resolved_ms=resolved_ms-691200000 WHERE id=?",(one,))\nbase.commit()';
  await promisify(execFile)('python3', ['-c', script, path.join(daemon.folder, 'parlor.db'), ...handoffs]);
}

async function expectFunnel(daemon, evening, reader, what) {
  for (const by of LOG_BYS) {
    const told = await daemon.good('GET', `/v1/stats/funnel${by.length ? `?group_by=${by}` : ''}`);
    if (BYS.includes(by)) expectSame(told, evening.funnel(told.stages, by), by, `${what}: the script`);
    expectSame(told, reader.funnel(told.stages, by), by, `${what}: the log`);
  }
}

/** `viewers` in two halves, between which the server is killed. */
async function play({ daemon: makeDaemon, receiver: makeReceiver, say, after }, viewers, at_once) {
  const daemon = await makeDaemon('--sockets-per-address', '20000');
  const heard = new Reader();
  const tried = new Map();
  const receiver = await makeReceiver(unreliable(heard, tried));
  const hook = await daemon.good('POST', '/v1/webhooks', { url: receiver.url, types: ['*'] });
  const evening = new Evening(daemon, { viewers, after });
  await evening.prepare();
  await evening.work();
  const begun = Date.now();
  const half = Math.floor(viewers / 2);
  await evening.play(0, half, at_once);
  await daemon.good('POST', '/v1/rooms', {}); // answered when it is on the disk, with all before it
  await expectBoard(daemon, () => Reader.of(daemon), '', 'before the kill');
  await daemon.end('SIGKILL');
  const before = evening.late.splice(0);
  await age(daemon, before.map((one) => one.handoff));
  await daemon.start();
  const last = (await Reader.of(daemon)).inOrder().at(-1).id;
  await evening.work();
  await evening.play(half, viewers, at_once);
  for (const { n, handoff } of before) {
    const { status, json } = await daemon.ask('POST', '/v1/conversions', { handoff, order_id: `late-${n}`, value: '7.00', currency: 'CNY', kind: 'order' });
    expect(status === 404 || (status === 201 && !json.counted), `a week too late: ${status} ${JSON.stringify(json)}`);
  }
  const took = (Date.now() - begun) / 1000;
  const log = await Reader.of(daemon);
  await expectFunnel(daemon, evening, log, 'as it is');
  await expectBoard(daemon, () => Reader.of(daemon), last, 'after the kill');
  const all = log.inOrder().map((event) => event.id);
  const each = async (is) => all.every(is) || (await sleep(200), false); // not so often that nobody is left to answer
  await until('what was lost on the way', () => each((id) => heard.events.has(id)), 300000);
  const resent = all.filter((id) => tried.get(id) > 1).length;
  const times = new Map(tried);
  for (let n = 0; n < all.length; n += 1000) await daemon.good('POST', `/v1/webhooks/${hook.id}/replay`, { after: all[n] });
  await until('all of it once more', () => each((id, n) => !n || tried.get(id) > times.get(id)), 300000);
  await expectFunnel(daemon, evening, heard, 'by webhooks, lost and doubled');
  const { counts, visitors, revenue } = (await daemon.good('GET', '/v1/stats/funnel')).lines[0];
  expect(Object.values(counts).every((n) => n > 0) && before.length, `each stage was played: ${JSON.stringify(counts)}`);
  say(`${viewers} viewers in ${took.toFixed(1)} s, ${before.length} orders a week late; ${log.events.size} events, ${resent} of them sent again, then all`);
  say(`${visitors} known: ${Object.entries(counts).map((one) => one.join(' ')).join(', ')}; ${revenue.CNY} CNY`);
}

export const cases = [
  { name: 'of 72 viewers each stage is what the script knows and the log tells, over a kill, with what is lost, doubled, late', run: (tools) => play(tools, 72, 12) },
  { name: 'of 1,000 viewers too', long: true, run: (tools) => play(tools, 1000, 24) },
];
