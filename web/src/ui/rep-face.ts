/** A rep's face with the tick. The tick is an element of ours, drawn after the card was checked. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { checkCard, type CardTruth } from '../client/card.js';
import { fromServer } from '../client/place.js';
import type { Rep } from '../protocol/service.js';
import { hue, initial } from './avatar.js';
import { Plain } from './base.js';
import { st } from './i18n/service.js';

/** A round picture, or the first letter on a colour. */
export function face(name: string, photo: string, id = name): TemplateResult {
  return photo
    ? html`<img class="face" src=${fromServer(photo)} alt="" referrerpolicy="no-referrer" />`
    : html`<span class="face" data-hue=${hue(id)} aria-hidden="true">${initial(name)}</span>`;
}

@customElement('parlor-rep-face')
export class RepFace extends Plain {
  @property({ attribute: false }) rep!: Rep;
  @property() brand = '';
  @property({ attribute: 'brand-name' }) brandName = '';
  @state() private truth: CardTruth = 'none';
  private checked = '';

  protected override willUpdate(): void {
    const now = `${this.rep.card} ${this.rep.name} ${this.rep.title}`;
    if (now === this.checked) return;
    this.checked = now;
    this.truth = 'none';
    void checkCard(this.rep, this.brand).then((truth) => {
      if (this.checked === now) this.truth = truth;
    });
  }

  protected override render(): TemplateResult {
    const { rep } = this;
    return html`${face(rep.name, rep.photo, rep.id)}
      <span class="who">
        <b>${rep.name}</b>
        ${
          this.truth === 'verified'
            ? html`<svg
                class="tick"
                data-testid="tick"
                viewBox="0 0 20 20"
                role="img"
                aria-label=${st('verified', { brand: this.brandName })}
              >
                <circle cx="10" cy="10" r="9" />
                <path d="m6 10.5 2.7 2.7L14 7.5" />
              </svg>`
            : nothing
        }
        <small>${this.truth === 'expired' ? st('expired') : rep.title}</small>
      </span>`;
  }
}
