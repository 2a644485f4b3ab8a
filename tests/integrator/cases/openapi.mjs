// SPDX-License-Identifier: Apache-2.0
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { bundle, createConfig, lint } from '@redocly/openapi-core';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect, makeRooms, root } from '../lib/bench.mjs';

const ref = path.join(root, 'docs/openapi.yaml');
const modules = path.join(root, 'tests/integrator/node_modules');
const rules = {
  // Said once, in the text of the document.
  'operation-operationId': 'off', 'tag-description': 'off', 'operation-4xx-response': 'off',
  // A WebSocket's handshake and redirects to a shop have no 2xx.
  'operation-2xx-response': 'off', 'no-server-example.com': 'off', 'info-license': 'error', 'no-ambiguous-paths': 'off',
};

async function problems(file) {
  const config = await createConfig({ extends: ['recommended'], rules });
  const found = await lint({ ref: file, config });
  return found.map((one) => `${one.severity}: ${one.message} (${one.location[0]?.pointer})`);
}

async function description() {
  const { bundle: { parsed } } = await bundle({ ref, config: await createConfig({}), dereference: false });
  return parsed;
}

/** The schema that the description promises for this answer; null = it promises no JSON. Throws for a status it does not know. */
function promised(document, method, address, status) {
  const pathname = address.split('?')[0];
  const [template, item] = Object.entries(document.paths).map(([name, value]) => [name, value])
    .filter(([name]) => new RegExp(`^${name.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`).test(pathname))
    .sort(([a], [b]) => (a.match(/\{/g) ?? []).length - (b.match(/\{/g) ?? []).length)[0] ?? [];
  expect(item?.[method.toLowerCase()], `${method} ${pathname} is described`);
  let response = item[method.toLowerCase()].responses[status];
  expect(response, `${method} ${template} says that it may answer ${status}`);
  while (response.$ref) response = response.$ref.slice(2).split('/').reduce((at, name) => at[name], document);
  const content = response.content ?? {};
  return (content['application/json'] ?? content['application/problem+json'])?.schema ?? null;
}

export const cases = [
  {
    name: 'the description is good OpenAPI 3.1, and the linter can find fault',
    async run() {
      const found = await problems(ref);
      expect(found.length === 0, found.join('\n'));
      const folder = mkdtempSync(path.join(os.tmpdir(), 'parlor-lint-'));
      try {
        const mutant = path.join(folder, 'openapi.yaml');
        writeFileSync(mutant, readFileSync(ref, 'utf8').replace("$ref: '#/components/schemas/Room'", "$ref: '#/components/schemas/Broom'"));
        expect((await problems(mutant)).length > 0, 'a reference to nothing is found');
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  },
  {
    name: 'live answers are what the description promises',
    async run({ daemon: makeDaemon, receiver: makeReceiver, say }) {
      const document = await description();
      const ajv = new Ajv2020({ strict: false, allErrors: true });
      addFormats(ajv);
      ajv.addSchema(document, 'openapi');
      const daemon = await makeDaemon();
      const receiver = await makeReceiver();
      let checked = 0;
      const wrong = [];
      const check = async (method, address, body) => {
        const answer = await daemon.ask(method, address, body);
        checked++;
        try {
          const schema = promised(document, method, address, answer.status);
          const resolved = schema && JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi#/'));
          if (schema && !ajv.validate(resolved, answer.json)) throw new Error(ajv.errorsText());
        } catch (error) {
          wrong.push(`${method} ${address} (${answer.status}): ${error.message}: ${JSON.stringify(answer.json)?.slice(0, 300)}`);
        }
        return answer.json;
      };
      const room = await check('POST', '/v1/rooms', { title: 'Tea' });
      await check('POST', '/v1/rooms', { title: 7 });
      await check('GET', `/v1/rooms/${room.id}`);
      await check('GET', '/v1/rooms/rm_nobody');
      await check('POST', '/v1/guest', { code: room.code, name: 'Ann' });
      const hook = await check('POST', '/v1/webhooks', { url: receiver.url, types: ['room.*'], scopes: ['content'], note: 'CRM' });
      await makeRooms(daemon, 2);
      await check('POST', '/v1/webhooks', { url: 'ftp://x' });
      await check('PATCH', `/v1/webhooks/${hook.id}`, { state: 'paused' });
      await check('PATCH', `/v1/webhooks/${hook.id}`, { types: [] });
      await check('PATCH', `/v1/webhooks/${hook.id}`, { state: 'active' });
      await check('POST', `/v1/webhooks/${hook.id}/secrets`);
      await check('DELETE', `/v1/webhooks/${hook.id}/secrets`);
      await check('POST', `/v1/webhooks/${hook.id}/test`);
      const { events } = await check('GET', '/v1/events?limit=5');
      await check('GET', '/v1/events?after=nonsense');
      await check('POST', `/v1/webhooks/${hook.id}/replay`, { event: events[0].id });
      await check('POST', `/v1/webhooks/${hook.id}/replay`, { dead: true });
      await check('POST', `/v1/webhooks/${hook.id}/replay`, {});
      await check('GET', `/v1/webhooks/${hook.id}/deliveries`);
      await check('GET', `/v1/webhooks/${hook.id}/deliveries?state=odd`);
      await check('PUT', '/v1/hooks/route.rep', { url: receiver.url });
      await check('PUT', '/v1/hooks/route.rep', { fail_closed: true });
      await check('PUT', '/v1/hooks/route.nobody', { url: receiver.url });
      await check('POST', '/v1/hooks/route.rep/test');
      await check('DELETE', '/v1/hooks/route.rep');
      await check('DELETE', `/v1/rooms/${room.id}`);
      // Everything that can be read without naming something.
      for (const [address, item] of Object.entries(document.paths))
        if (item.get && address.startsWith('/v1/') && !address.includes('{') && address !== '/v1/rt' && !(item.get.parameters ?? []).some((one) => one.required)) await check('GET', address);
      await check('DELETE', `/v1/webhooks/${hook.id}`);
      await check('GET', `/v1/webhooks/${hook.id}`);
      expect(wrong.length === 0, wrong.join('\n'));
      say(`${checked} answers looked at`);
    },
  },
  {
    name: 'the TypeScript client is generated, compiles, finds mistakes and works',
    async run({ strict, say }) {
      const folder = mkdtempSync(path.join(os.tmpdir(), 'parlor-client-'));
      const node = (...words) => promisify(execFile)(process.execPath, words, { cwd: folder });
      const tsc = (...files) => node(path.join(modules, 'typescript/bin/tsc'), '--strict', '--noUncheckedIndexedAccess', '--exactOptionalPropertyTypes', '--target', 'es2022', '--module', 'nodenext', '--outDir', 'dist', ...files);
      try {
        cpSync(path.join(root, 'clients/typescript/parlor.ts'), path.join(folder, 'parlor.ts'));
        writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
        mkdirSync(path.join(folder, 'node_modules'));
        symlinkSync(path.join(modules, 'typescript'), path.join(folder, 'node_modules/typescript'));
        await node(path.join(modules, 'openapi-typescript/bin/cli.js'), ref, '-o', path.join(folder, 'schema.ts'));
        await tsc('parlor.ts');
        const [, example] = readFileSync(path.join(root, 'clients/typescript/README.md'), 'utf8').match(/```ts\n([^]*?)```/) ?? [];
        writeFileSync(path.join(folder, 'example.ts'), `declare const process: { env: Record<string, string | undefined> };\n${example.replace('parlor-client', './parlor.js')}`);
        await tsc('example.ts');
        const wrong = ["await p.call('post', '/v1/room', { body: {} });", "await p.call('post', '/v1/rooms', { body: { title: 7 } });", "await p.call('put', '/v1/rooms');",
          "await p.call('get', '/v1/webhooks/{id}');", "(await p.call('get', '/v1/events')).evnts;"];
        // A file each, all in one run: the compiler reads the description's types once.
        const file = (n) => `wrong${n}.ts`;
        wrong.forEach((line, n) => writeFileSync(path.join(folder, file(n)), `import { Parlor } from './parlor.js';\nconst p = new Parlor('http://x', { key: 'a', secret: 'b' });\n${line}\n`));
        const said = await tsc(...wrong.map((_, n) => file(n))).then(() => '', (error) => error.stdout);
        wrong.forEach((line, n) => expect(said.includes(`${file(n)}(3,`), `this is found out: ${line}, but it said: ${said}`));
        const { Parlor } = await import(pathToFileURL(path.join(folder, 'dist/parlor.js')));
        const daemon = await strict();
        const parlor = new Parlor(`http://127.0.0.1:${daemon.port}`, { key: 'shop', secret: '0123456789abcdef0123456789abcdef' });
        const room = await parlor.call('post', '/v1/rooms', { body: { title: 'Tea' } });
        expect((await parlor.call('get', '/v1/rooms/{id}', { path: { id: room.id } })).title === 'Tea', 'the room comes back');
        await parlor.call('delete', '/v1/rooms/{id}', { path: { id: room.id } });
        const error = await parlor.call('get', '/v1/rooms/{id}', { path: { id: room.id } }).catch((caught) => caught);
        expect(error.status === 404 && error.code === 'no_such_room', 'errors carry their code');
        const types = [];
        for await (const event of parlor.events()) types.push(event.type);
        expect(types.join() === 'room.created,room.ended', `events: ${types}`);
        say('generated from docs/openapi.yaml, compiled strictly, five mistakes found');
      } catch (caught) {
        throw caught.stdout ? new Error(`${caught.message}\n${caught.stdout}`) : caught;
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  },
];
