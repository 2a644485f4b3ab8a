// SPDX-License-Identifier: Apache-2.0
/** Click to own tile, link to first frame: percentiles over thirty runs, at the goals. */
import { moments } from '../lib/moments.mjs';

export const title = 'click → own tile, link → first remote frame: 30 runs';
export const suite = 'bench';
export const seconds = 600;
export const run = (world) => moments(world, 30);
