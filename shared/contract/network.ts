import { oc } from '@orpc/contract';
import * as z from 'zod';
import { count, height, id, nothing, total } from './fields.ts';

/** Addition: the network that this node belongs to, as data. */
export const networkInfo = z.object({
  name: z.string(),
  id,
  /** Prefix of its addresses. */
  hrp: z.string(),
  /** Seconds between blocks that the difficulty aims at. */
  spacing: count,
  /** Blocks that a mined reward must wait. */
  maturity: height,
  /** Motes of reward in the first era, and blocks in an era. */
  subsidy: total,
  halving: height,
  /** All coins that will ever be issued, in motes. */
  emission: total,
  defaultPort: count,
  /** False for the built-in main network before its launch: nobody is there to sync from. */
  launched: z.boolean(),
  /** True when somebody founded it with a network file; false for the built-in ones. */
  founded: z.boolean(),
  /** True where `mining.generate` works. */
  generates: z.boolean(),
});

/** Addition: what the mechanisms between nodes have done since the start, and are doing. */
export const networkActivity = z.object({
  /**
   * Blocks that came as lists of what everybody has: put together at once, after one question, or fetched whole.
   * `inline` counts small ones that came whole with their announcement.
   */
  compact: z.object({ whole: count, asked: count, failed: count, inline: count }),
  /** Parts of a UTXO set that are here, of how many; null when none is being fetched. */
  snapshot: z.object({ done: count, of: count }).nullable(),
  /** Blocks checked behind the UTXO set that this node began with, of how many; null when it began with none. */
  history: z.object({ verified: height, of: height }).nullable(),
  /** While blocks are being fetched. */
  blocksPerSecond: z.number().min(0),
  bytesPerSecond: z.number().min(0),
  /**
   * What this node sends to others: bytes since its start, bytes a second over the last seconds, and how many a second it
   * may send (`--max-upload`); null without a limit.
   */
  upload: z.object({ total: count, bytesPerSecond: z.number().min(0), limit: count.nullable() }),
  /** Addresses that could be tried. */
  knownAddresses: count,
  /** Nodes of other networks met. */
  strangers: count,
  /** This clock less the median of the peers' clocks; null while too few peers are there. */
  clockOffsetSeconds: z.number().nullable(),
  /** The last calls that failed, newest last. */
  failures: z.array(z.object({ address: z.string(), cause: z.string() })),
});

export const networkContract = {
  /** Addition. */
  activity: oc.input(nothing).output(networkActivity),
  /** Addition. */
  info: oc.input(nothing).output(networkInfo),
};

export type NetworkActivity = z.infer<typeof networkActivity>;
export type NetworkInfo = z.infer<typeof networkInfo>;
