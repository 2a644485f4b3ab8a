import { expect, it, vi } from 'vitest';
import { copyText } from './copy.js';

it('says that it copied only where it did', async () => {
  const held: string[] = [];
  vi.stubGlobal('navigator', {
    clipboard: { writeText: (text: string) => Promise.resolve(void held.push(text)) },
  });
  expect(await copyText('a link')).toBe(true);
  expect(held).toEqual(['a link']);
  vi.stubGlobal('navigator', { clipboard: { writeText: () => Promise.reject(new Error('no')) } });
  expect(await copyText('a link')).toBe(false);
  vi.stubGlobal('navigator', {});
  expect(await copyText('a link')).toBe(false);
});
