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
      expect((await complete('--data-dir', '/x', 'room', 'c')).join() === 'close', 'behind flags');
      await run('bash', ['-n', '-c', (await run(program, ['completion', 'zsh'])).stdout]);
    },
  },
];
