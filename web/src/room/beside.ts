/** What stands beside a meeting: pages of other origins, held apart from it (docs/decisions/0059-panels.md). */

export const BESIDE = ['doc', 'panel'] as const;
export type Beside = (typeof BESIDE)[number];

/** An address's origin; '' where it is none that may stand there. */
export function originOf(url: string): string {
  try {
    const { protocol, origin } = new URL(url);
    return protocol === 'https:' || protocol === 'http:' ? origin : '';
  } catch {
    return '';
  }
}

/** It keeps its own origin, which must not be ours: then it could reach us. */
export function sandboxOf(url: string, own: string): string {
  const foreign = originOf(url) !== '' && originOf(url) !== own;
  return `allow-scripts allow-forms${foreign ? ' allow-same-origin' : ''}`;
}

/** Once a second is heard. */
const HELLO_MS = 1000;

/** Who may be answered: the panel's own window, at the panel's own origin, when it says hello. */
export class Hearing {
  private last = -Infinity;

  constructor(
    private readonly origin: string,
    private readonly source: () => unknown,
  ) {}

  isHello(event: { origin: string; source: unknown; data: unknown }, now: number): boolean {
    const { origin, source, data } = event;
    if (!this.origin || origin !== this.origin || source !== this.source() || !source) return false;
    if (typeof data !== 'object' || data === null) return false;
    if ((data as { parlor?: unknown }).parlor !== 'hello' || now - this.last < HELLO_MS)
      return false;
    this.last = now;
    return true;
  }
}
