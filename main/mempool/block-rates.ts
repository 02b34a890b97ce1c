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

export interface BlockRate extends ObservedBlock {
  readonly height: Height;
}

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
  restore(saved: readonly BlockRate[]): void;
  /** The observed ones of the last {@link OBSERVED_BLOCKS} blocks, in order of height. */
  recent(): readonly BlockRate[];
}

export interface BlockRatesDeps {
  readonly chain: Pick<ChainView, 'network' | 'tip'>;
  readonly pool: Pick<Pool, 'graph' | 'histogram'>;
  readonly clock: Pick<Clock, 'now'>;
}

export const OBSERVED_BLOCKS = 100;
// A block is observed if its time is at most this many block intervals ago. Older ones are being synced: the payments that
// waited for them are not known, and they say little about the next block.
const NEAR_TIP_SPACINGS = 10;

export function createBlockRates({ chain, pool, clock }: BlockRatesDeps): BlockRates {
  const rates = new Map<Height, BlockRate>();
  const nearTip = NEAR_TIP_SPACINGS * chain.network.params.spacing;
  /** What was in reach of the next block when the block at this height had been connected; null if that is not known. */
  let last: { readonly height: Height; readonly reach: number } | null = null;

  const observe = ({ block, delta }: ConnectedStep): void => {
    const { height } = block.header;
    if (last?.height !== height - 1) return;
    const asked = askedBy(block, delta.spent, { pool, now: clock.now() });
    rates.set(height, { height, asked, reach: last.reach });
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
export const FULL_BYTES = 2000;
const FULL_OUTPUTS = 20;
// Seconds. A miner may not have a payment that is younger, or may still work on a template without it.
const WAITED_LONG_ENOUGH = 60;

/** What fee rate a block asked for, by its transactions and by what the pool still has after it. */
function askedBy(
  block: Block,
  spent: Delta['spent'],
  { pool, now }: { readonly pool: Pick<Pool, 'graph'>; readonly now: number },
): number {
  const room = MAX_BLOCK_BYTES - block.bytes.length;
  const outputs = block.transactions.reduce((sum, tx) => sum + tx.outputs.length, 0);
  const isFull = room < FULL_BYTES || MAX_BLOCK_OUTPUTS - outputs < FULL_OUTPUTS;
  if (isFull) return lowestRate(effectiveRates(block.transactions.slice(1), spent));
  return highestRate(pool.graph.entries(), { room, height: block.header.height, now });
}

/** What an entry of the pool needs to enter a block. */
interface LeftOut extends Feerate, Pick<PoolEntry, 'time' | 'validFrom' | 'ancestors'> {}

/** The highest fee rate, in motes per byte, that a block with this room in bytes left out at `now`; 0 for none. */
export function highestRate(
  entries: Iterable<LeftOut>,
  { room, height, now }: { readonly room: number; readonly height: Height; readonly now: UnixSeconds },
): number {
  let highest = 0;
  for (const entry of entries) {
    if (entry.time > now - WAITED_LONG_ENOUGH || entry.validFrom > height) continue;
    if (entry.ancestors.size <= room)
      highest = Math.max(highest, perByte(lowerFeerate(entry, entry.ancestors)));
  }
  return highest;
}

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
