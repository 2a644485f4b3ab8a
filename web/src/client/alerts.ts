/** Alert rules, for Settings and the board. Errors are ApiError. */
import {
  bool,
  def,
  list,
  nullable,
  num,
  shape,
  str,
  type Check,
  type Checked,
} from '../protocol/check.js';
import { ask } from './account.js';

export const alert = shape({
  id: str,
  name: str,
  kind: str,
  group: def(str, ''),
  room: def(str, ''),
  say: def(str, ''),
  limit_s: num,
  on: bool,
  raised_at: nullable(num),
  value_s: def(num, 0),
  where: def(str, ''),
});
export type AlertInfo = Checked<typeof alert>;

const nothing: Check<null> = () => null;

export async function alerts(): Promise<AlertInfo[]> {
  return (await ask('GET', '/v1/alerts', shape({ alerts: list(alert) }))).alerts;
}

export async function groupNames(): Promise<[string, string][]> {
  const one = shape({ id: str, name: str });
  const { groups } = await ask('GET', '/v1/groups', shape({ groups: list(one) }));
  return groups.map((group) => [group.id, group.name]);
}

export async function putAlert(spec: object): Promise<AlertInfo> {
  return ask('POST', '/v1/alerts', alert, spec);
}

export async function removeAlert(id: string): Promise<void> {
  await ask('DELETE', `/v1/alerts/${encodeURIComponent(id)}`, nothing);
}
