import type { UnixSeconds } from '../../shared/units.ts';
import type { Header } from '../core/primitives/header.ts';

interface Kept {
  readonly time: UnixSeconds;
  readonly bytes: Uint8Array;
}

/** Blocks and headers slightly ahead of the local clock, kept for a retry without a penalty for the sender (protocol.md §10). */
export class DeferredBlocks {
  readonly #kept = new Map<string, Kept>();
  readonly #limit: number;

  constructor(limit = 16) {
    this.#limit = limit;
  }

  /**
   * Keeps the bytes of a header, or of its whole block. A full buffer drops the oldest: a peer that sends many early
   * headers had to do the proof of work of each, which the caller has checked.
   */
  add({ idHex, time }: Header, bytes: Uint8Array): void {
    // A header alone must not replace its whole block.
    if ((this.#kept.get(idHex)?.bytes.length ?? 0) > bytes.length) return;
    this.#kept.set(idHex, { time, bytes });
    if (this.#kept.size > this.#limit) this.#kept.delete(this.#kept.keys().next().value!);
  }

  /** Removes and returns the items whose time is not after `latest`, oldest first. */
  take(latest: UnixSeconds): Uint8Array[] {
    const due: Uint8Array[] = [];
    for (const [id, { time, bytes }] of this.#kept) {
      if (time > latest) continue;
      this.#kept.delete(id);
      due.push(bytes);
    }
    return due;
  }
}
