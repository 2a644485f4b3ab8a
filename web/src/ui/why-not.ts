/** What a problem's code says to people. The words come after everything else: most pages never need them, but one that has lost its
 *  network could not fetch them any more. */
import { html, type TemplateResult } from 'lit';

const words = (): unknown => import('./problem-text.js').catch(() => 0);

globalThis.window?.setTimeout(words, 4000);

export function whyNot(code: string): TemplateResult {
  words();
  return html`<parlor-problem .code=${code}></parlor-problem>`;
}
