import { beforeEach, expect, it, vi } from 'vitest';
import { saveAfterSignin, takeAfterSignin } from './after-signin.js';

const kept = new Map<string, string>();
beforeEach(() => {
  kept.clear();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  });
});

function back(path: string): string | null {
  saveAfterSignin(path);
  return takeAfterSignin();
}

it('comes back to what somebody was led to, once', () => {
  const link = '/admin#/recordings/rec_1?at=4200';
  expect(back(link)).toBe(link);
  expect(takeAfterSignin()).toBeNull();
  expect(back('/shared#shr_1.0a')).toBe('/shared#shr_1.0a');
  expect(back('/host#abc')).toBe('/host#abc');
  expect(back('/')).toBe('/');
});

it('goes to no other place', () => {
  for (const path of [
    '//elsewhere.example',
    'https://elsewhere.example/',
    '/v1/signout',
    '/admin//x',
  ])
    expect(back(path), path).toBeNull();
});
