import type { Height, UnixSeconds } from '../../shared/units.ts';
import type { Delta } from '../core/ledger/delta.ts';
import { compareFeerates, type Feerate, lowerFeerate } from '../core/policy/feerate.ts';
import type { Block } from '../core/primitives/block.ts';
import { MAX_BLOCK_BYTES, MAX_BLOCK_OUTPUTS } from '../core/primitives/limits.ts';
import type { Clock } from '../lib/clock.ts';
import type { ChainView } from './chain-view.ts';
import { effectiveRates } from './effective-rates.ts';
import type { PoolEntry } from './entry.ts';
import type { ObservedBlock } from './mined-odds.ts';
import type { Pool } from './pool.ts';

/** A block that was connected, and the coins that it spent. */
export interface ConnectedStep {
  readonly block: Block;
  readonly delta: Pick<Delta, 'spent'>;
}

/** Observes what fee rate the last blocks of the active chain asked for. */
export interface BlockRates {
  /** A block was connected, and the pool no longer has its transactions. */
  connected(step: ConnectedStep): void;
  disconnected(height: Height): void;
  /** Adds blocks that were observed before a restart; blocks observed since then stay. */
  restore(saved: readonly ObservedBlock[]): void;
  /** The observed ones of the last {@link OBSERVED_BLOCKS} blocks, in order of height. */
  recent(): readonly ObservedBlock[];
}

export interface BlockRatesDeps {
  readonly chain: Pick<ChainView, 'network' | 'tip'>;
  readonly pool: Pick<Pool, 'graph' | 'histogram'>;
  readonly clock: Pick<Clock, 'now'>;
}

export const OBSERVED_BLOCKS = 100;
// A block is observed if its time is at most this many block intervals ago. Older ones are being synced: the payments that
// waited for them are not known, and they say little about the next block. Where blocks come every few seconds, clocks may
// differ by more than that: then it is the difference that the rules allow, at most ten minutes.
const NEAR_TIP_SPACINGS = 10;
const NEAR_TIP_SECONDS = 600;

export function createBlockRates({ chain, pool, clock }: BlockRatesDeps): BlockRates {
  const rates = new Map<Height, ObservedBlock>();
  const { spacing, futureLimit } = chain.network.params;
  const nearTip = Math.max(NEAR_TIP_SPACINGS * spacing, Math.min(futureLimit, NEAR_TIP_SECONDS));
  /** What was in reach of the next block when the block at this height had been connected; null if that is not known. */
  let last: { readonly height: Height; readonly reach: number } | null = null;

  const observe = ({ block, delta }: ConnectedStep): void => {
    const { height } = block.header;
    if (last?.height !== height - 1) return;
    const asked = askedBy(contentsOf(block, delta.spent), pool.graph.entries(), { height, now: clock.now() });
    if (asked !== null) rates.set(height, { height, asked, reach: last.reach });
  };

  return {
    connected(step) {
      const { height, time } = step.block.header;
      for (const old of rates.keys()) if (old <= height - OBSERVED_BLOCKS) rates.delete(old);
      const isNear = time >= clock.now() - nearTip;
      if (isNear) observe(step);
      last = isNear ? { height, reach: pool.histogram.rateBehind(MAX_BLOCK_BYTES) } : null;
    },
    disconnected(height) {
      rates.delete(height);
      last = null;
    },
    restore(saved) {
      for (const rate of saved) if (!rates.has(rate.height)) rates.set(rate.height, rate);
    },
    recent() {
      const tip = chain.tip().height;
      return [...rates.values()]
        .filter(({ height }) => height > tip - OBSERVED_BLOCKS && height <= tip)
        .sort((a, b) => a.height - b.height);
    },
  };
}

// Below this room few payments fit into a block.
const FULL_BYTES = 2000;
const FULL_OUTPUTS = 20;
// Seconds. A miner may not have a payment that is younger, or may still work on a template without it.
const WAITED_LONG_ENOUGH = 60;

/** What a block can still take. */
interface Room {
  readonly bytes: number;
  readonly outputs: number;
}

/** What counts of a block. */
export interface BlockContents {
  readonly room: Room;
  /** Without the coinbase. */
  readonly payments: number;
  /** What each payment paid. */
  rates(): readonly Feerate[];
}

interface Moment {
  readonly height: Height;
  readonly now: UnixSeconds;
}

function contentsOf(block: Block, spent: Delta['spent']): BlockContents {
  const outputs = block.transactions.reduce((sum, tx) => sum + tx.outputs.length, 0);
  return {
    room: { bytes: MAX_BLOCK_BYTES - block.bytes.length, outputs: MAX_BLOCK_OUTPUTS - outputs },
    payments: block.transactions.length - 1,
    rates: () => effectiveRates(block.transactions.slice(1), spent),
  };
}

/**
 * What fee rate a block asked for, in motes per byte, by its payments and by what the pool still has after it. Null for a
 * block without payments that nothing waited for: it does not show what its miner would have included.
 */
export function askedBy(block: BlockContents, left: Iterable<LeftOut>, moment: Moment): number | null {
  if (block.room.bytes < FULL_BYTES || block.room.outputs < FULL_OUTPUTS) return lowestRate(block.rates());
  const highest = highestRate(left, { room: block.room, ...moment });
  return highest === 0 && block.payments === 0 ? null : highest;
}

/** What an entry of the pool needs to enter a block. */
interface LeftOut extends Feerate, Pick<PoolEntry, 'time' | 'validFrom' | 'outputs' | 'ancestors'> {}

/** The highest fee rate, in motes per byte, that a block with this room left out at `now`; 0 for none. */
export function highestRate(
  entries: Iterable<LeftOut>,
  { room, height, now }: Moment & { readonly room: Room },
): number {
  let highest = 0;
  for (const entry of entries) {
    if (entry.time > now - WAITED_LONG_ENOUGH || entry.validFrom > height) continue;
    if (entry.ancestors.size <= room.bytes && mostOutputs(entry) <= room.outputs)
      highest = Math.max(highest, perByte(lowerFeerate(entry, entry.ancestors)));
  }
  return highest;
}

/** Bytes of an output to an address. */
const OUTPUT_BYTES = 42;

/** The outputs of an entry, and the most that its ancestors can have by their size. */
const mostOutputs = ({ size, outputs, ancestors }: LeftOut): number =>
  outputs + Math.floor((ancestors.size - size) / OUTPUT_BYTES);

// This share of the bytes that paid least is left out: a miner includes payments of its own for nothing, and small ones fill
// the last room that no better-paying one fits into.
const IGNORED_SHARE = 0.02;

/** The lowest fee rate of a full block, in motes per byte, without the few bytes that paid least; 0 for none. */
export function lowestRate(entered: readonly Feerate[]): number {
  const ascending = entered.toSorted(compareFeerates);
  let ignored = ascending.reduce((sum, { size }) => sum + size, 0) * IGNORED_SHARE;
  const lowest = ascending.find(({ size }) => (ignored -= size) < 0);
  return lowest === undefined ? 0 : perByte(lowest);
}

const perByte = ({ fee, size }: Feerate): number => fee / size;
