import { describe, expect, it } from 'vitest';
import { maySend } from './console.js';

const token = (claims: object): string =>
  `x.${btoa(JSON.stringify(claims)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}.y`;

describe('a console’s token', () => {
  it('tells whether its holder may send a picture', () => {
    expect(maySend(token({ publish: ['mic', 'camera'] }))).toBe(true);
    expect(maySend(token({ publish: [] }))).toBe(false);
  });

  it('says yes where nothing can be read: the server decides', () => {
    expect(maySend('')).toBe(true);
    expect(maySend('a.b.c')).toBe(true);
    expect(maySend(token({ role: 'host' }))).toBe(true);
  });
});
