/** Words over everything that is seen, for the eyes of one viewer. They deter from taking pictures of the
 *  screen and are no protection: who changes the page is rid of them. */

/** What XML 1.0, section 2.2, has no place for: one of it, and the browser draws nothing. */
const NOT_XML = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** A tile of the pattern: the text, slanted, light with a dark edge so that it is seen on any picture. */
function tile(text: string): string {
  const words = text.replace(NOT_XML, '').replace(/[<&]/g, (c) => `&#${c.charCodeAt(0)};`);
  /* Squeezed rather than cut: the end of it says which view this is. */
  const width = [...text].reduce((sum, c) => sum + (c > '\u2e7f' ? 17 : 10), 0);
  const fit = width > 300 ? 'textLength="300" lengthAdjust="spacingAndGlyphs"' : '';
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="170"><text x="160" y="85" transform="rotate(-20 160 85)" text-anchor="middle" ${fit} style="font:600 17px system-ui,sans-serif" fill="#fff4" stroke="#0003">${words}</text></svg>`;
  return `url("data:image/svg+xml,${encodeURIComponent(svg)}")`;
}

/** Lays the text over what the element's box has; '' = nothing. */
export function writeOver(element: HTMLElement, text: string): void {
  element.dataset['name'] = text;
  element.style.cssText = 'position:absolute;inset:0;z-index:4;pointer-events:none';
  element.style.backgroundImage = text && tile(text);
}
