// SPDX-License-Identifier: Apache-2.0
/** Everybody who may ask a server without the demo, each with what he brings: two brands, their people, keys, tokens, visitors. */
import { execFile } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import http from 'node:http';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, root } from './bench.mjs';
import { DeskLine } from './desk.mjs';

const program = path.join(root, 'build/tools/parlorctl/parlorctl');

export async function ctl(daemon, ...words) {
  const { stdout } = await promisify(execFile)(program, ['--data-dir', daemon.folder, '--json', ...words]);
  return JSON.parse(stdout);
}

/** {status, json, headers}; `from`: the address of this machine that asks, since limits go by it. */
export const agent = new http.Agent({ keepAlive: true, maxSockets: 32 });
export function ask(daemon, who, method, address, body, { headers = {}, from = '127.0.0.1' } = {}) {
  const text = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const type = text === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) };
  return new Promise((done, fail) => {
    const request = http.request({ agent, port: daemon.port, host: '127.0.0.1', localAddress: from, method, path: address, headers: { ...type, ...who, ...headers } }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('error', fail);
      response.on('end', () => {
        const said = Buffer.concat(parts).toString();
        const json = /json/.test(response.headers['content-type'] ?? '') && said ? JSON.parse(said) : null;
        done({ status: response.statusCode, json, headers: response.headers });
      });
    });
    request.on('upgrade', (response, socket) => { socket.destroy(); done({ status: response.statusCode, json: null, headers: response.headers }); });
    request.on('error', fail);
    request.end(text);
  });
}

export async function good(daemon, who, method, address, body) {
  const answer = await ask(daemon, who, method, address, body);
  expect(answer.status >= 200 && answer.status < 300, `${method} ${address} answered ${answer.status} ${JSON.stringify(answer.json)}`);
  return answer.json;
}

export const basic = (id, secret) => ({ Authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` });
export const bearer = (token) => ({ Authorization: `Bearer ${token}` });

export function jwt(key, claims) {
  const part = (json) => Buffer.from(JSON.stringify(json)).toString('base64url');
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ iss: key.id, exp: Math.floor(Date.now() / 1000) + 3600, ...claims })}`;
  return `${text}.${createHmac('sha256', key.secret).update(text).digest('base64url')}`;
}

/** By a link that is good once: the cookie and what its page has to say with it. */
export async function signIn(daemon, link) {
  const answer = await ask(daemon, {}, 'POST', '/v1/signin', { link: link.split('#link=')[1] });
  expect(answer.status === 200, `signing in answered ${answer.status} ${JSON.stringify(answer.json)}`);
  return { Cookie: answer.headers['set-cookie'][0].split(';')[0], 'X-Parlor-CSRF': answer.json.csrf };
}

/** A brand that is there, its owner and a key that may do all. */
export async function brand(daemon, slug, first) {
  const login = `owner@${slug}.example`;
  if (!first) await ctl(daemon, 'brand', 'add', '--brand', slug, '--name', slug);
  const made = first ? await ctl(daemon, 'setup', '--brand', slug, '--name', slug, '--login', login) : await ctl(daemon, 'user', 'add', '--brand', slug, '--login', login, '--role', 'owner');
  const key = first ? made.key : (await ctl(daemon, 'key', 'add', '--brand', slug)).key;
  const owner = await signIn(daemon, made.link);
  const id = (await good(daemon, owner, 'GET', '/v1/brands')).brands[0].id;
  return { id, slug, owner, key, machine: basic(key.id, key.secret) };
}

export async function person(daemon, { owner }, login, roles) {
  const user = await good(daemon, owner, 'POST', '/v1/users', { login, name: login, roles });
  return { id: user.id, headers: await signIn(daemon, user.link) };
}

export async function apiKey(daemon, { owner }, scopes) {
  const key = await good(daemon, owner, 'POST', '/v1/keys', { name: scopes.join(' '), scopes });
  return basic(key.id, key.secret);
}

/** A rep's console; his brand is what his sign-in says. */
export async function console_(daemon, headers) {
  const line = new DeskLine(daemon);
  const attached = await line.open({ as: 'rep' }, headers);
  expect(attached.t === 'attached', JSON.stringify(attached));
  return line;
}

/** A viewer of this brand who has added somebody and written. */
export async function viewer(daemon, brandId, more = {}) {
  const line = new DeskLine(daemon);
  line.device = randomBytes(16).toString('hex');
  const attached = await line.open({ as: 'visitor', device: line.device, brand: brandId, ...more });
  expect(attached.t === 'attached', JSON.stringify(attached));
  return line;
}
