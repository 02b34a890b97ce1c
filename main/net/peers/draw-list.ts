/** A set that something can be drawn from at random without going through all of it. */
export interface DrawList {
  add(item: string): void;
  delete(item: string): void;
  /** One that `usable` takes, looked for from random places on; null when there is none. Cost: those that it refuses. */
  draw(random: () => number, usable: (item: string) => boolean): string | null;
}

/** Tries at places of their own before going on from the last: neighbours of what can't be used aren't preferred. */
const TRIES = 32;

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
      // The last one takes the place that is free now.
      const last = items.pop()!;
      if (last === item) return;
      items[at] = last;
      places.set(last, at);
    },
    draw(random, usable) {
      let at = 0;
      for (let i = 0; i < TRIES && items.length > 0; i++) {
        at = Math.floor(random() * items.length);
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
