import type { FRAME } from '../protocol/frame-types.ts';

/**
 * The queue in which a request waits. `relay`: requests that new blocks and transactions need; they never wait behind
 * the other queues. `bulk`: history, snapshots, addresses. `open`: opening streams, and libp2p protocols with one
 * request per stream.
 */
export type QueueName = 'relay' | 'bulk' | 'open';

export interface RequestCost {
  readonly queue: QueueName;
  /** Processor time of a request in microseconds, measured with `npm run bench -- costs` and rounded up. */
  readonly micros: number;
  /** Additional microseconds for each 32 bytes of the request, such as an id. */
  readonly microsEach: number;
  /** Whether the answer may be large. Only one such request per connection is answered at a time. */
  readonly large?: true;
}

type Answers =
  | 'headers'
  | 'block'
  | 'absent'
  | 'transactions'
  | 'wids'
  | 'parts'
  | 'taken'
  | 'records'
  | 'networkFile'
  | 'manifest'
  | 'chunk'
  | 'pushed'
  | 'compact'
  | 'unknown';

/** Frames of the `hello` stream. They get no answer and have their own limit (net/protocol/control.ts). */
type Announcements = 'hello' | 'tip' | 'bye' | 'serves';

/** Frames that a peer sends to get an answer. */
export type RequestFrame = Exclude<keyof typeof FRAME, Answers | Announcements>;

/** Requests that are not frames of this protocol: opening a stream, and messages of libp2p protocols. */
export type OtherRequest =
  | 'stream' // opening a stream: protocol negotiation, for any protocol
  | 'identify'
  | 'identifyPush'
  | 'ping' // bytes to echo
  | 'gossip' // one packet of the gossip router, by its bytes
  | 'autonat' // a dial on behalf of a peer that asks whether it is reachable
  | 'dcutr'
  | 'hop' // a reservation at this relay, or a connection through it
  | 'stop' // a connection that arrives through a relay
  | 'kad' // FIND_NODE or PING
  | 'unknown'; // a frame of a later version

/**
 * The cost of every request that a peer can send. A request without a row does not compile. docs/costs.md shows the
 * table.
 */
export const COST = {
  getHeaders: { queue: 'bulk', micros: 500, microsEach: 5 },
  getBlocks: { queue: 'bulk', micros: 50, microsEach: 100, large: true },
  getTransactions: { queue: 'relay', micros: 100, microsEach: 3 },
  getWids: { queue: 'bulk', micros: 3000, microsEach: 0 },
  getParts: { queue: 'relay', micros: 150, microsEach: 20 },
  handOver: { queue: 'relay', micros: 500, microsEach: 1 },
  getRecords: { queue: 'bulk', micros: 500, microsEach: 0 },
  newRecord: { queue: 'bulk', micros: 1000, microsEach: 0 },
  getNetworkFile: { queue: 'bulk', micros: 100, microsEach: 0 },
  getManifest: { queue: 'bulk', micros: 500, microsEach: 0, large: true },
  getChunk: { queue: 'bulk', micros: 5000, microsEach: 0, large: true },
  pushBlock: { queue: 'relay', micros: 200, microsEach: 1 },
  getCompact: { queue: 'relay', micros: 150, microsEach: 0 },
  wantBlocks: { queue: 'relay', micros: 150, microsEach: 0 },
  unknown: { queue: 'bulk', micros: 150, microsEach: 1 },
  gossip: { queue: 'relay', micros: 50, microsEach: 5 },
  stream: { queue: 'open', micros: 1500, microsEach: 0 },
  identify: { queue: 'open', micros: 1500, microsEach: 0 },
  identifyPush: { queue: 'open', micros: 1500, microsEach: 0 },
  ping: { queue: 'open', micros: 100, microsEach: 50 },
  autonat: { queue: 'open', micros: 10_000, microsEach: 0 },
  dcutr: { queue: 'open', micros: 10_000, microsEach: 0 },
  hop: { queue: 'open', micros: 2000, microsEach: 0 },
  stop: { queue: 'open', micros: 2000, microsEach: 0 },
  kad: { queue: 'open', micros: 5000, microsEach: 0 },
} as const satisfies Readonly<Record<RequestFrame | OtherRequest, RequestCost>>;

export type RequestName = keyof typeof COST;

/** Microseconds of processor time for sending each KiB of an answer: encryption, multiplexer, socket. */
export const ANSWER_MICROS_PER_KIB = 8;

/** A token bucket: the burst, and the amount per second in the long run. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** Processor time in microseconds, and bytes of answers. */
export interface Allowance {
  readonly micros: Rate;
  readonly bytes: Rate;
}

/** Limits for one connection, for all connections of one network group, and for all connections together. */
export interface QueueLimits {
  readonly peer: Allowance;
  readonly group: Allowance;
  readonly overall: Allowance;
}

const MIB = 1 << 20;
const MS = 1000;
/** For a queue whose answers are too small to be limited. */
const NONE: Rate = { burst: 1, perSecond: 1 };

// A peer may use the whole budget while no other peer sends requests, so that an initial sync is as fast as this node
// can serve it.
export const LIMITS = {
  relay: {
    peer: { micros: rate(300 * MS, 100 * MS), bytes: rate(8 * MIB, 2 * MIB) },
    group: { micros: rate(400 * MS, 150 * MS), bytes: rate(16 * MIB, 4 * MIB) },
    overall: { micros: rate(500 * MS, 250 * MS), bytes: rate(32 * MIB, 16 * MIB) },
  },
  bulk: {
    peer: { micros: rate(500 * MS, 300 * MS), bytes: rate(64 * MIB, 32 * MIB) },
    group: { micros: rate(500 * MS, 300 * MS), bytes: rate(64 * MIB, 32 * MIB) },
    overall: { micros: rate(500 * MS, 300 * MS), bytes: rate(64 * MIB, 32 * MIB) },
  },
  open: {
    peer: { micros: rate(100 * MS, 5 * MS), bytes: NONE },
    group: { micros: rate(200 * MS, 40 * MS), bytes: NONE },
    overall: { micros: rate(300 * MS, 100 * MS), bytes: NONE },
  },
} satisfies Readonly<Record<QueueName, QueueLimits>>;

function rate(burst: number, perSecond: number): Rate {
  return { burst, perSecond };
}
