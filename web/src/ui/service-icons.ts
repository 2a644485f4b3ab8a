/** What the sheet and the desk draw beside the icons of every page. */
import { svg, type TemplateResult } from 'lit';
import { draw } from './icons.js';

const PATHS = {
  phone: svg`<path d="M6.800 4h2.700l1.500 4.200-2 1.500a11 11 0 0 0 5.300 5.300l1.500-2L20 14.500v2.700A2.300 2.300 0 0 1 17.500 19.500 14.500 14.500 0 0 1 4.500 6.500 2.300 2.300 0 0 1 6.800 4z"/>`,
  hangUp: svg`<path d="M3.500 14.500v-1.700c0-2 4-3.800 8.500-3.800s8.500 1.800 8.500 3.800v1.700a1 1 0 0 1-1.100 1l-3-.4a1 1 0 0 1-.9-1v-1.700a12 12 0 0 0-7 0v1.700a1 1 0 0 1-.9 1l-3 .4a1 1 0 0 1-1.100-1z"/>`,
  down: svg`<path d="m6 9.500 6 6 6-6"/>`,
  back: svg`<path d="M19 12H5m5-5-5 5 5 5"/>`,
};

export function sign(name: keyof typeof PATHS): TemplateResult {
  return draw(PATHS[name]);
}
