/** Line icons, 24 by 24, drawn for these pages. All are decoration: their buttons carry the words. */
import { html, svg, type SVGTemplateResult, type TemplateResult } from 'lit';

export const PATHS = {
  micOff: svg`<path d="M9 9V6a3 3 0 0 1 5.9-.8M15 10.5v.5a3 3 0 0 1-4.6 2.5M5.5 11.5a6.5 6.5 0 0 0 10.4 5.2M18.3 13c.1-.5.2-1 .2-1.5M12 18v3M4 4l16 16"/>`,
  mic: svg`<rect x="9" y="3" width="6" height="11" rx="3"/><path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3"/>`,
  cam: svg`<rect x="3" y="6.5" width="12" height="11" rx="3"/><path d="m15 11 5-3v8l-5-3"/>`,
  chat: svg`<path d="M4 6.5A2.5 2.5 0 0 1 6.5 4h11A2.5 2.5 0 0 1 20 6.5v7a2.5 2.5 0 0 1-2.5 2.5H11l-5 4v-4.100a2.5 2.5 0 0 1-2-2.400z"/>`,
  people: svg`<circle cx="9" cy="8.5" r="3.5"/><path d="M3 19.5c.5-3.5 2.9-5.5 6-5.5s5.5 2 6 5.5M15.5 5.300a3.5 3.5 0 0 1 0 6.400M17.5 14.600c2 .8 3.2 2.5 3.5 4.9"/>`,
  more: svg`<path d="M6 12h.01M12 12h.01M18 12h.01" stroke-width="3"/>`,
  grid: svg`<rect x="4" y="4.5" width="7" height="6.5" rx="1.5"/><rect x="13" y="4.5" width="7" height="6.5" rx="1.5"/><rect x="4" y="13" width="7" height="6.5" rx="1.5"/><rect x="13" y="13" width="7" height="6.5" rx="1.5"/>`,
  pin: svg`<path d="m14.5 3.8 5.7 5.7-3 .8-3.7 3.7-.4 3.6-6.7-6.7 3.6-.4 3.7-3.700zM9.7 14.3 4.5 19.5"/>`,
  close: svg`<path d="m6 6 12 12M18 6 6 18"/>`,
  sound: svg`<path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11"/>`,
  globe: svg`<circle cx="12" cy="12" r="8.5"/><path d="M3.5 12h17M12 3.5c5 5 5 12 0 17-5-5-5-12 0-17"/>`,
  theme: svg`<path d="M19.5 14.5A8 8 0 1 1 9.5 4.5a6.5 6.5 0 0 0 10 10"/>`,
  copy: svg`<rect x="8.5" y="8.5" width="11" height="11" rx="2.5"/><path d="M5.5 15.5a2 2 0 0 1-1-1.700V7A2.5 2.5 0 0 1 7 4.5h6.800a2 2 0 0 1 1.7 1"/>`,
  check: svg`<path d="m5 12.5 4.5 4.5L19 7.5"/>`,
  arrow: svg`<path d="M5 12h14m-5-5 5 5-5 5"/>`,
  bag: svg`<path d="M5.5 8.5h13l1 11a1.5 1.5 0 0 1-1.500 1.5H6a1.5 1.5 0 0 1-1.500-1.500zM8.500 8.500V7a3.500 3.500 0 0 1 7 0v1.500"/>`,
  heart: svg`<path d="M12 20s-7.500-4.600-7.500-10A4.200 4.200 0 0 1 12 7.500 4.200 4.200 0 0 1 19.500 10c0 5.400-7.500 10-7.500 10z"/>`,
  soundOff: svg`<path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM16 9.500l5 5m0-5-5 5"/>`,
  full: svg`<path d="M4 9V5.5A1.5 1.5 0 0 1 5.5 4H9m6 0h3.5A1.5 1.5 0 0 1 20 5.5V9m0 6v3.5a1.5 1.5 0 0 1-1.5 1.5H15m-6 0H5.5A1.5 1.5 0 0 1 4 18.5V15"/>`,
} satisfies Record<string, SVGTemplateResult>;

export type IconName = keyof typeof PATHS;

/** An icon of these paths. */
export function draw(paths: SVGTemplateResult): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${paths}</svg>`;
}

export function icon(name: IconName): TemplateResult {
  return draw(PATHS[name]);
}

/** Four bars, as many filled as the level says (3 good, 0 lost). */
export function bars(level: number): TemplateResult {
  return html`<svg class="bars" data-level=${level} viewBox="0 0 16 14" aria-hidden="true">
    ${[0, 1, 2].map(
      (i) =>
        svg`<rect class=${i < level ? 'lit' : ''} x=${1 + i * 5} y=${9 - i * 4} width="3.5" height=${5 + i * 4} rx="1"/>`,
    )}
  </svg>`;
}

/** The moon gate: a round door in a wall, lamp light behind it; the mark of the house. */
export function mark(): TemplateResult {
  return html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
    <rect class="wall" width="32" height="32" rx="9" />
    <circle class="gate" cx="16" cy="15.5" r="11" />
    <circle class="light" cx="16" cy="15.5" r="8.6" />
    <path class="lamp" d="M16 6.9v3.6m-3.6 4 1-4h5.2l1 4zM11 20h10M13 20v3m6-3v3" />
    <path class="wall-step" d="M9 25.5h14l2 3H7z" />
  </svg>`;
}
