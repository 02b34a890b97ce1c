import { GAP } from '../../shared/contract/vocabulary.ts';
import type { Height } from '../../shared/units.ts';
import type { Mark } from './mark.ts';
import type { Chain, KeyPlace } from './key-path.ts';

/**
 * Blocks on top of one after which its payments count as settled: the bound of the keys that a wallet gives away follows
 * these alone. A payment that no block has, or that a reorganisation took back, leaves nothing on the chain that a
 * restored wallet could go by.
 */
export const SETTLED_AFTER = 100;

/**
 * Unused keys in a row that a wallet looks for when it is restored, unless told, and how far it gives keys away beyond
 * those that settled blocks have paid: a later one might not be found again.
 */
export const GAP_LIMIT: number = GAP.usual;

/** Index of a key on each chain, -1 for none. */
export type KeyIndexes = readonly [number, number];

/** A block that paid a higher key of a chain than any block before it. */
export interface KeyUse {
  readonly height: Height;
  readonly chain: Chain;
  readonly index: number;
}

/** How far blocks have used the keys of a wallet. */
export interface KeyUses {
  /**
   * The highest block that is in it. The wallet itself may stand lower while it reads the chain again: what these blocks
   * say holds as long as the chain still has this one.
   */
  readonly through: Mark;
  /** The highest keys in settled blocks. */
  readonly settled: KeyIndexes;
  /** What the blocks since then added, ascending by height; on each chain ascending by index, and above `settled`. */
  readonly recent: readonly KeyUse[];
}

/** Those of a wallet of which nothing is known up to a block. */
export function noUses(through: Mark): KeyUses {
  return { through, settled: [-1, -1], recent: [] };
}

/** The uses after a block, of any height, was found to pay these keys. */
export function withUses(uses: KeyUses, places: readonly KeyPlace[], height: Height): KeyUses {
  let { recent } = uses;
  for (const { chain, index } of places) {
    const onChain = (use: KeyUse) => use.chain === chain;
    if (index <= uses.settled[chain]) continue;
    if (recent.some((use) => onChain(use) && use.height <= height && use.index >= index)) continue;
    const later = recent.filter((use) => use.height > height && !(onChain(use) && use.index <= index));
    recent = [...recent.filter((use) => use.height <= height), { height, chain, index }, ...later];
  }
  return recent === uses.recent ? uses : { ...uses, recent };
}

/** The same when the wallet stands at a block: what has become settled by it counts as such. */
export function settle(uses: KeyUses, at: Mark): KeyUses {
  const through = at.height >= uses.through.height ? at : uses.through;
  const isSettled = ({ height }: KeyUse) => height <= through.height - SETTLED_AFTER;
  const settled: [number, number] = [...uses.settled];
  for (const { chain, index } of uses.recent.filter(isSettled))
    settled[chain] = Math.max(settled[chain], index);
  return { through, settled, recent: uses.recent.filter((use) => !isSettled(use)) };
}

/** The same after the blocks above one were undone; what was settled stays. */
export function withoutUsesAbove({ settled, recent }: KeyUses, through: Mark): KeyUses {
  return { through, settled, recent: recent.filter(({ height }) => height <= through.height) };
}

/** A block, or a coin of it, that paid keys of the wallet. */
export interface PaidKeys {
  readonly height: Height;
  readonly places: readonly KeyPlace[];
}

/** The uses at a block, from what all blocks up to it have paid, in any order. */
export function usesOf(paid: readonly PaidKeys[], at: Mark): KeyUses {
  const ascending = [...paid].sort((a, b) => a.height - b.height);
  return ascending.reduce(
    (uses, { places, height }) => settle(withUses(uses, places, height), at),
    noUses(at),
  );
}

/** The keys that these outputs pay. */
export function placesOf(outputs: readonly { readonly place: KeyPlace }[]): KeyPlace[] {
  return outputs.map(({ place }) => place);
}
