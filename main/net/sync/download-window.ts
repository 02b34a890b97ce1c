import type { Block } from '../../core/primitives/block.ts';
import type { HeaderEntry } from '../../chain/header-entry.ts';

/** A block in the download window. */
export interface Slot {
  readonly entry: HeaderEntry;
  state: 'wanted' | 'asked' | 'here';
  /** The peer that was asked for it, or that sent it. */
  peer: string | null;
  askedAt: number;
  body: Body | null;
}

/** A block as a peer sent it, or as it was reconstructed here. */
export type Body = Uint8Array | Block;

export const sizeOf = (body: Body): number => (body instanceof Uint8Array ? body.length : body.bytes.length);

/** Most blocks ahead of the tip that are downloaded at the same time. */
export const WINDOW_BLOCKS = 1024;
/**
 * Most bytes of blocks that wait for their parents, plus an estimate for requested ones, from the size of recent
 * blocks.
 */
export const WINDOW_BYTES = 12 << 20;
/** Most blocks requested from all peers together: where the estimate is wrong, each may be a full block. */
export const MOST_ASKED = 192;

/** The next blocks in order, lowest first, and the state of each. Plain data; block-download.ts changes it. */
export interface Window {
  readonly slots: readonly Slot[];
  get(id: string): Slot | undefined;
  /** Replaces the list of blocks; the state of blocks that are in both lists is kept. */
  plan(entries: readonly HeaderEntry[]): void;
  /** Up to `max` lowest slots in state `wanted` that `usable` accepts. */
  wanted(max: number, usable: (slot: Slot) => boolean): Slot[];
  asked(slots: readonly Slot[], peer: string, at: number): void;
  /** Stores a body, from a peer or reconstructed; false when it is not wanted (any more). */
  fill(id: string, body: Body, peer: string | null): boolean;
  /** Sets a requested block back to `wanted`. */
  unask(id: string): void;
  /** Sets all blocks requested from this peer back to `wanted`. */
  release(peer: string): void;
  /** Removes the lowest block if its body is here. */
  shift(): Slot | null;
  /** Bytes that are here, and an estimate for requested blocks. */
  bytes(): number;
}

export function createWindow(): Window {
  let slots: Slot[] = [];
  const byId = new Map<string, Slot>();
  let here = 0;
  let askedFor = 0;
  // The size of recent blocks, which estimates that of a requested block.
  let usual = 16_384;

  function toWanted(slot: Slot): void {
    if (slot.state === 'asked') askedFor--;
    if (slot.body !== null) here -= sizeOf(slot.body);
    slot.state = 'wanted';
    slot.peer = null;
    slot.body = null;
  }

  return {
    get slots() {
      return slots;
    },
    get: (id) => byId.get(id),
    plan(entries) {
      const ids = new Set(entries.map((entry) => entry.id));
      for (const slot of slots) {
        if (ids.has(slot.entry.id)) continue;
        byId.delete(slot.entry.id);
        toWanted(slot);
      }
      slots = entries.map((entry) => {
        const slot = byId.get(entry.id) ?? { entry, state: 'wanted', peer: null, askedAt: 0, body: null };
        byId.set(entry.id, slot);
        return slot;
      });
    },
    wanted(max, usable) {
      const found: Slot[] = [];
      for (const slot of slots) {
        if (found.length >= Math.min(max, MOST_ASKED - askedFor)) break;
        if (slot.state === 'wanted' && usable(slot)) found.push(slot);
      }
      return found;
    },
    asked(some, peer, at) {
      for (const slot of some) {
        slot.state = 'asked';
        slot.peer = peer;
        slot.askedAt = at;
        askedFor++;
      }
    },
    fill(id, body, peer) {
      const slot = byId.get(id);
      if (slot === undefined || slot.state === 'here') return false;
      if (slot.state === 'asked') askedFor--;
      slot.state = 'here';
      slot.peer = peer;
      const size = sizeOf(body);
      slot.body = body;
      here += size;
      // Increases at once and decreases slowly: an estimate that is too low costs memory.
      usual = size > usual ? size : usual + (size - usual) / 16;
      return true;
    },
    unask(id) {
      const slot = byId.get(id);
      if (slot?.state === 'asked') toWanted(slot);
    },
    release(peer) {
      for (const slot of slots) if (slot.state === 'asked' && slot.peer === peer) toWanted(slot);
    },
    shift() {
      const first = slots[0];
      if (first?.state !== 'here') return null;
      slots.shift();
      byId.delete(first.entry.id);
      here -= sizeOf(first.body!);
      return first;
    },
    bytes: () => here + askedFor * usual,
  };
}
