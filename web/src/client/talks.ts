/** HTTP of those who serve and those who oversee them: conversations found again, what led to one, who read it. */
import { def, list, nullable, num, shape, str, type Checked } from '../protocol/check.js';
import { foundThreads, type Thread } from '../protocol/service.js';
import { ask } from './account.js';

const found = shape({ conversations: foundThreads, cursor: nullable(str) });
const touch = shape({
  id: str,
  channel: def(str, ''),
  title: def(str, ''),
  room_ms: nullable(num),
  at: num,
});
export type Touch = Checked<typeof touch>;
const said = shape({
  id: str,
  by: str,
  name: def(str, ''),
  kind: def(str, 'text'),
  text: def(str, ''),
  data: nullable(shape({ title: def(str, '') })),
  at: num,
});
export type Said = Checked<typeof said>;
const reading = shape({ by: str, name: def(str, ''), act: str, reason: str, at: num });
export type Reading = Checked<typeof reading>;

const of = (conversation: string): string =>
  `/v1/conversations/${encodeURIComponent(conversation)}`;

/** A rep's conversations that have these words, the newest first; ended ones too. */
export async function findTalks(rep: string, text: string, cursor = ''): Promise<Thread[]> {
  const query = new URLSearchParams({ rep, text, ...(cursor ? { cursor } : {}) });
  return (await ask('GET', `/v1/conversations?${query}`, found)).conversations;
}

/** What a customer came by, the newest first. */
export async function touchesOf(customer: string): Promise<Touch[]> {
  const path = `/v1/customers/${encodeURIComponent(customer)}/touches`;
  return (await ask('GET', path, shape({ touches: list(touch) }))).touches;
}

/** Its words, for a reason that is written down. */
export async function readTalk(conversation: string, reason: string): Promise<Said[]> {
  const path = `${of(conversation)}/messages?${new URLSearchParams({ reason })}`;
  return (await ask('GET', path, shape({ messages: list(said) }))).messages;
}

/** Who read or moved it from outside, the newest first. */
export async function readingsOf(conversation: string): Promise<Reading[]> {
  return (await ask('GET', `${of(conversation)}/readings`, shape({ readings: list(reading) })))
    .readings;
}
