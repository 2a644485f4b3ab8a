/** Products out of a file that somebody's shop or spreadsheet wrote: CSV or JSON. Pure. */

export interface ProductRow {
  sku: string;
  title: string;
  price: string;
  stock: string;
  image: string;
  url: string;
}

export interface ProductsFile {
  rows: ProductRow[];
  /** Lines (of CSV) or places (of JSON), from 1, that are no product. */
  bad: number[];
}

type Field = keyof ProductRow;

/** What a column may be called. */
const NAMES: Record<Field, string[]> = {
  sku: ['sku', 'id', 'code', '货号', '商品编码', '编号'],
  title: ['title', 'name', 'product', '名称', '商品名称', '标题'],
  price: ['price', '价格', '售价', '直播价'],
  stock: ['stock', 'inventory', 'quantity', '库存'],
  image: ['image', 'image_link', 'picture', '图片', '主图'],
  url: ['url', 'link', '链接', '商品链接'],
};
const FIELDS = Object.keys(NAMES) as Field[];
const SKU = /^[A-Za-z0-9._-]{1,64}$/;
const TITLE_MAX = 200;

/** RFC 4180, with whatever separator the first line has most of; each record with its line, from 1. */
export function readCsv(text: string): { line: number; cells: string[] }[] {
  const plain = text.replace(/^\uFEFF/, '');
  const head = plain.slice(0, (plain + '\n').indexOf('\n'));
  const count = (sign: string): number => head.split(sign).length;
  const separator = [';', '\t'].reduce((best, one) => (count(one) > count(best) ? one : best), ',');
  const out: { line: number; cells: string[] }[] = [];
  let cells: string[] = [];
  let cell = '';
  let quoted = false;
  let line = 1;
  let began = 1;
  const endRecord = (): void => {
    cells.push(cell);
    if (cells.some((one) => one.trim())) out.push({ line: began, cells });
    [cells, cell, began] = [[], '', line];
  };
  for (let i = 0; i < plain.length; i++) {
    const sign = plain[i] ?? '';
    if (sign === '\n') line++;
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (plain[i + 1] === '"') cell += plain[i++];
      else quoted = false;
    } else if (sign === '"' && !cell) quoted = true;
    else if (sign === separator) {
      cells.push(cell);
      cell = '';
    } else if (sign === '\n') endRecord();
    else if (sign !== '\r') cell += sign;
  }
  endRecord();
  return out;
}

function rowOf(read: (field: Field) => string): ProductRow | null {
  const row = Object.fromEntries(
    FIELDS.map((one) => [one, read(one).trim()]),
  ) as unknown as ProductRow;
  return SKU.test(row.sku) && row.title && row.title.length <= TITLE_MAX ? row : null;
}

function fromCsv(text: string): ProductsFile {
  const [head, ...records] = readCsv(text);
  const names = (head?.cells ?? []).map((one) => one.trim().toLowerCase());
  const at = new Map(
    FIELDS.map((one) => [one, names.findIndex((name) => NAMES[one].includes(name))]),
  );
  const out: ProductsFile = { rows: [], bad: [] };
  for (const { line, cells } of records) {
    const row = rowOf((field) => cells[at.get(field) ?? -1] ?? '');
    if (row) out.rows.push(row);
    else out.bad.push(line);
  }
  return out;
}

function fromJson(text: string): ProductsFile {
  const said: unknown = JSON.parse(text);
  const inside =
    said !== null && typeof said === 'object' && 'products' in said ? said.products : said;
  const out: ProductsFile = { rows: [], bad: [] };
  for (const [index, one] of (Array.isArray(inside) ? inside : []).entries()) {
    const fields = new Map<string, unknown>(
      one !== null && typeof one === 'object' ? Object.entries(one) : [],
    );
    const row = rowOf((field) => {
      const value = fields.get(field);
      return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
    });
    if (row) out.rows.push(row);
    else out.bad.push(index + 1);
  }
  return out;
}

/** Nothing that can be read is nothing; it never throws. */
export function readProducts(text: string): ProductsFile {
  try {
    return /^\s*[[{]/.test(text) ? fromJson(text) : fromCsv(text);
  } catch {
    return { rows: [], bad: [1] };
  }
}

/** The list with one taken out and put elsewhere. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const out = [...list];
  const [one] = out.splice(from, 1);
  if (one === undefined) return out;
  out.splice(Math.max(0, Math.min(to, out.length)), 0, one);
  return out;
}
