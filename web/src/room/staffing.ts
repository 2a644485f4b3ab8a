/** What a host reads about the brand's advisers and who waits for one: words of plain data. */
import type { Staffing } from '../protocol/live.js';

/** As the levels of a line: 3 good, 2 tight, 1 nobody is there. */
export interface StaffWords {
  level: 1 | 2 | 3;
  head: string;
  rest: string[];
}

function minutes(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`;
}

function opening(at: number, lang: string, now: number): string {
  const day: Intl.DateTimeFormatOptions = at - now > 12 * 3600_000 ? { weekday: 'short' } : {};
  return new Date(at).toLocaleString(lang, { ...day, hour: '2-digit', minute: '2-digit' });
}

/** Who is there. */
function headOf({ present, free }: Staffing, en: boolean): string {
  if (present === 0) return en ? 'No adviser is online' : '没有顾问在线';
  if (!en) return free ? `${present} 位顾问在线` : `${present} 位顾问在线，都在忙`;
  const head = present === 1 ? '1 adviser online' : `${present} advisers online`;
  return free ? head : `${head}, all busy`;
}

/** Who waits, and what a viewer meets who taps now. */
export function staffWords(staffing: Staffing, lang: string, now: number): StaffWords {
  const en = lang === 'en';
  const { present, free, waiting, from_here: here, waiting_since: since, open_at: open } = staffing;
  const rest: string[] = [];
  if (waiting > 0) {
    const who = en ? `${waiting} waiting` : `${waiting} 人等待`;
    const mine = here ? (en ? ` (${here} of this stream)` : `（本场 ${here} 人）`) : '';
    const long = since
      ? en
        ? `, the first for ${minutes(now - since)}`
        : `，最久 ${minutes(now - since)}`
      : '';
    rest.push(who + mine + long);
  }
  if (present === 0) {
    rest.push(
      en
        ? 'Whoever taps “Talk to us” leaves a message and is told so'
        : '观众点「专人服务」可以留言，页面会如实告知',
    );
    if (open > 0)
      rest.push(en ? `Opens ${opening(open, lang, now)}` : `${opening(open, lang, now)} 开始服务`);
  }
  return {
    level: present === 0 ? 1 : free === 0 || waiting > 0 ? 2 : 3,
    head: headOf(staffing, en),
    rest,
  };
}
