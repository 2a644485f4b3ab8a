import { beforeEach, expect, it, vi } from 'vitest';

const ask = vi.fn();
vi.mock('../client/account.js', () => ({ ask: (...all: unknown[]) => ask(...all) as unknown }));
vi.mock('./i18n/lang.js', () => ({ lang: () => 'en', watchLang: () => () => undefined }));
vi.mock('./styles/host-ways.css', () => ({}));
vi.mock('../client/http.js', () => ({
  ApiError: class extends Error {
    readonly status = 0;
    readonly code = 'offline';
  },
}));
vi.mock('./base.js', () => ({
  Plain: class {
    static createProperty(): void {}
    readonly updateComplete = Promise.resolve();
    connectedCallback(): void {}
    querySelector(): null {
      return null;
    }
  },
}));

interface Row {
  sku: string;
  title: string;
  position: number;
}
interface Shelf {
  list: Row[];
  problem: string;
  queue: Promise<unknown>;
  connectedCallback: () => void;
  key: (event: object, index: number) => void;
  grab: (event: object, index: number) => void;
  drag: (event: object) => void;
  drop: () => void;
  querySelector: (selector: string) => { focus: () => void } | null;
  takeAway: (sku: string) => Promise<void>;
}

vi.stubGlobal('customElements', { define: () => undefined });
vi.stubGlobal('CSS', { escape: String });
const { HostShelf } = await import('./host-shelf.js');

let rows: Row[];
let broken: boolean;
/** Every answer waits for this. */
let line: Promise<void>;

async function serve(...all: [string, string, unknown, unknown?]): Promise<unknown> {
  const [method, path, , body] = all;
  const found = structuredClone(rows);
  await line;
  if (method === 'GET') return { products: found };
  if (broken) throw new Error('offline');
  if (method === 'DELETE') rows = rows.filter((one) => !path.endsWith(one.sku));
  for (const one of (body as { products: Row[] } | undefined)?.products ?? [])
    rows = [...rows.filter((other) => other.sku !== one.sku), one];
  rows.sort((a, b) => a.position - b.position);
  return null;
}

async function shelf(): Promise<Shelf> {
  const made = new HostShelf() as unknown as Shelf;
  made.connectedCallback();
  await made.queue;
  return made;
}

const skus = (list: Row[]): string => list.map((one) => one.sku).join('');
const press = (made: Shelf, key: string, sku: string): void =>
  made.key(
    { key, preventDefault: () => undefined },
    made.list.findIndex((one) => one.sku === sku),
  );

beforeEach(() => {
  rows = ['a', 'b', 'c', 'd'].map((sku, index) => ({ sku, title: sku, position: index + 1 }));
  broken = false;
  line = Promise.resolve();
  ask.mockReset().mockImplementation(serve);
});

it('says that a change failed, and shows what the server has', async () => {
  const made = await shelf();
  broken = true;
  press(made, 'ArrowDown', 'a');
  await made.queue;
  expect(made.problem).not.toBe('');
  expect(skus(made.list)).toBe('abcd');
  broken = false;
  press(made, 'ArrowDown', 'a');
  await made.queue;
  expect(made.problem).toBe('');
  expect(skus(rows)).toBe('bacd');
});

it('takes the same product further while the key is held', async () => {
  const made = await shelf();
  for (let n = 0; n < 3; n++) {
    press(made, 'ArrowDown', 'a');
    await Promise.resolve();
  }
  expect(skus(made.list)).toBe('bcda');
  await made.queue;
  expect(skus(made.list)).toBe('bcda');
  expect(skus(rows)).toBe('bcda');
});

it('knows the move back before the first one was answered', async () => {
  const made = await shelf();
  let go = (): void => undefined;
  line = new Promise((resolve) => {
    go = resolve;
  });
  press(made, 'ArrowDown', 'a');
  await Promise.resolve();
  press(made, 'ArrowUp', 'a');
  expect(skus(made.list)).toBe('abcd');
  go();
  await made.queue;
  expect(skus(made.list)).toBe('abcd');
  expect(skus(rows)).toBe('abcd');
});

it('does not bring back what was taken away by an order that came after it', async () => {
  const made = await shelf();
  void made.takeAway('b');
  press(made, 'ArrowDown', 'c');
  await made.queue;
  expect(skus(rows)).toBe('adc');
  expect(skus(made.list)).toBe('adc');
});

it('leaves the keys with what was dragged, not with what stands in its old place', async () => {
  const made = await shelf();
  const focused: string[] = [];
  made.querySelector = (selector) => ({ focus: () => focused.push(selector) });
  const row = { closest: () => ({ dataset: { index: '2' } }) };
  vi.stubGlobal('document', { elementFromPoint: () => row });
  made.grab({ currentTarget: { setPointerCapture: () => undefined }, pointerId: 1 }, 0);
  made.drag({ clientX: 0, clientY: 0 });
  made.drop();
  await made.queue;
  expect(skus(rows)).toBe('bcad');
  expect(focused).toEqual(['[data-sku="a"] .shelf-handle']);
});
