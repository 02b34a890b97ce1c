import { numberBelow, type Random } from '../../lib/random.ts';

/** A set from which a random member can be drawn without a scan of all members. */
export interface DrawList {
  add(item: string): void;
  delete(item: string): void;
  /**
   * A random member that `usable` accepts; null when there is none. Cost: the number of members that `usable` refuses.
   */
  draw(random: Pick<Random, 'number'>, usable: (item: string) => boolean): string | null;
}

/**
 * Number of independent random positions to try before a linear search from the last one. With the linear search alone,
 * members next to unusable ones would be preferred.
 */
const MAX_RANDOM_DRAWS = 32;

export function createDrawList(): DrawList {
  const items: string[] = [];
  const places = new Map<string, number>();

  return {
    add(item) {
      if (places.has(item)) return;
      places.set(item, items.length);
      items.push(item);
    },
    delete(item) {
      const at = places.get(item);
      if (at === undefined) return;
      places.delete(item);
      // The last member moves to the free position.
      const last = items.pop()!;
      if (last === item) return;
      items[at] = last;
      places.set(last, at);
    },
    draw(random, usable) {
      let at = 0;
      for (let i = 0; i < MAX_RANDOM_DRAWS && items.length > 0; i++) {
        at = numberBelow(random, items.length);
        if (usable(items[at]!)) return items[at]!;
      }
      for (let i = 1; i <= items.length; i++) {
        const item = items[(at + i) % items.length]!;
        if (usable(item)) return item;
      }
      return null;
    },
  };
}
