/** A value that can be watched. */
export class Store<T extends object> {
  private readonly watchers = new Set<(value: T, before: T) => void>();

  constructor(private value: T) {}

  get(): T {
    return this.value;
  }

  /** Puts a new value in place and tells everybody, unless it is the same one. */
  set(next: T): void {
    const before = this.value;
    if (next === before) return;
    this.value = next;
    for (const one of [...this.watchers]) one(next, before);
  }

  patch(change: Partial<T>): void {
    this.set({ ...this.value, ...change });
  }

  /** Returns how to stop watching. */
  watch(watcher: (value: T, before: T) => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }
}
