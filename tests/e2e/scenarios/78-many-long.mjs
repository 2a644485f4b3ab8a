// SPDX-License-Identifier: Apache-2.0
/** The portal with 5,000 recordings: the list is scrolled to its end, and a search is answered and painted. Not in CI: tests/app/test_portal.py asks the server the same. */
import assert from 'node:assert/strict';
import path from 'node:path';

export const title = 'five thousand recordings: scrolled to the end, searched';
export const suite = 'bench';
export const seconds = 180;

const ROWS = 5000;
const PAINTED_MS = 3 * 200 + 300; // the page asks when nobody has typed for a while

const FILL = `
import sys
sys.path.insert(0, sys.argv[1])
import test_portal
test_portal.fill(sys.argv[2])
`;

async function scrollToEnd(person) {
  const began = Date.now();
  await person.until('the end of the list', () => {
    const pages = document.querySelectorAll('[data-page]');
    window.scrollTo(0, document.documentElement.scrollHeight);
    const end = document.querySelector('[data-end]');
    return pages.length >= 2 && end && end.textContent.trim() === '';
  }, undefined, 120000);
  return Date.now() - began;
}

/** From the last letter until the rows stand there. */
const search = (person, words, rows) => person.evaluate(([text, wanted]) => new Promise((resolve, reject) => {
  const field = document.querySelector('[name=text]');
  const began = performance.now();
  const look = () => {
    const shown = [...document.querySelectorAll('[data-testid=rec-row]')];
    if (document.querySelectorAll('[data-page]').length === 1 && shown.length === wanted) resolve(Math.round(performance.now() - began));
    else if (performance.now() - began > 30000) reject(new Error(`${shown.length} rows`));
    else requestAnimationFrame(look);
  };
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  requestAnimationFrame(look);
}), [words, rows]);

export async function run(world) {
  await world.startServer();
  await world.stopServer();
  await world.run('python3', ['-c', FILL, path.join(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../../app'), path.join(world.folder, 'data')]);
  await world.startServer();
  const persons = await world.persons({ browser: 'chromium', name: 'Lin' }, { browser: 'firefox', name: 'Mara' });
  for (const person of persons) {
    await person.goto(`${world.url}/admin#/recordings`);
    await person.sees('rec-row');
    world.measured[`${person.kind} to the end, ms`] = await scrollToEnd(person);
    const shape = await person.evaluate(() => ({ pages: document.querySelectorAll('[data-page]').length, rows: document.querySelectorAll('[data-testid=rec-row]').length }));
    assert.equal(shape.pages, ROWS / 50, `${shape.pages} pages`);
    assert.ok(shape.rows < ROWS / 4, `${shape.rows} rows are in the document at once`);
    const ms = [];
    for (const [words, rows] of [['间隙', 50], ['0.35 毫米 4907', 1], ['装配间隙', 50]]) ms.push(await search(person, words, rows));
    world.measured[`${person.kind} typed until painted, ms`] = ms.join(' ');
    assert.ok(Math.min(...ms) <= PAINTED_MS, `a search was painted after ${ms} ms`);
  }
}
