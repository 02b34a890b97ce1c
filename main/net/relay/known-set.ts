/** A set that forgets its oldest members: what a peer knows, what was refused lately. */
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
