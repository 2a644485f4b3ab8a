/** A group's opening hours, "1-5 09:00-18:00, 6 10:00-16:00" (1 = Monday), as lines of a form. Pure. */

export interface HoursLine {
  first: number;
  last: number;
  /** "09:00"; the end may be "24:00". */
  from: string;
  until: string;
}

/** As many as the server takes. */
export const HOURS_MAX = 16;

const LINE = /^([1-7])(?:-([1-7]))? (\d\d:\d\d)-(\d\d:\d\d)$/;

/** What is not of that form is left out. */
export function readHours(text: string): HoursLine[] {
  return text.split(',').flatMap((part) => {
    const found = LINE.exec(part.trim());
    if (!found) return [];
    const [, first = '1', last = first, from = '', until = ''] = found;
    return [{ first: Number(first), last: Number(last), from, until }];
  });
}

/** A field of time cannot say 24:00: its 00:00 at the end of a line means that. */
export function writeHours(lines: readonly HoursLine[]): string {
  return lines
    .map(({ first, last, from, until }) => {
      const [low, high] = first <= last ? [first, last] : [last, first];
      const days = low === high ? `${low}` : `${low}-${high}`;
      return `${days} ${from}-${until === '00:00' ? '24:00' : until}`;
    })
    .join(', ');
}

/** Whether the server would take them: each ends after it begins. */
export function hoursHold(lines: readonly HoursLine[]): boolean {
  return (
    lines.length <= HOURS_MAX &&
    lines.every(({ from, until }) => !!from && !!until && (until === '00:00' || from < until))
  );
}
