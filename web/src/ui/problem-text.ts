/** What went wrong, in words; see why-not.ts. */
import { customElement, property } from 'lit/decorators.js';
import { Plain } from './base.js';
import { problemText } from './i18n/problems.js';

@customElement('parlor-problem')
export class ProblemText extends Plain {
  @property() code = '';

  protected override render(): string {
    return problemText(this.code);
  }
}
