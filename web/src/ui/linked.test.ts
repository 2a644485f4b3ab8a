import { expect, it } from 'vitest';
import { pieces } from './linked.js';

it('finds links in a message and leaves the sentence around them', () => {
  expect(pieces('see https://a.example/x?y=1. Then go')).toEqual([
    { text: 'see ', link: false },
    { text: 'https://a.example/x?y=1', link: true },
    { text: '. Then go', link: false },
  ]);
  expect(pieces('链接在 https://a.example，请看').map((one) => one.link)).toEqual([
    false,
    true,
    false,
  ]);
});

it('never makes a link of another scheme', () => {
  for (const text of ['javascript:alert(1)', 'data:text/html,x', 'ftp://a.example']) {
    expect(pieces(text)).toEqual([{ text, link: false }]);
  }
});
