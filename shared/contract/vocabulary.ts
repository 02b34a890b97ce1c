/**
 * The closed sets of words that cross the contract. Plain constants without zod, so that the page can import them
 * at no cost.
 */

/** What the node is doing, in the order in which a new one goes through it. */
export const PHASES = [
  'starting', // opening and checking the data directory
  'repairing', // rebuilding what a crash damaged, from what is still good
  'finding-peers', // no peer yet to sync from
  'headers', // fetching and checking headers
  'snapshot', // fetching a UTXO set that the chain commits to
  'blocks', // fetching and checking blocks
  'synced', // at the best known tip
  'stopping',
] as const;
export type Phase = (typeof PHASES)[number];

/** Whether other nodes can connect to this one. `local` = it listens on loopback only. */
export const REACHABILITIES = ['unknown', 'reachable', 'unreachable', 'local'] as const;
export type Reachability = (typeof REACHABILITIES)[number];

/** What a node says that it serves. `pruned` ones serve recent blocks only. */
export const SERVICES = ['archive', 'pruned', 'snapshots', 'relay'] as const;
export type Service = (typeof SERVICES)[number];

export const DIRECTIONS = ['inbound', 'outbound'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** Why this connection exists. `manual` = asked for by the user; `feeler` = a short one that tests an address. */
export const PEER_KINDS = ['inbound', 'full-relay', 'block-only', 'feeler', 'manual'] as const;
export type PeerKind = (typeof PEER_KINDS)[number];

/** Where the node learnt the peer's address. */
export const PEER_SOURCES = [
  'inbound',
  'bootstrap',
  'dns',
  'manual',
  'address-book',
  'exchange',
  'dht',
  'mdns',
  'join-link',
] as const;
export type PeerSource = (typeof PEER_SOURCES)[number];

/** Events between this node and a peer. */
export const PEER_EVENTS = [
  'connected',
  'left',
  'refused', // an inbound or outbound connection that did not become a peer
  'penalty', // a violation that raised the score
  'banned',
  'pardoned', // the user lifted a ban
] as const;
export type PeerEvent = (typeof PEER_EVENTS)[number];

/** Where a soft fork stands (protocol.md §13). */
export const UPGRADE_STATES = ['defined', 'started', 'locked-in', 'active', 'failed'] as const;

/** Where a payment stands. */
export const HISTORY_STATES = [
  'queued', // ours, no peer has it yet (none connected)
  'sent', // ours, at least one peer fetched it or echoed it
  'pending', // coming in, seen in the mempool, in no block yet
  'mined', // in a block with fewer than 6 confirmations
  'immature', // a mined reward that can't be spent yet
  'confirmed', // in a block with at least 6 confirmations (a reward: mature)
  'expired', // wasn't mined in time; its coins are free again, but a reorganisation could still mine it
  'dead', // expired 100 blocks or more ago: it will never be mined
  'conflicted', // another payment that spends the same coin was mined
  'cancelled', // replaced by its own sender
] as const;
export type HistoryState = (typeof HISTORY_STATES)[number];

/** What a payment was, seen from the wallet. `self` = all of its outputs are our own. */
export const HISTORY_KINDS = ['received', 'sent', 'self', 'mined'] as const;

/**
 * Unused addresses in a row after which a wallet looks no further: unless told, and at most. Kith never uses addresses
 * further ahead than the first; other programs and earlier versions may have.
 */
export const GAP = { usual: 100, most: 10_000 } as const;

/** Operations that may outlive the client that asked for them; every client gets the result. */
export const OPERATION_KINDS = [
  'payment',
  'wallet-create',
  'wallet-restore',
  'wallet-password',
  'wallet-rescan',
  'peer-add',
] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];
export const OPERATION_STATES = ['running', 'done', 'failed'] as const;

export const SUBMIT_STATUSES = ['connected', 'stored', 'duplicate'] as const;
export type SubmitStatus = (typeof SUBMIT_STATUSES)[number];

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The client of a carrier. The desktop window may not spend: a native dialog does. */
export const ROLES = ['window', 'browser', 'terminal'] as const;
export type Role = (typeof ROLES)[number];
