/** Which conversations a rep was given by somebody else and has not looked at yet. */
import type { Call, Thread } from '../protocol/service.js';
import type { DeskState } from './desk-state.js';

export class Given {
  /** Those whom he answers; null = not told yet. */
  private own: Set<string> | null = null;
  private readonly ids = new Set<string>();

  get size(): number {
    return this.ids.size;
  }

  has(id: string): boolean {
    return this.ids.has(id);
  }

  /** Those that are new; `chosen` is what he looks at. */
  look({ threads, me }: Pick<DeskState, 'threads' | 'me'>, chosen: string): Thread[] {
    if (!me) return [];
    const { own } = this;
    const mine = Object.values(threads).filter(
      (one) => one.state === 'human' && one.assignee?.id === me.id,
    );
    const now = new Set(mine.map((one) => one.id));
    const fresh = mine.filter((one) => own && !own.has(one.id) && one.id !== chosen);
    this.own = now;
    for (const one of fresh) this.ids.add(one.id);
    /* What he looks at, and what was taken from him again, is no news. */
    for (const id of this.ids) if (id === chosen || !now.has(id)) this.ids.delete(id);
    return fresh;
  }
}

/** Which ringing call he was led to: each leads him there once, and he may look elsewhere while it rings. */
export class Rung {
  private id = '';

  /** The conversation to show now; '' = none. */
  look(call: Pick<Call, 'id' | 'state' | 'by_rep' | 'conversation'> | null): string {
    if (call?.state !== 'ringing' || call.by_rep || call.id === this.id) return '';
    this.id = call.id;
    return call.conversation;
  }
}
