// SPDX-License-Identifier: Apache-2.0
/** What a page says about itself in `window.parlor`, its read-only snapshot. */

/** The page's own participant id. */
export const me = (person) => person.evaluate(() => window.parlor?.state?.me ?? null);

/** The names of all tiles, sorted: somebody who is there twice shows up twice. */
export const tileNames = (person) => person.evaluate(() => window.__probe.byTestId('tile').filter((tile) => tile.dataset.source === 'camera').map((tile) => tile.dataset.name).sort());
