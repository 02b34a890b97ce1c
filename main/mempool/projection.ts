import type { Height, Motes } from '../../shared/units.ts';
import { HEADER_BYTES, MAX_BLOCK_BYTES, MAX_BLOCK_OUTPUTS } from '../core/primitives/limits.ts';
import { lowerFeerate } from '../core/policy/feerate.ts';
import { assembleTransactions } from './block-assembler.ts';
import { idOf, type MempoolEntry, type PoolEntry } from './entry.ts';
import type { Pool } from './pool.ts';

/** A block as this node would mine it now. */
export interface ProjectedBlock {
  readonly entries: readonly MempoolEntry[];
  readonly bytes: number;
  /** The used share of a block, by bytes or by outputs, whichever is more: 0 to 1. */
  readonly full: number;
  readonly fees: Motes;
}

/** The transactions with fee rates, in motes per byte, from `from` to below `to`; the highest band has no end. */
export interface FeerateBand {
  readonly from: number;
  readonly to: number | null;
  readonly count: number;
  readonly bytes: number;
}

/** The next blocks, if no transaction arrived any more. */
export interface Projection {
  /** Bytes of transactions that fit into a block. */
  readonly capacity: number;
  /** The next block first. The last one may be partly empty, and with an empty mempool there is none. */
  readonly blocks: readonly ProjectedBlock[];
  /** What is not in these blocks. */
  readonly rest: { readonly count: number; readonly bytes: number };
  /** Lowest fee rate first; only bands that have transactions. */
  readonly bands: readonly FeerateBand[];
  /** The block that contains it, 1 for the next; estimated beyond the projected blocks. Null if it is not in the pool. */
  blockOf(txid: string): number | null;
}

/** Three blocks cost about 50 ms with 50 000 transactions. */
const BLOCKS = 3;
/** Room for the coinbase with several outputs, and for the number of transactions. */
const COINBASE_ROOM = 500;
const CAPACITY = MAX_BLOCK_BYTES - HEADER_BYTES - COINBASE_ROOM;
/** One is left to the coinbase. */
const OUTPUTS = MAX_BLOCK_OUTPUTS - 1;
const CANDIDATE_RATIO = 1.5;
/** A projection is used again for this long, in milliseconds, whatever arrives: pages ask for it after each arrival. */
const KEPT_MS = 2000;
/** The lowest fee rates of the bands: each about half as much again as the one before. */
const BANDS = [1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200, 300, 500, 800, 1200, 2000, 5000, 10_000];

/** Computes the projection, at most every two seconds. `ms`: monotonic milliseconds. */
export function createProjection(pool: Pool, ms: () => number): (height: Height) => Projection {
  let kept: { readonly height: Height; readonly atMs: number; readonly projection: Projection } | null = null;
  return (height) => {
    if (kept === null || kept.height !== height || ms() - kept.atMs >= KEPT_MS)
      kept = { height, atMs: ms(), projection: project(pool, height) };
    return kept.projection;
  };
}

function project({ graph, histogram }: Pool, height: Height): Projection {
  const places = new Map<PoolEntry, number>();
  const blocks: ProjectedBlock[] = [];
  while (blocks.length < BLOCKS && places.size < graph.size) {
    const cut = histogram.rateOfBest(CAPACITY * (blocks.length + CANDIDATE_RATIO));
    const { entries, bytes, fees, outputs } = assembleTransactions(graph, {
      height: height + blocks.length,
      maxBytes: CAPACITY,
      maxOutputs: OUTPUTS,
      cut,
      earlier: new Set(places.keys()),
    });
    if (entries.length === 0) break;
    blocks.push({ entries, bytes, fees, full: Math.max(bytes / CAPACITY, outputs / OUTPUTS) });
    for (const entry of entries) places.set(entry, blocks.length);
  }
  const bytes = blocks.reduce((sum, block) => sum + block.bytes, 0);
  return {
    capacity: CAPACITY,
    blocks,
    rest: { count: graph.size - places.size, bytes: graph.bytes - bytes },
    bands: bandsOf(graph.entries()),
    blockOf(txid) {
      const entry = graph.get(idOf(txid));
      if (entry === undefined) return null;
      const { fee, size } = lowerFeerate(entry, entry.ancestors);
      const ahead = histogram.bytesAbove(fee / size);
      return places.get(entry) ?? Math.max(blocks.length + 1, 1 + Math.floor(ahead / CAPACITY));
    },
  };
}

function bandsOf(entries: Iterable<PoolEntry>): FeerateBand[] {
  const bands = BANDS.map((from, i) => ({ from, to: BANDS[i + 1] ?? null, count: 0, bytes: 0 }));
  for (const { fee, size } of entries) {
    const rate = fee / size;
    const band = bands.findLast(({ from }) => rate >= from) ?? bands[0]!;
    band.count += 1;
    band.bytes += size;
  }
  return bands.filter(({ count }) => count > 0);
}
