/** A bounded set that forgets its oldest members, such as recently refused transactions. */
export interface KnownSet {
  has(id: string): boolean;
  add(id: string): void;
  delete(id: string): void;
  clear(): void;
  readonly size: number;
}

export function createKnownSet(most: number): KnownSet {
  const ids = new Set<string>();
  return {
    has: (id) => ids.has(id),
    add(id) {
      ids.delete(id);
      ids.add(id);
      if (ids.size > most) ids.delete(ids.values().next().value!);
    },
    delete: (id) => void ids.delete(id),
    clear: () => ids.clear(),
    get size() {
      return ids.size;
    },
  };
}
