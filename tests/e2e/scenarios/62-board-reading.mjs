// SPDX-License-Identifier: Apache-2.0
/** What stands around a conversation: a product that the rep puts into it, finding it again when it has ended, and a supervisor who reads it and is seen doing so. */
import assert from 'node:assert/strict';

export const title = 'a product into the chat, an ended talk is found again, a supervisor reads it with a reason and the adviser sees that';
export const seconds = 60;
export const beside = true;

const has = (person, testId, text) => person.until(`${testId}: ${text}`, ([name, words]) => window.__probe.byTestId(name).some((one) => one.textContent.includes(words)), [testId, text]);
const select = (person, testId, choice) => person.page.locator(`[data-testid="${testId}"]`).selectOption(choice);

export async function run(world) {
  await world.startServer();
  const [viewer, rep, chief] = await world.persons({ browser: 'chromium', name: 'Ada' }, { browser: 'chromium', name: 'Lin' }, { browser: 'chromium', name: 'Su' });
  await rep.goto(`${world.url}/rep#lin`);
  await rep.sees('presence');
  await viewer.goto(`${world.url}/b/br_demo`);
  await viewer.click('service-button');
  await viewer.click('service-add');
  await viewer.fill('say', 'which lamp was that?');
  await viewer.press('Enter');
  await rep.sees('offer');
  await rep.click('accept');
  await has(rep, 'bubble', 'which lamp');
  await rep.sees('product');
  await select(rep, 'product', { index: 1 });
  await viewer.sees('product-said');
  const [title, price] = await viewer.evaluate(() => ['b', 'small'].map((name) => window.__probe.byTestId('product-said')[0].querySelector(name).textContent));
  assert.ok(title && price, `a card with a name and a price: ${title}, ${price}`);

  await rep.fill('note', 'the brass one');
  await rep.page.locator('[data-testid="note"]').blur();
  await rep.click('close-thread');
  await rep.until('that it is over', () => window.__probe.byTestId('thread')[0]?.dataset.state === 'ended');
  await rep.page.locator('input[type=search]').fill('BRASS');
  await rep.until('it is found by its note', () => window.__probe.byTestId('thread').length === 1);
  await rep.page.locator('input[type=search]').fill('copper');
  await rep.until('and by nothing else', () => window.__probe.byTestId('thread').length === 0);
  await rep.page.locator('input[type=search]').fill('cus_');
  await rep.until('what the server knows of him finds it too', () => window.__probe.byTestId('thread').length === 1);

  await chief.goto(`${world.url}/board`);
  await chief.sees('reading');
  await chief.page.locator('[data-testid="reading"] summary').click();
  await select(chief, 'read-rep', { label: 'Lin Mei 林梅' });
  await chief.click('talk');
  assert.equal(await chief.evaluate(() => window.__probe.byTestId('read-line').length), 0, 'no word before a reason');
  await chief.fill('read-why', 'a complaint');
  await chief.click('read-do');
  await has(chief, 'read-line', 'which lamp was that?');
  await chief.sees('depart');

  await rep.page.reload();
  await rep.click('thread');
  await has(rep, 'readings', 'a complaint');
}
