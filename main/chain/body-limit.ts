/** How many bytes of blocks a chain keeps. The user may change it while the chain is open. */
export interface BodyLimit {
  /** Limit on the bytes of bodies and undo records together; Infinity for none. */
  maxBytes(): number;
  /**
   * Whether this chain requests lost bodies. False once it has pruned or may have, until it is opened again: a lost body and a
   * pruned one then look the same.
   */
  keepsAll(): boolean;
  /** Undefined: prunes nothing further. */
  set(bytes: number | undefined): void;
}

export function createBodyLimit(bytes: number | undefined): BodyLimit {
  let limit = bytes;
  let hasLimit = bytes !== undefined;
  return {
    maxBytes: () => limit ?? Infinity,
    keepsAll: () => !hasLimit,
    set(next) {
      limit = next;
      hasLimit ||= next !== undefined;
    },
  };
}
