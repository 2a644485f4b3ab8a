/** HTTP of the brand's products: those who are signed in and may. Errors are {@link ApiError}. */
import { def, list, num, shape, str, type Checked } from '../protocol/check.js';
import { ask } from './account.js';

const product = shape({
  sku: str,
  title: str,
  image: def(str, ''),
  url: def(str, ''),
  price: def(str, ''),
  stock: def(str, ''),
  position: def(num, 0),
});
export type Shelved = Checked<typeof product>;
export type NewProduct = Omit<Shelved, 'position'>;
const all = shape({ products: list(product) });
const none = (): null => null;

/** So many at a time. */
const AT_ONCE = 500;

export async function shelved(): Promise<Shelved[]> {
  return (await ask('GET', '/v1/products', all)).products;
}

async function put(products: object[]): Promise<void> {
  for (let from = 0; from < products.length; from += AT_ONCE)
    await ask('POST', '/v1/products', none, { products: products.slice(from, from + AT_ONCE) });
}

/** New ones come last, known ones stay where they are. */
export function putProducts(products: NewProduct[]): Promise<void> {
  return put(products);
}

/** As they stand in the list from now on; what was put has its new `position` afterwards. */
export async function putOrder(products: Shelved[]): Promise<void> {
  const changed = products.flatMap((product, index) =>
    product.position === index + 1 ? [] : [{ product, position: index + 1 }],
  );
  await put(changed.map(({ product, position }) => ({ ...product, position })));
  for (const { product, position } of changed) product.position = position;
}

export async function removeProduct(sku: string): Promise<void> {
  await ask('DELETE', `/v1/products/${encodeURIComponent(sku)}`, none);
}
