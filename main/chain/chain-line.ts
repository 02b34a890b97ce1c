import type { Height } from '../../shared/units.ts';

interface Linked {
  readonly height: Height;
  readonly prev: Linked | null;
}

/** One path through the header tree, from genesis to a tip, with access by height in O(1). */
export class IndexedChain<Entry extends Linked & { readonly prev: Entry | null }> {
  readonly #entries: Entry[] = [];

  get tip(): Entry {
    return this.#entries[this.#entries.length - 1]!;
  }

  at(height: Height): Entry | undefined {
    return this.#entries[height];
  }

  has(entry: Entry): boolean {
    return this.#entries[entry.height] === entry;
  }

  /** Makes `tip` the tip of this path. Cost: O(n) in the blocks from the fork to the new tip. */
  moveTo(tip: Entry): void {
    this.#entries.length = tip.height + 1;
    for (let at: Entry | null = tip; at !== null && this.#entries[at.height] !== at; at = at.prev) {
      this.#entries[at.height] = at;
    }
  }

  /** The last common entry of this line and the path from genesis to `entry`. */
  fork(entry: Entry): Entry {
    let at = entry;
    while (!this.has(at)) at = at.prev!;
    return at;
  }
}
