/** What follows the first words with somebody, loaded after the sheet stands: he becomes one's own. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Message, Rep, Thread } from '../protocol/service.js';
import type { Desk } from '../room/desk.js';
import { Plain } from './base.js';
import { ct, type CareKey } from './i18n/care.js';

const LINES: Record<string, CareKey> = {
  offered: 'line_offered',
  accepted: 'line_accepted',
  declined: 'line_declined',
};

/** A line of the conversation about who is whose. */
@customElement('parlor-care-line')
export class CareLine extends Plain {
  @property({ attribute: false }) desk!: Desk;
  @property({ attribute: false }) said!: Message;
  @property() as: 'customer' | 'rep' = 'customer';

  private nameOf(id: unknown): string {
    const { me, colleagues, threads } = this.desk.state;
    const own = Object.values(threads).flatMap((one) => [one.rep, one.assignee]);
    const all: (Rep | null)[] = [me, ...colleagues, ...own];
    return all.find((one) => one?.id === id)?.name ?? '';
  }

  protected override render(): TemplateResult {
    const data = (this.said.data ?? {}) as { what?: string; rep?: string };
    const key = LINES[data.what ?? ''] ?? 'line_offered';
    return html`<p class="line">${ct(key, { name: this.nameOf(data.rep) })}</p>`;
  }
}

/** Between the head of the customer's chat and its messages. */
@customElement('parlor-care')
export class Care extends Plain {
  @property({ attribute: false }) desk!: Desk;
  @property() conversation = '';

  override connectedCallback(): void {
    super.connectedCallback();
    this.whileConnected(this.desk.store.watch(() => this.requestUpdate()));
  }

  protected override render(): TemplateResult | typeof nothing {
    const thread = this.desk.state.threads[this.conversation];
    return thread ? html`${this.person(thread)}` : nothing;
  }

  private person(thread: Thread): TemplateResult | typeof nothing {
    const binding = this.desk.state.bindings[thread.binding];
    const { upgrade } = binding ?? {};
    if (binding && upgrade && upgrade.until > Date.now()) {
      return html`<div class="choices strip" role="alert" data-testid="upgrade-offer">
        <p>${ct('upgrade_ask', { name: upgrade.rep.name })}</p>
        <button
          class="button quiet"
          data-testid="upgrade-no"
          @click=${() => this.desk.binding(binding.id, 'stay')}
        >
          ${ct('upgrade_no')}
        </button>
        <button
          class="button primary"
          data-testid="upgrade-yes"
          @click=${() => this.desk.binding(binding.id, 'upgrade')}
        >
          ${ct('upgrade_yes')}
        </button>
      </div>`;
    }
    if (!binding?.personal_since) return nothing;
    return html`<p class="calm strip" data-testid="personal">★ ${ct('your_own')}</p>`;
  }
}
