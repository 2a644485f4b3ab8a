/** What recordings use, when they go, how a room is recorded, and the audit log. Errors are ApiError. */
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
import { recordingRow } from './recordings.js';

const storage = shape({
  kept: num,
  binned: num,
  held: num,
  bytes: num,
  binned_bytes: def(num, 0),
  bytes_a_day: def(num, 0),
  bytes_in_30_days: def(num, 0),
  disk_free: def(num, -1),
  going: def(num, 0),
  soon: def(list(recordingRow), []),
});
export type Storage = Checked<typeof storage>;

export function loadStorage(): Promise<Storage> {
  return ask('GET', '/v1/storage', storage);
}

const rule = shape({
  record: str,
  consent: str,
  retention_days: nullable(num),
  local_days: nullable(num),
});
export type RoomRule = Checked<typeof rule>;

const rulePath = (room: string): string => `/v1/rooms/${encodeURIComponent(room)}/rule`;

export function loadRule(room: string): Promise<RoomRule> {
  return ask('GET', rulePath(room), rule);
}

export function saveRule(room: string, change: Partial<RoomRule>): Promise<RoomRule> {
  return ask('PUT', rulePath(room), rule, change);
}

const auditRow = shape({
  seq: num,
  at: num,
  actor: str,
  action: str,
  object: str,
  detail: str,
  prev_hash: str,
  hash: str,
});
export type AuditRow = Checked<typeof auditRow>;
const auditPage = shape({ rows: list(auditRow), cursor: nullable(num) });

export interface AuditSearch {
  actor?: string;
  object?: string;
  action?: string;
  from?: number;
  to?: number;
  cursor?: number;
  limit?: number;
}

/** The newest first. */
export function findAudit(search: AuditSearch): Promise<Checked<typeof auditPage>> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) if (value) query.set(name, String(value));
  return ask('GET', `/v1/audit?${query.toString()}`, auditPage);
}

/** Every row that fits, the oldest first. */
export async function allAudit(search: AuditSearch): Promise<AuditRow[]> {
  const rows: AuditRow[] = [];
  let cursor: number | null | undefined;
  do {
    const page = await findAudit({ ...search, limit: 1000, ...(cursor ? { cursor } : {}) });
    rows.push(...page.rows);
    cursor = page.cursor;
  } while (cursor);
  return rows.reverse();
}

const checked = shape({ whole: bool, rows: num, hash: def(str, ''), fault: nullable(str) });
export type AuditCheck = Checked<typeof checked>;

export function checkAudit(): Promise<AuditCheck> {
  return ask('GET', '/v1/audit/check', checked as Check<AuditCheck>);
}

/** A field as RFC 4180 wants it; a spreadsheet must not take it for a formula. */
function csvField(value: string | number): string {
  const text =
    typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

/** Rows as RFC 4180 text. */
export function auditCsv(rows: AuditRow[]): string {
  const names = ['seq', 'at', 'actor', 'action', 'object', 'detail', 'prev_hash', 'hash'] as const;
  const lines = rows.map((row) =>
    names
      .map((name) => csvField(name === 'at' ? new Date(row.at).toISOString() : row[name]))
      .join(','),
  );
  return [names.join(','), ...lines, ''].join('\r\n');
}
