import { describe, expect, it } from 'vitest';
import { moved, readCsv, readProducts } from './products-file.js';

describe('a file of products', () => {
  it('is CSV with quotes, line ends inside, a byte order mark', () => {
    const text =
      '\uFEFFsku,title,price\r\nlamp-01,"Lamp ""Moon"", small",¥399\r\ntea-02,"Tea\nfirst pick",¥520\r\n\r\n';
    expect(readProducts(text)).toEqual({
      rows: [
        {
          sku: 'lamp-01',
          title: 'Lamp "Moon", small',
          price: '¥399',
          stock: '',
          image: '',
          url: '',
        },
        { sku: 'tea-02', title: 'Tea\nfirst pick', price: '¥520', stock: '', image: '', url: '' },
      ],
      bad: [],
    });
  });

  it('has columns in any order, in Chinese too, with semicolons or tabs', () => {
    const { rows } = readProducts('名称;货号;库存\n台灯;lamp;12\n');
    expect(rows).toEqual([
      { sku: 'lamp', title: '台灯', price: '', stock: '12', image: '', url: '' },
    ]);
    expect(readCsv('a\tb\n1,5\t2')[1]?.cells).toEqual(['1,5', '2']);
  });

  it('tells which lines are no product', () => {
    const { rows, bad } = readProducts(
      'sku,title\nlamp,Lamp\nno sku!,Chair\n"a\nb",Two lines\n,\ncup,\n',
    );
    expect(rows.map((one) => one.sku)).toEqual(['lamp']);
    expect(bad).toEqual([3, 4, 7]);
  });

  it('is JSON: a list, or what the API takes', () => {
    expect(readProducts('[{"sku":"lamp","title":"Lamp","stock":4},7]')).toEqual({
      rows: [{ sku: 'lamp', title: 'Lamp', price: '', stock: '4', image: '', url: '' }],
      bad: [2],
    });
    expect(readProducts('{"products":[{"sku":"a","title":"A"}]}').rows).toHaveLength(1);
  });

  it('is nothing when nothing can be read', () => {
    expect(readProducts('{"products":')).toEqual({ rows: [], bad: [1] });
    expect(readProducts('')).toEqual({ rows: [], bad: [] });
    expect(readProducts('hello').rows).toEqual([]);
  });

  it('has another order when one is moved', () => {
    expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
    expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
    expect(moved(['a', 'b', 'c'], 1, 9)).toEqual(['a', 'c', 'b']);
    expect(moved(['a'], 4, 0)).toEqual(['a']);
  });
});
