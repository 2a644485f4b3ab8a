// SPDX-License-Identifier: Apache-2.0
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, makeRooms, root, until } from '../lib/bench.mjs';

const run = promisify(execFile);
const program = path.join(root, 'build/tools/parlorctl/parlorctl');
const ctl = async (daemon, ...words) => (await run(program, ['--data-dir', daemon.folder, ...words])).stdout;

export const cases = [
  {
    name: 'rooms, participants and events are seen, in words and as JSON',
    async run({ daemon: makeDaemon }) {
      const daemon = await makeDaemon();
      await makeRooms(daemon, 1);
      const room = await daemon.good('POST', '/v1/rooms', { title: 'Tea' });
      expect((await ctl(daemon, 'rooms')).includes(`${room.id}  ${room.code}  Tea`), 'the room stands in the list');
      expect(JSON.parse(await ctl(daemon, 'rooms', '--json'))[0].id === room.id, 'and as JSON');
      expect((await ctl(daemon, 'participants', room.code)) === '', 'nobody is in');
      expect(JSON.parse(await ctl(daemon, '--json', 'participants', room.id)).length === 0, 'an empty list as JSON');
      const missing = await ctl(daemon, 'participants', 'nobody').catch((error) => error);
      expect(missing.code === 1 && missing.stderr.includes('no open room'), 'an unknown room is an error');
      const lines = (await ctl(daemon, 'events', '--json')).trim().split('\n').map((line) => JSON.parse(line));
      expect(lines.map((event) => event.type).join() === 'room.created,room.ended,room.created', 'three events');
      expect(!JSON.stringify(lines).includes('Tea') && !JSON.stringify(lines).includes('webhook test'), 'without what people wrote');
      const after = await ctl(daemon, 'events', '--after', lines[1].id);
      expect(after.trim().split('\n').length === 1 && after.includes('room.created'), 'after an event there is the rest');
    },
  },
  {
    name: 'drain: no new rooms, not ready, and the daemon ends when nobody is in',
    async run({ daemon: makeDaemon }) {
      const daemon = await makeDaemon();
      expect((await ctl(daemon, 'drain')).startsWith('draining; 0 rooms'), 'it says so');
      const refused = await daemon.ask('POST', '/v1/rooms', {});
      expect(refused.status === 503 && refused.json.code === 'unavailable', 'no new room');
      expect((await fetch(`http://127.0.0.1:${daemon.admin}/readyz`)).status === 503, 'not ready');
      expect(JSON.parse(await ctl(daemon, 'drain', '--off', '--json')).draining === false, 'and back');
      await daemon.good('POST', '/v1/rooms', {});
      await ctl(daemon, 'drain', '--end');
      await Promise.race([once(daemon.process, 'exit'), until('the end', () => false, 8000)]);
      expect(daemon.log.includes('drained'), 'the log says why');
    },
  },
  {
    name: 'reps and recordings are seen, held, deleted, and a rep departs; each is a line of the audit log',
    async run({ daemon: makeDaemon }) {
      const daemon = await makeDaemon();
      const reps = JSON.parse(await ctl(daemon, 'reps', '--json', '--brand', 'demo'));
      const [lin, wang] = ['lin', 'wang'].map((ref) => reps.find((one) => one.ref === ref));
      expect(lin.presence === 'offline' && lin.chats === 0 && (await ctl(daemon, 'reps')).includes(`${lin.id}  lin`), JSON.stringify(reps));
      expect(JSON.parse(await ctl(daemon, '--json', 'rep', 'show', lin.id)).rep.name === lin.name, 'one of them');
      await ctl(daemon, 'rep', 'suspend', lin.id);
      expect(JSON.parse(await ctl(daemon, '--json', 'rep', 'show', lin.id)).rep.suspended === true, 'suspended');
      await ctl(daemon, 'rep', 'resume', lin.id);
      await ctl(daemon, 'rep', 'depart', lin.id, '--to', wang.id, '--defer-h', '8');
      const later = JSON.parse(await ctl(daemon, '--json', 'rep', 'show', lin.id)).rep;
      expect(later.state === 'active' && later.leaves_at > Date.now(), JSON.stringify(later));
      expect((await ctl(daemon, 'rep', 'depart', lin.id, '--defer-h', '-1').catch((error) => error)).code === 1, 'nobody left yesterday');
      await ctl(daemon, 'rep', 'stay', lin.id);
      expect(JSON.parse(await ctl(daemon, '--json', 'rep', 'show', lin.id)).rep.leaves_at === null, 'taken back');
      await ctl(daemon, 'rep', 'depart', lin.id, '--to', wang.id);
      expect(JSON.parse(await ctl(daemon, '--json', 'rep', 'show', lin.id)).rep.state === 'departed', 'gone');
      const twice = await ctl(daemon, 'rep', 'depart', lin.id).catch((error) => error);
      expect(twice.code === 1 && twice.stderr.includes('departed'), `once: ${twice.stderr}`);

      const room = await daemon.good('POST', '/v1/rooms', { title: 'Tea' });
      await daemon.good('POST', `/v1/rooms/${room.id}/recording`, { action: 'start' });
      await daemon.good('POST', `/v1/rooms/${room.id}/recording`, { action: 'stop' });
      const list = async () => JSON.parse(await ctl(daemon, 'recordings', '--json'));
      const [{ id }] = await until('the recording is ready', async () => { const all = await list(); return all[0]?.state === 'ready' && all; }, 30000);
      expect((await ctl(daemon, 'recordings')).startsWith(id), 'in words');
      expect((await ctl(daemon, 'recording', 'hold', id).catch((error) => error)).stderr.includes('--reason'), 'a hold has a reason');
      await ctl(daemon, 'recording', 'hold', id, '--reason', 'Lawyers ask');
      const held = await ctl(daemon, 'recording', 'delete', id).catch((error) => error);
      expect(held.code === 1 && held.stderr.includes('Lawyers ask'), `a hold holds: ${held.stderr}`);
      await ctl(daemon, 'recording', 'release', id);
      await ctl(daemon, 'recording', 'delete', id);
      expect((await list()).length === 0 && JSON.parse(await ctl(daemon, '--json', 'recording', 'show', id)).recording.state === 'binned', 'in the bin');
      await ctl(daemon, 'recording', 'restore', id);
      expect((await list()).length === 1, 'and back');
      const { rows } = await daemon.good('GET', '/v1/audit?limit=200');
      const done = rows.filter((row) => row.actor === 'operator').map((row) => row.action);
      for (const action of ['operator.rep_suspend', 'operator.rep_depart', 'operator.rep_stay', 'recording.held', 'recording.binned'])
        expect(done.includes(action), `${action} stands in ${done}`);
    },
  },
  {
    name: 'completion knows commands, verbs, flags and rooms',
    async run({ daemon: makeDaemon }) {
      const daemon = await makeDaemon();
      const room = await daemon.good('POST', '/v1/rooms', {});
      const complete = async (...words) => {
        const script = `source <(${program} completion bash); parlorctl () { ${program} --data-dir ${daemon.folder} "$@"; }
          COMP_WORDS=(parlorctl ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; _parlorctl; printf '%s\\n' "\${COMPREPLY[@]}"`;
        return (await run('bash', ['-c', script])).stdout.trim().split('\n');
      };
      expect((await complete('dr')).join() === 'drain', 'commands');
      expect((await complete('key', 'ro')).join() === 'rotate', 'verbs');
      expect((await complete('drain', '--')).includes('--end'), 'flags');
      expect((await complete('participants', '')).includes(room.id), 'rooms');
      expect((await complete('rep', 'de')).join() === 'depart' && (await complete('recording', 're')).includes('release'), 'verbs of reps and recordings');
      expect((await complete('rep', 'show', 'rep_')).length === 3, 'reps');
      expect((await complete('--data-dir', '/x', 'room', 'c')).join() === 'close', 'behind flags');
      await run('bash', ['-n', '-c', (await run(program, ['completion', 'zsh'])).stdout]);
    },
  },
];
