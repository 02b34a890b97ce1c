import type { Block } from '../../core/primitives/block.ts';
import type { HeaderEntry } from '../../chain/header-entry.ts';

/** One block that is on its way. */
export interface Slot {
  readonly entry: HeaderEntry;
  state: 'wanted' | 'asked' | 'here';
  /** Who was asked for it, or who sent it. */
  peer: string | null;
  askedAt: number;
  body: Body | null;
}

/** A block as a peer sent it, or as it was put together here. */
export type Body = Uint8Array | Block;

export const sizeOf = (body: Body): number => (body instanceof Uint8Array ? body.length : body.bytes.length);

/** Blocks ahead of the tip that are fetched at the same time. */
export const WINDOW_BLOCKS = 1024;
/** Bytes of blocks that wait for their parents, together with those asked for: a guess from the latest. */
export const WINDOW_BYTES = 12 << 20;
/** Blocks asked for at once of all peers: where the guess is wrong, each may be a full one. */
export const MOST_ASKED = 192;

/** The blocks that come next, lowest first, and where each of them is. Plain data; block-download.ts moves it. */
export interface Window {
  readonly slots: readonly Slot[];
  get(id: string): Slot | undefined;
  /** Takes the new plan over; what is already here or asked for stays so. */
  plan(entries: readonly HeaderEntry[]): void;
  /** Up to `max` lowest wanted slots that `usable` takes. */
  wanted(max: number, usable: (slot: Slot) => boolean): Slot[];
  asked(slots: readonly Slot[], peer: string, at: number): void;
  /** Puts a block in, from a peer or put together here; false when it isn't wanted (any more). */
  fill(id: string, body: Body, peer: string | null): boolean;
  /** Wants a block again that was asked for. */
  unask(id: string): void;
  /** Wants again all that this peer was asked for. */
  release(peer: string): void;
  /** Takes the lowest out if it is here. */
  shift(): Slot | null;
  /** Bytes that are here, and an estimate of those that were asked for. */
  bytes(): number;
}

export function createWindow(): Window {
  let slots: Slot[] = [];
  const byId = new Map<string, Slot>();
  let here = 0;
  let askedFor = 0;
  // The size of a usual block lately: what one that was asked for will probably take.
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
      // Quickly up and slowly down: too low a guess is what costs memory.
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
