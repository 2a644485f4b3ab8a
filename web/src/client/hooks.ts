/** Webhooks, the log of events and decision hooks, for Settings. Errors are ApiError. */
import {
  bool,
  def,
  list,
  nullable,
  num,
  opt,
  shape,
  str,
  type Check,
  type Checked,
} from '../protocol/check.js';
import { ask } from './account.js';

const attempt = shape({
  event: str,
  type: str,
  at: num,
  attempt: num,
  status: num,
  failure: nullable(str),
  elapsed_ms: num,
});
const webhook = shape({
  id: str,
  url: str,
  types: list(str),
  scopes: list(str),
  state: str,
  note: str,
  secrets: num,
  waiting: num,
  down: bool,
  last: opt(attempt),
});
const delivery = shape({
  event: str,
  type: str,
  entity: str,
  state: str,
  attempts: num,
  first_at: num,
  next_at: def(num, 0),
  status: num,
  failure: nullable(str),
});
const deliveries = shape({ deliveries: list(delivery), attempts: list(attempt) });
const test = shape({ ok: bool, status: num, failure: nullable(str), elapsed_ms: num });
const hook = shape({
  hook: str,
  budget_ms: num,
  may_close: bool,
  breaker_open: bool,
  url: nullable(str),
  fail_closed: def(bool, false),
  signed_answers: def(bool, false),
  secret: def(str, ''),
});
const hookTest = shape({ outcome: str, late: bool, elapsed_ms: num });

export type WebhookInfo = Checked<typeof webhook>;
export type DeliveryInfo = Checked<typeof delivery>;
export type AttemptInfo = Checked<typeof attempt>;
export type Deliveries = Checked<typeof deliveries>;
export type WebhookTest = Checked<typeof test>;
export type HookInfo = Checked<typeof hook>;
export type HookTest = Checked<typeof hookTest>;

const secret = shape({ secret: str });
const nothing: Check<null> = () => null;
const path = (id: string, more = ''): string => `/v1/webhooks/${encodeURIComponent(id)}${more}`;
const hookPath = (name: string, more = ''): string =>
  `/v1/hooks/${encodeURIComponent(name)}${more}`;

export async function webhooks(): Promise<WebhookInfo[]> {
  return (await ask('GET', '/v1/webhooks', shape({ webhooks: list(webhook) }))).webhooks;
}

/** Its secret, shown this once. */
export async function addWebhook(spec: {
  url: string;
  types: string[];
  scopes: string[];
  note: string;
}): Promise<string> {
  return (await ask('POST', '/v1/webhooks', secret, spec)).secret;
}

export function setWebhookState(id: string, state: 'active' | 'paused'): Promise<WebhookInfo> {
  return ask('PATCH', path(id), webhook, { state });
}

export async function rotateWebhook(id: string): Promise<string> {
  return (await ask('POST', path(id, '/secrets'), secret)).secret;
}

export function removeWebhook(id: string): Promise<null> {
  return ask('DELETE', path(id), nothing);
}

export function testWebhook(id: string): Promise<WebhookTest> {
  return ask('POST', path(id, '/test'), test);
}

export function webhookDeliveries(id: string): Promise<Deliveries> {
  return ask('GET', path(id, '/deliveries'), deliveries);
}

/** How many are sent again. */
export async function replayWebhook(
  id: string,
  what: { event: string } | { dead: true },
): Promise<number> {
  return (await ask('POST', path(id, '/replay'), shape({ replayed: num }), what)).replayed;
}

export async function hooks(): Promise<HookInfo[]> {
  return (await ask('GET', '/v1/hooks', shape({ hooks: list(hook) }))).hooks;
}

export function setHook(name: string, spec: Record<string, unknown>): Promise<HookInfo> {
  return ask('PUT', hookPath(name), hook, spec);
}

export function removeHook(name: string): Promise<null> {
  return ask('DELETE', hookPath(name), nothing);
}

export function testHook(name: string): Promise<HookTest> {
  return ask('POST', hookPath(name, '/test'), hookTest);
}
