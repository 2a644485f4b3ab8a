import { describe, expect, it } from 'vitest';
import { textOf } from './file-text.js';
import { readProducts } from './products-file.js';

const bytes = (...list: number[]): ArrayBuffer => new Uint8Array(list).buffer;

describe('textOf', () => {
  it('reads UTF-8 with and without its mark', () => {
    const text = '货号,名称\nlamp,灯';
    const plain = new TextEncoder().encode(text);
    expect(textOf(bytes(...plain))).toBe(text);
    expect(textOf(bytes(0xef, 0xbb, 0xbf, ...plain))).toBe(text);
  });

  it('reads what a Chinese spreadsheet writes', () => {
    /* "货号,名称\nlamp,灯" in GBK. */
    const said = [0xbb, 0xf5, 0xba, 0xc5, 0x2c, 0xc3, 0xfb, 0xb3, 0xc6, 0x0a, 0x6c, 0x61, 0x6d];
    const text = textOf(bytes(...said, 0x70, 0x2c, 0xb5, 0xc6));
    expect(text).toBe('货号,名称\nlamp,灯');
    expect(readProducts(text).rows).toMatchObject([{ sku: 'lamp', title: '灯' }]);
  });

  it('reads UTF-16 by its mark', () => {
    expect(textOf(bytes(0xff, 0xfe, 0x6f, 0x70, 0x2c, 0x00))).toBe('灯,');
    expect(textOf(bytes(0xfe, 0xff, 0x70, 0x6f))).toBe('灯');
  });

  it('reads nothing', () => {
    expect(textOf(bytes())).toBe('');
  });
});
