/** Blocks and headers from a little way ahead of the local clock: kept, tried again, nobody punished (protocol 1). */
export class EarlyShelf {
  readonly #kept = new Map<string, Uint8Array>();
  readonly #limit: number;

  constructor(limit = 16) {
    this.#limit = limit;
  }

  /** The oldest gives way: whoever floods us with early headers had to work for each. */
  add(id: string, bytes: Uint8Array): void {
    this.#kept.set(id, bytes);
    if (this.#kept.size > this.#limit) this.#kept.delete(this.#kept.keys().next().value!);
  }

  /** All that is kept; the shelf is empty afterwards. */
  take(): Uint8Array[] {
    const all = [...this.#kept.values()];
    this.#kept.clear();
    return all;
  }
}
