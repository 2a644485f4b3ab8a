import { expect, it } from 'vitest';
import { Hearing, originOf, sandboxOf } from './beside.js';

const OWN = 'https://meet.example';

it('an address has an origin, or is none', () => {
  expect(originOf('https://docs.example:8443/a#b')).toBe('https://docs.example:8443');
  expect(originOf('https://docs.example:443/')).toBe('https://docs.example');
  for (const bad of ['', 'docs.example', 'javascript:alert(1)', 'data:text/html,x', 'https://'])
    expect(originOf(bad)).toBe('');
});

it('a foreign page keeps its own origin, one of ours does not', () => {
  expect(sandboxOf('https://docs.example/', OWN)).toContain('allow-same-origin');
  expect(sandboxOf(`${OWN}/admin`, OWN)).not.toContain('allow-same-origin');
  expect(sandboxOf('nonsense', OWN)).not.toContain('allow-same-origin');
  for (const url of ['https://docs.example/', `${OWN}/admin`])
    expect(sandboxOf(url, OWN)).not.toMatch(/top-navigation|popups|modals|downloads/);
});

it('only the panel itself is heard, at its origin, and once a second', () => {
  const frame = {};
  const hearing = new Hearing('https://docs.example', () => frame);
  const hello = { origin: 'https://docs.example', source: frame, data: { parlor: 'hello' } };
  expect(hearing.isHello({ ...hello, origin: 'https://other.example' }, 0)).toBe(false);
  expect(hearing.isHello({ ...hello, origin: 'null' }, 0)).toBe(false);
  expect(hearing.isHello({ ...hello, source: {} }, 0)).toBe(false);
  for (const data of [null, 'hello', {}, { parlor: 'token' }])
    expect(hearing.isHello({ ...hello, data }, 0)).toBe(false);
  expect(hearing.isHello(hello, 0)).toBe(true);
  expect(hearing.isHello(hello, 999)).toBe(false);
  expect(hearing.isHello(hello, 1000)).toBe(true);
});

it('nobody is heard where there is no origin or no window', () => {
  const hello = { origin: '', source: null, data: { parlor: 'hello' } };
  expect(new Hearing('', () => null).isHello(hello, 0)).toBe(false);
  expect(
    new Hearing('https://docs.example', () => null).isHello(
      { ...hello, origin: 'https://docs.example' },
      0,
    ),
  ).toBe(false);
});
