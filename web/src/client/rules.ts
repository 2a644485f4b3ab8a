/** Keyword rules, for Settings. Errors are ApiError. */
import { list, shape, str, type Check, type Checked } from '../protocol/check.js';
import { ask } from './account.js';

const rule = shape({ id: str, name: str, act: str, on: list(str), words: list(str) });
export type RuleInfo = Checked<typeof rule>;

const nothing: Check<null> = () => null;

export async function rules(): Promise<RuleInfo[]> {
  return (await ask('GET', '/v1/rules', shape({ rules: list(rule) }))).rules;
}

export async function putRule(spec: Omit<RuleInfo, 'id'> & { id?: string }): Promise<RuleInfo> {
  return ask('POST', '/v1/rules', rule, spec);
}

export async function removeRule(id: string): Promise<void> {
  await ask('DELETE', `/v1/rules/${encodeURIComponent(id)}`, nothing);
}
