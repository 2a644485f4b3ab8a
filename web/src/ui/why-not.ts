/** What a problem's code says to people. The words are fetched now: most pages never need them. */
import { html, type TemplateResult } from 'lit';

export function whyNot(code: string): TemplateResult {
  void import('./problem-text.js');
  return html`<parlor-problem .code=${code}></parlor-problem>`;
}
