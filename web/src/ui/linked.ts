/** Text with its http(s) links made clickable; everything else stays text. */
import { html, type TemplateResult } from 'lit';

const LINK = /https?:\/\/[^\s<>"'，。；！？、（）《》“”]+/g;
const TRAILING = /[.,;:!?)\]]+$/;

/** Pieces of a text: plain strings and link addresses. */
export function pieces(text: string): { text: string; link: boolean }[] {
  const out: { text: string; link: boolean }[] = [];
  let at = 0;
  for (const match of text.matchAll(LINK)) {
    const address = match[0].replace(TRAILING, '');
    if (match.index > at) out.push({ text: text.slice(at, match.index), link: false });
    out.push({ text: address, link: true });
    at = match.index + address.length;
  }
  if (at < text.length) out.push({ text: text.slice(at), link: false });
  return out;
}

export function linked(text: string): (TemplateResult | string)[] {
  return pieces(text).map((one) =>
    one.link
      ? html`<a href=${one.text} target="_blank" rel="noopener noreferrer">${one.text}</a>`
      : one.text,
  );
}
