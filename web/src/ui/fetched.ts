/** Parts of a page that are fetched when they are drawn for the first time: once for all who ask, and until they are there. */
import { surely } from '../client/surely.js';

export class Fetched {
  /** What is under way, and whether a try of it has failed. */
  private readonly asked = new Map<string, { late: boolean }>();

  /** `changed` is told when a part came, or did not. */
  constructor(private readonly changed: () => void) {}

  /** Asks for it, unless that is under way. */
  ask(name: string, load: () => Promise<unknown>): void {
    if (this.asked.has(name)) return;
    this.begin(name, load);
  }

  /** Somebody wants it at once. */
  again(name: string, load: () => Promise<unknown>): void {
    this.begin(name, load);
  }

  /** It did not come at the first try. */
  isLate(name: string): boolean {
    return this.asked.get(name)?.late ?? false;
  }

  private begin(name: string, load: () => Promise<unknown>): void {
    const one = { late: this.isLate(name) };
    this.asked.set(name, one);
    void surely(load, () => {
      one.late = true;
      this.changed();
    }).then(() => this.changed());
  }
}
