import { expect, it } from 'vitest';
import { writeOver } from './over-picture.js';

function drawn(text: string): string {
  const element = { dataset: {}, style: { cssText: '', backgroundImage: '' } };
  writeOver(element as unknown as HTMLElement, text);
  const [, svg = ''] =
    /^url\("data:image\/svg\+xml,(.*)"\)$/.exec(element.style.backgroundImage) ?? [];
  return /<text [^>]*>(.*)<\/text>/s.exec(decodeURIComponent(svg))?.[1] ?? '';
}

it('writes a name as it is, whatever script it is in', () => {
  expect(drawn('王小明 · Zoë 😀')).toBe('王小明 · Zoë 😀');
  expect(drawn('<b>&')).toBe('&#60;b>&#38;');
});

it('leaves out what would break the picture', () => {
  expect(drawn('A\uFFFEd\uFFFFa')).toBe('Ada');
  expect(drawn('A\uD800d\uDC00a')).toBe('Ada');
  expect(drawn('A\u0000d\u0008a\u001B')).toBe('Ada');
});
