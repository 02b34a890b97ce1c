import { eventIterator, oc } from '@orpc/contract';
import * as z from 'zod';
import { count, done, height, id, nothing, notice, unixSeconds } from './fields.ts';
import { LOG_LEVELS, PHASES, REACHABILITIES, ROLES } from './vocabulary.ts';

/**
 * Everything for a status line. `progress` goes from 0 (no peer yet) to 1 (synced) by work instead of by number of
 * blocks, and never decreases while the node runs.
 */
export const nodeStatus = z.object({
  network: z.string(),
  networkId: id,
  version: z.string(),
  peerId: z.string(),
  addresses: z.array(z.string()),
  height,
  tip: id,
  /** Height of the best chain of headers known. */
  headers: height,
  phase: z.enum(PHASES),
  progress: z.number().min(0).max(1),
  /** Null if no estimate is possible. */
  etaSeconds: count.nullable(),
  /**
   * Addition: seconds until the end of the phase as a range that does not jump, estimated from the speed of the last seconds and of the
   * whole phase; null if no estimate is possible.
   */
  etaRange: z.object({ from: count, to: count }).nullable(),
  /** Blocks per second, or headers per second during header sync; 0 without progress. */
  blocksPerSecond: z.number().nonnegative(),
  bytesPerSecond: z.number().nonnegative(),
  /** Why the sync makes no progress, in one sentence; null while it does. */
  stall: z.string().nullable(),
  /** For a chain that started from a snapshot: the number of checked blocks below it. */
  history: z.object({ verified: height, of: height }).nullable(),
  /** Number of peers after the handshake. */
  peers: count,
  /** Number of transactions in the mempool. */
  mempool: count,
  reachability: z.enum(REACHABILITIES),
  warnings: z.array(notice),
  /** One sentence: what the node does and, if there is a problem, its cause and what to do. */
  sentence: z.string(),
  /** Addition: why other nodes can or cannot connect, and what to do, in one sentence with a stable code. */
  reachabilityNotice: notice,
  /** Addition: the time in the header of the tip. */
  tipTime: unixSeconds,
  /** Addition: start time of this run of the node. */
  startedAt: unixSeconds,
});

/** Addition: facts about this node that do not change while it runs. */
export const nodeAbout = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string(),
  runtime: z.string(),
  platform: z.string(),
  datadir: z.string(),
  startedAt: unixSeconds,
  /**
   * Which implementation checks signatures: the fast library, or the reference implementation if the library failed
   * the start-up gate.
   */
  signatures: z.enum(['libsodium', 'reference']),
  /** What kind of client this is. The window may not confirm payments by itself. */
  role: z.enum(ROLES),
});

/** Addition: one line of the node's log, without secrets. */
export const logLine = z.object({
  time: z.string(),
  level: z.enum(LOG_LEVELS),
  area: z.string(),
  message: z.string(),
  data: z.record(z.string(), z.unknown()).optional(),
});

export const nodeContract = {
  status: oc.input(nothing).output(nodeStatus),
  /** The current status immediately, and later after changes, at most 4 times per second. */
  watch: oc.input(nothing).output(eventIterator(nodeStatus)),
  /** Stops the node cleanly, after it has answered. */
  shutdown: oc.input(nothing).output(done),
  /** Addition: stops the node and starts it again, after it has answered, so that all settings take effect. */
  restart: oc.input(nothing).output(done),
  /** Addition: a link to join the network through this node; null while other nodes cannot connect to it. */
  joinLink: oc.input(nothing).output(z.object({ link: z.string().nullable() })),
  /** Addition. */
  about: oc.input(nothing).output(nodeAbout),
  /** Addition: the newest lines, oldest first. */
  log: oc
    .input(
      z
        .strictObject({
          limit: z.int().min(1).max(500).default(100),
          level: z.enum(LOG_LEVELS).default('info'),
        })
        .prefault({}),
    )
    .output(z.array(logLine)),
  /** Addition: the newest lines immediately, oldest first, and each later line as it is written. */
  watchLog: oc
    .input(z.strictObject({ level: z.enum(LOG_LEVELS).default('info') }).prefault({}))
    .output(eventIterator(logLine)),
  /**
   * Addition: facts about this node and the last lines of its log as plain text, to send to a developer. Addresses, peer ids, names,
   * amounts and places are not in it (docs/diagnosis.md). It is not sent anywhere.
   */
  diagnosis: oc.input(nothing).output(z.object({ createdAt: unixSeconds, text: z.string() })),
};

export type NodeStatus = z.infer<typeof nodeStatus>;
export type NodeAbout = z.infer<typeof nodeAbout>;
export type LogLine = z.infer<typeof logLine>;
