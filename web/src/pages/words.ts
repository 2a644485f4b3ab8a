/** Words to everybody of a brand: the supervisor's page of broadcasts. */
import { html, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { Plain } from '../ui/base.js';
import '../ui/board-words.js';
import { st } from '../ui/i18n/service.js';
import { mark } from '../ui/icons.js';
import '../ui/look.js';

@customElement('parlor-words')
export class WordsPage extends Plain {
  protected override updated(): void {
    document.title = st('to_all');
  }

  protected override render(): TemplateResult {
    return html`<main class="board">
      <header class="desk-head">
        <a class="brand" href="/" aria-label="Parlor">${mark()}</a>
        <h1>${st('to_all')}</h1>
        <a class="button quiet" href="/board">${st('board')}</a>
        <parlor-look></parlor-look>
      </header>
      <parlor-board-words></parlor-board-words>
    </main>`;
  }
}
