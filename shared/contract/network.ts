import { oc } from '@orpc/contract';
import * as z from 'zod';
import { count, height, id, nothing, total } from './fields.ts';

/** Addition: the network of this node. */
export const networkInfo = z.object({
  name: z.string(),
  id,
  /** Prefix of its addresses. */
  hrp: z.string(),
  /** Target time between blocks in seconds. */
  spacing: count,
  /** Maturity of mining rewards in blocks. */
  maturity: height,
  /** Reward per block in the first era, in motes, and number of blocks in an era. */
  subsidy: total,
  halving: height,
  /** Maximum supply in motes. */
  emission: total,
  defaultPort: count,
  /** False for the built-in main network before its launch: it has no nodes to sync from. */
  launched: z.boolean(),
  /** True for a network from a network file; false for the built-in ones. */
  founded: z.boolean(),
  /** True if `mining.generate` is allowed. */
  generates: z.boolean(),
});

/** Addition: figures of relay and sync since the start. */
export const networkActivity = z.object({
  /**
   * Compact blocks (BIP 152): reconstructed without a round trip, reconstructed after one request, or downloaded in
   * full. `inline` counts small blocks that were received in full with their announcement.
   */
  compact: z.object({ whole: count, asked: count, failed: count, inline: count }),
  /** Number of downloaded snapshot chunks, and their total; null when no snapshot is being downloaded. */
  snapshot: z.object({ done: count, of: count }).nullable(),
  /**
   * Number of validated blocks below the snapshot that this node started from, and their total; null without a
   * snapshot.
   */
  history: z.object({ verified: height, of: height }).nullable(),
  /** Speed of the download of blocks. */
  blocksPerSecond: z.number().min(0),
  bytesPerSecond: z.number().min(0),
  /**
   * What this node sends to peers: bytes since its start, bytes per second over the last seconds, and the limit per
   * second (`--max-upload`); null without a limit.
   */
  upload: z.object({ total: count, bytesPerSecond: z.number().min(0), limit: count.nullable() }),
  /** Addresses in the address manager. */
  knownAddresses: count,
  /** Number of nodes of other networks that connected or were dialled. */
  strangers: count,
  /** Offset of this computer's clock from the median of the peers' clocks; null with too few peers. */
  clockOffsetSeconds: z.number().nullable(),
  /** The last failed dials, newest last. */
  failures: z.array(z.object({ address: z.string(), cause: z.string() })),
});

/** Addition: where the data is from by which countries of peers are estimated. */
const countryData = z.object({
  source: z.string(),
  licence: z.string(),
  /** ISO 8601 date of the data. */
  date: z.string(),
});

export const networkContract = {
  /** Addition. */
  activity: oc.input(nothing).output(networkActivity),
  /** Addition. */
  info: oc.input(nothing).output(networkInfo),
  /** Addition: null where this program has no such data. */
  countryData: oc.input(nothing).output(z.object({ origin: countryData.nullable() })),
};

export type NetworkActivity = z.infer<typeof networkActivity>;
export type CountryOrigin = z.infer<typeof countryData> | null;
export type NetworkInfo = z.infer<typeof networkInfo>;
