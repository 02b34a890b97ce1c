/** A binary heap. Reading the first item is O(1), adding and removing are O(log n). */
export interface Heap<T> {
  readonly size: number;
  push(item: T): void;
  peek(): T | undefined;
  pop(): T | undefined;
}

/** `before(a, b)` is true when `a` comes out first. The heap takes ownership of `items`; building is O(n). */
export function createHeap<T>(before: (a: T, b: T) => boolean, items: T[] = []): Heap<T> {
  const sink = (start: number): void => {
    const item = items[start]!;
    let at = start;
    for (let child = 2 * at + 1; child < items.length; child = 2 * at + 1) {
      if (child + 1 < items.length && before(items[child + 1]!, items[child]!)) child++;
      if (!before(items[child]!, item)) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = item;
  };

  const rise = (start: number): void => {
    const item = items[start]!;
    let at = start;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(item, items[parent]!)) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = item;
  };

  for (let at = (items.length >> 1) - 1; at >= 0; at--) sink(at);

  return {
    get size() {
      return items.length;
    },
    push(item) {
      items.push(item);
      rise(items.length - 1);
    },
    peek: () => items[0],
    pop() {
      const first = items[0];
      const last = items.pop();
      if (items.length > 0) {
        items[0] = last!;
        sink(0);
      }
      return first;
    },
  };
}

/** The first `limit` items in order. O(n + limit log limit): the rest is not sorted. */
export function firstOf<T>(items: Iterable<T>, limit: number, before: (a: T, b: T) => boolean): T[] {
  // The last of the kept items is on top, so that most items need only one comparison.
  const kept = createHeap<T>((a, b) => before(b, a));
  for (const item of items) {
    if (kept.size === limit && !before(item, kept.peek()!)) continue;
    kept.push(item);
    if (kept.size > limit) kept.pop();
  }
  const ordered: T[] = [];
  for (let item = kept.pop(); item !== undefined; item = kept.pop()) ordered.push(item);
  return ordered.reverse();
}
