import { beforeEach, expect, it, vi } from 'vitest';

const ask = vi.fn<(...all: unknown[]) => Promise<unknown>>();
vi.mock('./account.js', () => ({ ask: (...all: unknown[]) => ask(...all) }));
const { putOrder } = await import('./shelf.js');

const product = (sku: string, position: number): Parameters<typeof putOrder>[0][number] => ({
  sku,
  title: sku,
  image: '',
  url: '',
  price: '',
  stock: '',
  position,
});
const sent = (call: number): unknown =>
  (ask.mock.calls[call]?.[3] as { products: { sku: string; position: number }[] }).products.map(
    ({ sku, position }) => `${sku}${position}`,
  );

beforeEach(() => ask.mockReset().mockResolvedValue(null));

it('puts what moved, and back again without asking where things are now', async () => {
  const [a, b, c] = [product('a', 1), product('b', 2), product('c', 3)];
  await putOrder([b, a, c]);
  await putOrder([a, b, c]);
  expect(ask).toHaveBeenCalledTimes(2);
  expect([sent(0), sent(1)]).toEqual([
    ['b1', 'a2'],
    ['a1', 'b2'],
  ]);
});

it('puts again what did not arrive', async () => {
  const [a, b] = [product('a', 1), product('b', 2)];
  ask.mockRejectedValueOnce(new Error('offline'));
  await expect(putOrder([b, a])).rejects.toThrow();
  await putOrder([b, a]);
  expect(sent(1)).toEqual(['b1', 'a2']);
});
