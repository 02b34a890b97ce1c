import { GAP } from '../../../shared/contract/vocabulary.ts';
import type { Height } from '../../../shared/units.ts';
import type { Chain, KeyPath } from '../keys/key-path.ts';
import type { BlockRef } from './ports.ts';

/**
 * Confirmations from which on a block counts as settled. Only payments in settled blocks raise the highest key that may
 * be issued. An unconfirmed payment, or one that a reorganisation removed, leaves nothing on the chain that a restore
 * could find.
 */
export const SETTLED_CONFIRMATIONS = 100;

/**
 * Gap limit: the number of unused keys in a row after which a restore stops looking, unless the user chose another. It
 * is also how many keys may be issued beyond the highest one that a settled block paid, because a restore might not
 * find later ones.
 */
export const GAP_LIMIT: number = GAP.usual;

/** Index of one key of each chain; -1 for none. */
export type KeyIndexes = readonly [number, number];

/** The first block that paid a key of a chain with this index or a higher one. */
export interface KeyUse {
  readonly height: Height;
  readonly chain: Chain;
  readonly index: number;
}

/** Which keys of a wallet blocks have paid. */
export interface KeyUses {
  /**
   * The highest block that is included. The wallet itself may be at a lower block while it reads the chain again. The
   * key use stays valid as long as this block is on the active chain.
   */
  readonly upTo: BlockRef;
  /** The highest key of each chain in settled blocks. */
  readonly settled: KeyIndexes;
  /** Higher keys that later blocks paid, ascending by height. On each chain ascending by index, and above `settled`. */
  readonly recent: readonly KeyUse[];
}

/** Key use of a wallet that no block up to this one has paid. */
export function noUses(upTo: BlockRef): KeyUses {
  return { upTo, settled: [-1, -1], recent: [] };
}

/** Key use after a block of any height paid these keys. */
export function withUses(uses: KeyUses, keyPaths: readonly KeyPath[], height: Height): KeyUses {
  let { recent } = uses;
  for (const { chain, index } of keyPaths) {
    const onChain = (use: KeyUse) => use.chain === chain;
    if (index <= uses.settled[chain]) continue;
    if (recent.some((use) => onChain(use) && use.height <= height && use.index >= index)) continue;
    const later = recent.filter((use) => use.height > height && !(onChain(use) && use.index <= index));
    recent = [...recent.filter((use) => use.height <= height), { height, chain, index }, ...later];
  }
  return recent === uses.recent ? uses : { ...uses, recent };
}

/** Key use at a block: uses in blocks that are settled at that block move into `settled`. */
export function moveToSettled(uses: KeyUses, at: BlockRef): KeyUses {
  const upTo = at.height >= uses.upTo.height ? at : uses.upTo;
  const isSettled = ({ height }: KeyUse) => height <= upTo.height - SETTLED_CONFIRMATIONS;
  const settled: [number, number] = [...uses.settled];
  for (const { chain, index } of uses.recent.filter(isSettled))
    settled[chain] = Math.max(settled[chain], index);
  return { upTo, settled, recent: uses.recent.filter((use) => !isSettled(use)) };
}

/** Key use after the blocks above `upTo` were disconnected; `settled` stays. */
export function withoutUsesAbove({ settled, recent }: KeyUses, upTo: BlockRef): KeyUses {
  return { upTo, settled, recent: recent.filter(({ height }) => height <= upTo.height) };
}

/** A block that paid keys of the wallet, or one coin of such a block. */
export interface PaidKeys {
  readonly height: Height;
  readonly keyPaths: readonly KeyPath[];
}

/** Key use at a block, computed from all payments up to it, in any order. */
export function usesOf(paid: readonly PaidKeys[], at: BlockRef): KeyUses {
  const ascending = [...paid].sort((a, b) => a.height - b.height);
  return ascending.reduce(
    (uses, { keyPaths, height }) => moveToSettled(withUses(uses, keyPaths, height), at),
    noUses(at),
  );
}

/** The keys that these outputs pay. */
export function keysPaidBy(outputs: readonly { readonly keyPath: KeyPath }[]): KeyPath[] {
  return outputs.map(({ keyPath }) => keyPath);
}
