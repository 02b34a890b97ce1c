import { oc } from '@orpc/contract';
import * as z from 'zod';
import { count, done, givenId, height, id, nothing, notice, total, unixSeconds } from './fields.ts';
import {
  BLOCK_PATHS,
  BLOCK_SIGNS,
  MAX_GROUP_SOURCES,
  MAX_LISTED_GROUPS,
  PEER_SOURCES,
  REACHABILITIES,
  UPLOAD_STAGES,
} from './vocabulary.ts';

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
  upload: z.object({
    total: count,
    bytesPerSecond: z.number().min(0),
    limit: count.nullable(),
    /**
     * The bytes of this calendar month (UTC), of all runs of the node; the limit (`--upload-month-mb`), null without one; and
     * when the next month begins.
     */
    month: z.object({
      used: count,
      limit: count.nullable(),
      stage: z.enum(UPLOAD_STAGES),
      endsAt: unixSeconds,
    }),
  }),
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

const country = z.string().length(2);

const groupSource = z.object({ group: z.string(), addresses: count });

/** A network group: addresses that one party could own (docs/costs.md). An address with a name is in none. */
const addressGroup = z.object({
  group: z.string(),
  addresses: count,
  /** How many of them this node has connected to at least once. */
  worked: count,
  /**
   * The network groups, or DNS names, that sent addresses of this group, with how many of them; most first. Addresses that no
   * other node sent are in none.
   */
  learnedFrom: z.array(groupSource).max(MAX_GROUP_SOURCES),
});

/** Addition: the addresses in the address manager and the bootstrap addresses, counted. No address is in it. */
export const knownAddresses = z.object({
  total: count,
  /** Public addresses by country, an estimate (`network.countryData`); most first. */
  countries: z.array(z.object({ country, addresses: count })),
  /** Addresses without a country. `unknown` includes public ones that the data has no country for. */
  private: count,
  relayed: count,
  unknown: count,
  /** Addresses by how they were found; most first. */
  foundBy: z.array(z.object({ source: z.enum(PEER_SOURCES), addresses: count })),
  /** The groups with the most addresses, most first. */
  groups: z.array(addressGroup).max(MAX_LISTED_GROUPS),
  /** The groups that are not listed. */
  furtherGroups: z.object({ groups: count, addresses: count }),
  /** The country of the first public address of this node; null without one. */
  ownCountry: country.nullable(),
});

/** Seconds after the first sign of the block at this node, with fractions. */
const after = z.number().min(0);

/**
 * Addition: how a block came to this node, and which of its peers showed when that they have it. Measured at this node
 * only, since its start; other nodes cannot be seen.
 */
export const blockArrival = z.object({
  id,
  /** Null if the node no longer has the header. */
  height: height.nullable(),
  /** When this node saw the first sign of the block, by its own clock. */
  firstSeen: unixSeconds,
  /** When the body was complete, how it came and from which peer. Null before; `peer` is null for `local`. */
  body: z.object({ after, path: z.enum(BLOCK_PATHS), peer: z.string().nullable() }).nullable(),
  /** The first sign of each peer, in order of time; also of peers that left. At most 128. */
  peers: z.array(z.object({ peer: z.string(), sign: z.enum(BLOCK_SIGNS), after })),
});

/** Addition: what this node tried so that other nodes can connect to it, and what came of it. Counts since its start unless said otherwise. */
export const networkReachability = z.object({
  reachability: z.enum(REACHABILITIES),
  /** The cause and what to do, in one sentence with a stable code; the same as in the status. */
  notice,
  /** Whether the node listens on loopback only, and whether it listens at all. */
  local: z.boolean(),
  listening: z.boolean(),
  /** The TCP port on which it listens; null when unknown. */
  port: count.nullable(),
  /** The address at which peers say that they see this node; null if none has said it. */
  publicAddress: z.string().nullable(),
  /** Public peers that are connected and opened the connection themselves. */
  inbound: count,
  /** Outbound peers outside the local network that can be asked to connect. */
  testers: count,
  /** AutoNAT: network groups whose peers could connect, and could not, in the last 15 minutes. */
  dialBacks: z.object({ succeeded: count, failed: count }),
  /** UPnP: whether a router confirmed that it forwards the port. */
  mapped: z.boolean(),
  /** Relays that forward connections to this node now. */
  relays: count,
  /** Hole punching: direct connections in place of relayed ones that succeeded, and that failed. */
  holePunching: z.object({ succeeded: count, failed: count }),
  /** Seconds until `network.testReachability` is allowed again. */
  testAllowedIn: count,
});

export const networkContract = {
  /** Addition. */
  reachability: oc.input(nothing).output(networkReachability),
  /**
   * Addition: forgets the results of earlier tests and asks peers again, one after the other, to connect to the address at which
   * they see this node (AutoNAT). At most once a minute (`reach-tested-recently`); `reach-untestable` if no peer can be asked.
   */
  testReachability: oc.input(nothing).output(done),
  /** Addition. */
  activity: oc.input(nothing).output(networkActivity),
  /** Addition. */
  info: oc.input(nothing).output(networkInfo),
  /** Addition: null where this program has no such data. */
  countryData: oc.input(nothing).output(z.object({ origin: countryData.nullable() })),
  /** Addition: counted at most every 5 seconds. */
  knownAddresses: oc.input(nothing).output(knownAddresses),
  /**
   * Addition: how the newest blocks arrived, in the order of their first signs, newest first; at most 200
   * are recorded. With `id` only that block, or none.
   */
  arrivals: oc
    .input(
      z.strictObject({ id: givenId.optional(), limit: z.int().min(1).max(200).default(20) }).prefault({}),
    )
    .output(z.array(blockArrival)),
};

export type NetworkActivity = z.infer<typeof networkActivity>;
export type KnownAddresses = z.infer<typeof knownAddresses>;
export type BlockArrival = z.infer<typeof blockArrival>;
export type NetworkReachability = z.infer<typeof networkReachability>;
export type CountryOrigin = z.infer<typeof countryData> | null;
export type NetworkInfo = z.infer<typeof networkInfo>;
