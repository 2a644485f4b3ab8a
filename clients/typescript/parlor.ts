// SPDX-License-Identifier: Apache-2.0
/**
 * Parlor's REST API, typed by docs/openapi.yaml: `schema.ts` is generated from it (`npm run generate`), this file makes calls of it.
 *
 *     const parlor = new Parlor('https://meet.example', { key: 'shop', secret });
 *     const room = await parlor.call('post', '/v1/rooms', { body: { title: 'Tea' } });
 *     for await (const event of parlor.events()) console.log(event.type, event.entity);
 *
 * For servers (Node 18 and later, Deno, Bun): a key's secret has no place in a page.
 */
import type { components, paths } from './schema.js';

export type Schemas = components['schemas'];
export type Event = Schemas['Event'];

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
type MethodOf<P extends keyof paths> = { [M in Method]: paths[P][M] extends undefined ? never : M }[Method];
type Operation<P extends keyof paths, M extends Method> = NonNullable<paths[P][M]>;

type Json<T> = T extends { content: { 'application/json': infer J } } ? J : undefined;
type Success = 200 | 201 | 202 | 204;
/** What a call answers; undefined where there is no body. */
export type Answer<P extends keyof paths, M extends Method> =
  Operation<P, M> extends { responses: infer R } ? { [S in keyof R]: S extends Success ? Json<R[S]> : never }[keyof R] : never;

type Empty = Record<never, never>;
type Need<N extends string, T> = [T] extends [never] ? Empty : Record<N, T>;
type Path<O, P extends keyof paths> = O extends { parameters: { path: infer T } } ? T : paths[P] extends { parameters: { path: infer T } } ? T : never;
type Query<O> = O extends { parameters: { query?: infer T } } ? { query?: T } : Empty;
type Body<O> = O extends { requestBody: { content: { 'application/json': infer T } } } ? T : never;
/** Path parameters, query and body of a call, as far as it has them. */
export type Ask<P extends keyof paths, M extends Method> = Need<'path', Path<Operation<P, M>, P>> & Query<Operation<P, M>> & Need<'body', Body<Operation<P, M>>>;

/** An answer that is no success: decide by `code`, show `message`. */
export class ParlorError extends Error {
  constructor(readonly status: number, readonly code: string, detail: string, readonly retryAfter: number | undefined) {
    super(detail);
  }
}

export interface Options {
  key: string;
  secret: string;
  /** Milliseconds until a call is given up; 10,000. */
  timeout?: number;
  fetch?: typeof fetch;
}

interface Loose {
  path?: Record<string, string | number>;
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
}

export class Parlor {
  private readonly authorization: string;

  constructor(private readonly base: string, private readonly options: Options) {
    this.authorization = `Basic ${btoa(`${options.key}:${options.secret}`)}`;
  }

  async call<P extends keyof paths & string, M extends MethodOf<P>>(method: M, address: P, ...[ask]: Empty extends Ask<P, M> ? [ask?: Ask<P, M>] : [ask: Ask<P, M>]): Promise<Answer<P, M>> {
    const { path, query, body } = (ask ?? {}) as Loose;
    const url = new URL(address.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(path?.[name]))), this.base);
    for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined) url.searchParams.set(name, String(value));
    const init: RequestInit = { method: method.toUpperCase(), headers: { Authorization: this.authorization }, signal: AbortSignal.timeout(this.options.timeout ?? 10000) };
    if (body !== undefined) {
      init.body = JSON.stringify(body);
      init.headers = { ...init.headers, 'Content-Type': 'application/json' };
    }
    const answer = await (this.options.fetch ?? fetch)(url, init);
    if (!answer.ok) throw await problem(answer);
    const text = await answer.text();
    return (text ? JSON.parse(text) : undefined) as Answer<P, M>;
  }

  /** The brand's events after `after`, as far as there are any now. Keep the last id: it is where the next call goes on. */
  async *events(after?: string): AsyncGenerator<Event> {
    for (let more = true; more; ) {
      const page = await this.call('get', '/v1/events', { query: { limit: 1000, ...(after === undefined ? {} : { after }) } });
      yield* page.events;
      after = page.next ?? after;
      more = page.more;
    }
  }
}

async function problem(answer: Response): Promise<ParlorError> {
  const said = (await answer.json().catch(() => ({}))) as { code?: string; detail?: string };
  const wait = Number(answer.headers.get('Retry-After') ?? NaN);
  return new ParlorError(answer.status, said.code ?? 'internal', said.detail ?? answer.statusText, Number.isNaN(wait) ? undefined : wait);
}
