/** All icons: those of every page, and those that a meeting alone needs. */
import { svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import { PATHS, draw } from './icons.js';

const ROOM = {
  ...PATHS,
  flip: svg`<path d="M4 12a8 8 0 0 1 13.700-5.600L20 8.500m0-4v4h-4M20 12a8 8 0 0 1-13.700 5.600L4 15.500m0 4v-4h4"/>`,
  camOff: svg`<path d="M9.5 6.5H12a3 3 0 0 1 3 3V11l5-3v8l-3-1.800M15 15a3 3 0 0 1-3 2.5H6a3 3 0 0 1-3-3v-5A3 3 0 0 1 5 6.700M4 4l16 16"/>`,
  screen: svg`<rect x="3" y="4.5" width="18" height="12" rx="2.5"/><path d="M12 13.5V8m-2.5 2.300L12 7.800l2.5 2.5M8.5 20h7"/>`,
  screenOff: svg`<rect x="3" y="4.5" width="18" height="12" rx="2.5"/><path d="m9.7 8.2 4.6 4.600m0-4.6-4.6 4.600M8.5 20h7"/>`,
  hand: svg`<path d="M8 12.5V6a1.5 1.5 0 0 1 3 0v5m0-6.200a1.5 1.5 0 0 1 3 0V11m0-4.700a1.5 1.5 0 0 1 3 0V14c0 4-2.2 7-5.8 7-2.7 0-4-1.3-5.3-3.700l-2-3.800c-.8-1.5 1.2-2.7 2.3-1.400L8 14"/>`,
  smile: svg`<circle cx="12" cy="12" r="8.5"/><path d="M8.5 14a4 4 0 0 0 7 0M9 9.5v.5m6-.5v.5"/>`,
  invite: svg`<circle cx="10" cy="8.5" r="3.5"/><path d="M4 19.5c.5-3.5 2.9-5.5 6-5.5 1.2 0 2.3.3 3.2.9M18 14v6m-3-3h6"/>`,
  leave: svg`<path d="M14 4.5H7A1.5 1.5 0 0 0 5.5 6v12A1.5 1.5 0 0 0 7 19.5h7M11 12h9.5m-3.3-3.5L20.7 12l-3.5 3.5"/>`,
  speaker: svg`<rect x="3.5" y="5" width="12" height="14" rx="2"/><path d="M18.5 5.5h2M18.5 12h2M18.5 18.5h2" stroke-width="2.5"/>`,
  settings: svg`<path d="M4 7h8m5 0h3M4 17h3m5 0h8"/><circle cx="14.5" cy="7" r="2.5"/><circle cx="9.5" cy="17" r="2.5"/>`,
  record: svg`<circle cx="12" cy="12" r="8.5"/><circle cx="12" cy="12" r="4" fill="currentColor"/>`,
  flag: svg`<path d="M6 21V4.5m0 0h10.500l-2 3.500 2 3.500H6"/>`,
  lock: svg`<rect x="5" y="10.5" width="14" height="9.5" rx="2.5"/><path d="M8 10.5V8a4 4 0 0 1 8 0v2.5"/>`,
  signal: svg`<path d="M4.5 19v-4m5 4v-8m5 8V8m5 11V4.5"/>`,
  pip: svg`<rect x="3" y="5" width="18" height="14" rx="2.5"/><rect x="12" y="11.5" width="6.5" height="5" rx="1" fill="currentColor"/>`,
  keyboard: svg`<rect x="2.5" y="6.5" width="19" height="11" rx="2.5"/><path d="M6 10h.01M10 10h.01M14 10h.01M18 10h.01M8 14h8"/>`,
} satisfies Record<string, SVGTemplateResult>;

export type RoomIconName = keyof typeof ROOM;

export function icon(name: RoomIconName): TemplateResult {
  return draw(ROOM[name]);
}
