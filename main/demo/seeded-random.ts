/** A random wait in milliseconds with this mean, distributed exponentially, as between independent events. */
export function exponential(meanMs: number): number {
  return -meanMs * Math.log(1 - Math.random());
}

/** A whole number from `low` to `high`, both included. */
export function between(low: number, high: number): number {
  return low + Math.floor(Math.random() * (high - low + 1));
}

export function oneOf<Item>(items: readonly Item[]): Item | undefined {
  return items[between(0, items.length - 1)];
}
