/** Scheduled meetings and who is invited to them. Errors are ApiError. */
import { def, list, nullable, num, opt, shape, str, type Checked } from '../protocol/check.js';
import { ask } from './account.js';
import { callJson, postJson } from './http.js';

const schedule = shape({
  id: str,
  zone: str,
  start: str,
  minutes: num,
  rrule: nullable(str),
  next: list(shape({ start: num, end: num })),
});
const invitation = shape({ id: str, name: str, role: str, url: nullable(str) });
const planned = shape({
  id: str,
  code: str,
  title: def(str, ''),
  host_token: def(str, ''),
  schedule: opt(schedule),
  invitations: def(list(invitation), []),
});

export type Planned = Checked<typeof planned>;

const series = shape({ id: str, room: str, title: def(str, ''), start: str, rrule: nullable(str) });
export type Series = Checked<typeof series>;

/** The brand's scheduled rooms, the one made last first. */
export async function loadSeries(): Promise<Series[]> {
  return (await ask('GET', '/v1/schedules', shape({ schedules: list(series) }))).schedules;
}

const partner = shape({
  id: str,
  company: str,
  name: def(str, ''),
  contact: def(str, ''),
  state: str,
  used_at: def(num, 0),
  uses: def(num, 0),
  url: nullable(str),
});
export type Partner = Checked<typeof partner>;

export async function loadPartners(): Promise<Partner[]> {
  return (await ask('GET', '/v1/partners', shape({ partners: list(partner) }))).partners;
}

export function addPartner(company: string, name: string, contact: string): Promise<Partner> {
  return ask('POST', '/v1/partners', partner, { company, name, contact });
}

export async function revokePartner(id: string): Promise<void> {
  await ask('DELETE', `/v1/partners/${encodeURIComponent(id)}`, nullable(str));
}

export function renewPartner(id: string): Promise<Partner> {
  return ask('POST', `/v1/partners/${encodeURIComponent(id)}/send`, partner);
}

/** As the form says it; local times and days. */
export interface Plan {
  title: string;
  /** "2026-11-23T09:30". */
  start: string;
  zone: string;
  minutes: number;
  repeat: Repeat;
  /** "2026-12-31"; '' = without end. */
  until: string;
  watermark: boolean;
  partners: string;
  record: string;
  /** What stands beside the meeting; '' = nothing. */
  doc: string;
  /** An application of the brand's, with a token of this room; '' = none. */
  panel: string;
  /** A line each: a name, or a name and a contact with a comma between. */
  people: string;
  host: string;
}

export const REPEATS = ['never', 'daily', 'workdays', 'weekly', 'fortnight', 'nth', 'day'] as const;
export type Repeat = (typeof REPEATS)[number];

const DAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

/** RFC 5545's rule for a choice of the form; null = once. */
export function ruleOf(repeat: Repeat, start: string, until: string): string | null {
  const day = new Date(`${start.slice(0, 10)}T12:00Z`);
  const weekday = DAYS[day.getUTCDay()] ?? 'MO';
  const nth = Math.ceil(day.getUTCDate() / 7);
  const rules: Record<Repeat, string> = {
    never: '',
    daily: 'FREQ=DAILY',
    workdays: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR',
    weekly: `FREQ=WEEKLY;BYDAY=${weekday}`,
    fortnight: `FREQ=WEEKLY;INTERVAL=2;BYDAY=${weekday}`,
    nth: `FREQ=MONTHLY;BYDAY=${nth > 4 ? -1 : nth}${weekday}`,
    day: `FREQ=MONTHLY;BYMONTHDAY=${day.getUTCDate()}`,
  };
  const rule = rules[repeat];
  return rule ? rule + (until ? `;UNTIL=${until.replaceAll('-', '')}` : '') : null;
}

/** Who is invited, a line each. */
export function inviteesOf(people: string): { name: string; contact?: string }[] {
  return people
    .split('\n')
    .map((line) => line.split(/[,，]/).map((part) => part.trim()))
    .filter(([name]) => name)
    .map(([name = '', contact]) => (contact ? { name, contact } : { name }));
}

export function planMeeting(plan: Plan): Promise<Planned> {
  const { title, start, zone, minutes, repeat, until, watermark, partners, record, people, host } =
    plan;
  const { doc, panel } = plan;
  const rrule = ruleOf(repeat, start, until);
  return callJson(
    '/v1/rooms',
    postJson({
      kind: 'meeting',
      title,
      policy: { watermark, partners, record },
      ...(doc ? { doc_url: doc } : {}),
      ...(panel ? { panel_url: panel } : {}),
      schedule: { start, zone, minutes, ...(rrule ? { rrule } : {}) },
      /* The first is who plans it: his browser is a host at each of its meetings. */
      invitees: [{ name: host, role: 'host' }, ...inviteesOf(people)],
    }),
    planned,
  );
}

/** The date for somebody's calendar; the room's own token may have it. */
export async function calendarOf(room: string, token: string): Promise<Blob | null> {
  const path = `/v1/rooms/${encodeURIComponent(room)}/calendar.ics`;
  const answer = await fetch(path, { headers: { authorization: `Bearer ${token}` } });
  return answer.ok ? answer.blob() : null;
}
