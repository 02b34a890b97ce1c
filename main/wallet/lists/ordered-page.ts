/** What a page of a list is asked for with. */
export interface PageOrder {
  readonly order: 'ascending' | 'descending';
  /** Number of items before the first of the page. */
  readonly skip: number;
  readonly limit: number;
}

/**
 * One page of a list in the order of a number; items with the same number keep their order. Only the items of the page
 * are sorted as objects: the numbers alone are sorted about ten times as fast, and say which items those are.
 */
export function orderedPage<Item>(
  items: readonly Item[],
  valueOf: (item: Item) => number,
  { order, skip, limit }: PageOrder,
): Item[] {
  if (skip >= items.length || limit < 1) return [];
  const sign = order === 'ascending' ? 1 : -1;
  const values = new Float64Array(items.length);
  for (let i = 0; i < items.length; i++) values[i] = sign * valueOf(items[i]!);
  const sorted = values.toSorted();
  const [least, most] = [sorted[skip]!, sorted[Math.min(items.length, skip + limit) - 1]!];
  const found: { item: Item; value: number }[] = [];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value >= least && value <= most) found.push({ item: items[i]!, value });
  }
  const before = sorted.indexOf(least);
  return found
    .sort((a, b) => a.value - b.value)
    .slice(skip - before, skip - before + limit)
    .map(({ item }) => item);
}
