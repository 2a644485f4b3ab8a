// SPDX-License-Identifier: Apache-2.0
/** Click to own tile, link to first frame: five runs, at three times the goals. ./dev bench has thirty, at the goals. */
import { moments } from '../lib/moments.mjs';

export const title = 'click → own tile, link → first remote frame: 5 runs';
export const seconds = 120;
export const run = (world) => moments(world, 5);
