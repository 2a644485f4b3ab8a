import { beforeEach, expect, it, vi } from 'vitest';
import type { RecordingRow } from '../../client/recordings.js';
import { drawn } from '../drawn.js';

let answer: { recordings: RecordingRow[]; cursor: string | null };
let sought: Record<string, string> = {};
vi.mock('../../client/recordings.js', () => ({ findRecordings: () => Promise.resolve(answer) }));
vi.mock('../../client/plans.js', () => ({
  loadSeries: () => Promise.resolve([{ id: 'ser_1', room: 'rm_1', title: 'Review', start: '' }]),
}));
vi.mock('./recording-player.js', () => ({}));
vi.mock('../i18n/index.js', () => ({ lang: () => 'en' }));
vi.mock('./words.js', () => ({ w: (key: string) => key }));
vi.mock('./base.js', () => ({
  AdminSection: class {
    static createProperty(): void {}
    when = (): string => 'then';
    input = (): string => '';
    choice = (): string => '';
    messages = (): string => '';
    value = (name: string): string => sought[name] ?? '';
    run = (action: () => Promise<void>): Promise<void> => action();
  },
}));
vi.stubGlobal('customElements', { define: () => undefined });
const { AdminRecordings } = await import('./recordings.js');

interface Section {
  sought: Record<string, string>;
  series: object[];
  search: (cursor?: string) => Promise<void>;
  willUpdate: (changed: Map<string, unknown>) => void;
  render: () => unknown;
}

const NINE = Date.parse('2026-11-23T09:00Z');
const row = (id: string, planned: boolean, markers = 0): RecordingRow =>
  ({
    id,
    room: planned ? 'rm_1' : 'rm_2',
    title: id,
    state: 'ready',
    people: [],
    from_ms: 0,
    to_ms: 600_000,
    started_at: NINE,
    hold: null,
    markers,
    occurrence: planned ? { series: 'ser_1', start: NINE, end: NINE + 2_700_000 } : null,
  }) as unknown as RecordingRow;

async function shown(cursor = ''): Promise<string> {
  const section = new AdminRecordings() as unknown as Section;
  section.series = [{ id: 'ser_1', room: 'rm_1', title: 'Review', start: '' }];
  Object.assign(section.sought, sought);
  await section.search(cursor);
  section.willUpdate(new Map([['pages', undefined]]));
  return drawn(section.render()).replace(/\s+/g, ' ');
}

beforeEach(() => {
  sought = {};
  answer = {
    recordings: [
      row('before', false),
      row('one', true, 1),
      row('two', true, 2),
      row('after', false),
    ],
    cursor: null,
  };
});

it('names the series and counts what is under one heading; others stand as they did', async () => {
  const page = await shown();
  expect(page.match(/<h2>/g)).toHaveLength(1);
  expect(page).toMatch(/<h2> Review · .*Nov 23, 2026.*2 recordings · 20:00 · 3 notes/);
  expect(page).toMatch(/<ul class="rows recordings" aria-label=Review · .*one.*two.*<\/ul>.*after/);
  expect(page).not.toContain('data-testid="rec-series"');
});

it('puts all of one series under headings, the unplanned too', async () => {
  sought['series'] = 'ser_1';
  answer.recordings.pop();
  const page = await shown();
  expect(page.match(/<h2>/g)).toHaveLength(2);
  expect(page).toMatch(/<h2> \w+, Nov 23, 2026 · outside the plan .*1 recording · 10:00</);
  expect(page).not.toContain('Review ·');
});

it('says that it counts what was found, and counts nothing that a page to come may add to', async () => {
  sought['text'] = '间隙';
  expect(await shown()).toContain('2 found · 20:00');
  answer = { recordings: [row('one', true), row('two', true)], cursor: 'rec_2' };
  expect(await shown()).toMatch(/data-testid="rec-sum">\s*</);
});
