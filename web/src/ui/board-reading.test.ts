import { afterEach, beforeEach, expect, it, vi } from 'vitest';

const findTalks = vi.fn<(rep: string) => Promise<object[]>>();
vi.mock('../client/talks.js', () => ({ findTalks: (rep: string) => findTalks(rep) }));
vi.mock('../client/http.js', () => ({ ApiError: class extends Error {} }));
vi.mock('./i18n/lang.js', () => ({ lang: () => 'en' }));
vi.mock('./why-not.js', () => ({ whyNot: (code: string) => code }));
vi.mock('./base.js', () => ({
  Plain: Object.assign(function () {}, { createProperty: () => undefined }),
}));
vi.stubGlobal('customElements', { define: () => undefined });
const { BoardReading } = await import('./board-reading.js');

interface Reading {
  list: object[] | null;
  problem: string;
  look: (change: { rep?: string; words?: string }) => void;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('window', globalThis);
});
afterEach(() => void vi.useRealTimers());

it('shows nobody the conversations of another, and says that there are none when it was told so', async () => {
  const board = new BoardReading() as unknown as Reading;
  findTalks.mockResolvedValueOnce([{ id: 'cnv_1' }]).mockResolvedValueOnce([]);
  board.look({ rep: 'lin' });
  expect(board.list).toBeNull();
  await vi.advanceTimersByTimeAsync(400);
  expect(board.list).toHaveLength(1);
  board.look({ rep: 'mei' });
  expect(board.list).toBeNull();
  await vi.advanceTimersByTimeAsync(400);
  expect(board.list).toEqual([]);
  findTalks.mockRejectedValueOnce(new Error('offline'));
  board.look({ rep: 'lin' });
  await vi.advanceTimersByTimeAsync(400);
  expect(board.list).toBeNull();
  expect(board.problem).toBe('internal');
});
