import { beforeEach, expect, it, vi } from 'vitest';
import type { ApiError as ApiErrorType } from '../../client/http.js';
import { drawn } from '../drawn.js';

vi.mock('../base.js', () => ({
  Plain: class {
    static createProperty(): void {}
    isConnected = true;
  },
}));
vi.mock('../i18n/index.js', () => ({ lang: () => 'en' }));
vi.mock('./words.js', () => ({
  w: (key: string) => key,
  problemWords: (error: Error) => `words of ${error.message}`,
}));
const { ApiError } = await import('../../client/http.js');
const { AdminSection } = await import('./base.js');

interface Section {
  run: (action: () => Promise<void>, note?: string, words?: Record<string, string>) => unknown;
  copy: (text: string) => Promise<void>;
  messages: () => unknown;
}

let section: Section;
beforeEach(() => {
  section = new AdminSection() as unknown as Section;
});

const said = (): string => drawn(section.messages()).replace(/\s+/g, ' ');
const refusal = (code: string): (() => Promise<void>) => {
  const error: ApiErrorType = new ApiError(code, 409);
  return () => Promise.reject(error);
};

it('says what a code means where it happened, else what it means anywhere', async () => {
  await section.run(refusal('conflict'), 'saved', { conflict: 'taken already' });
  expect(said()).toContain('taken already');
  expect(said()).not.toContain('saved');
  await section.run(refusal('gone'), '', { conflict: 'taken already' });
  expect(said()).toContain('words of gone');
  await section.run(() => Promise.resolve(), 'saved');
  expect(said()).toContain('saved');
});

it('leads to the sign-in where that has ended, and nowhere else', async () => {
  await section.run(refusal('unauthorized'));
  expect(said()).toContain('href="/signin"');
  await section.run(refusal('forbidden'));
  expect(said()).not.toContain('/signin');
});

it('never says that it copied what the browser kept back', async () => {
  vi.stubGlobal('navigator', { clipboard: { writeText: () => Promise.reject(new Error('no')) } });
  await section.copy('a secret');
  expect(said()).toContain('did not copy');
  vi.stubGlobal('navigator', { clipboard: { writeText: () => Promise.resolve() } });
  await section.copy('a secret');
  expect(said()).not.toContain('did not copy');
  expect(said()).toContain('copied');
});

it('draws nothing into the line of what is wrong while nothing is', () => {
  expect(drawn(section.messages())).toMatch(/data-said><\/p>\s*<p class="note"/);
});
