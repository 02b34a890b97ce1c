/** The enums of the contract. Plain constants without zod, so that the page can import them at no cost. */

/** Phases of the node, in the order of a first start. */
export const PHASES = [
  'starting', // opening and checking the data directory
  'repairing', // rebuilding data that a crash corrupted, from intact data
  'finding-peers', // no peer for the sync yet
  'headers', // downloading and checking headers
  'snapshot', // downloading a UTXO snapshot
  'blocks', // downloading and checking blocks
  'synced', // at the best known tip
  'stopping',
] as const;
export type Phase = (typeof PHASES)[number];

/** What the program does with networks. `failed` = none is open, because the last one failed. */
export const SESSION_PHASES = ['choosing', 'starting', 'running', 'failed'] as const;

/** `created` = it has a network file; `built-in` = every node knows it. */
export const NETWORK_KINDS = ['built-in', 'created'] as const;

/** Steps of creating a network. */
export const CREATION_STEPS = ['measuring', 'mining', 'done'] as const;

/** Whether other nodes can connect to this one. `local` = it listens on loopback only. */
export const REACHABILITIES = ['unknown', 'reachable', 'unreachable', 'local'] as const;
export type Reachability = (typeof REACHABILITIES)[number];

/** Services that a node advertises. A `pruned` node serves only recent blocks. */
export const SERVICES = ['archive', 'pruned', 'snapshots', 'relay'] as const;
export type Service = (typeof SERVICES)[number];

/**
 * How a peer showed that it has a block: it pushed its compact block, announced its header, sent the block on request, or
 * claimed it as its tip.
 */
export const BLOCK_SIGNS = ['pushed', 'announced', 'sent', 'claimed'] as const;
export type BlockSign = (typeof BLOCK_SIGNS)[number];

/**
 * How the body of a block came to this node: as a pushed compact block, in an announcement, as a compact block or in full on
 * request, or from no peer (`local`: mined or submitted at this node).
 */
export const BLOCK_PATHS = ['pushed', 'announced', 'compact-requested', 'requested', 'local'] as const;
export type BlockPath = (typeof BLOCK_PATHS)[number];

export const DIRECTIONS = ['inbound', 'outbound'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** Why a connection exists. `manual`: requested by the user. `feeler`: a short connection that tests an address. */
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

/**
 * Where an address leads, as its text shows. `private`: to a local network or to one computer. `relayed`: through a relay.
 * `unknown`: it has a name, or a special IP address.
 */
export const ADDRESS_TYPES = ['public', 'private', 'relayed', 'unknown'] as const;
export type AddressType = (typeof ADDRESS_TYPES)[number];

/** Most network groups in one answer, and most sources of each. */
export const MAX_LISTED_GROUPS = 500;
export const MAX_GROUP_SOURCES = 3;

/** Events between this node and a peer. */
export const PEER_EVENTS = [
  'connected',
  'left',
  'refused', // an inbound or outbound connection that did not become a peer
  'penalty', // a violation that raised the score
  'banned',
  'pardoned', // the user removed a ban
] as const;
export type PeerEvent = (typeof PEER_EVENTS)[number];

/**
 * Where a setting of the node comes from, by priority. `program`: this kind of node has a fixed value, such as the demo.
 */
export const SETTING_SOURCES = ['program', 'argument', 'config-file', 'settings', 'default'] as const;
export type SettingSource = (typeof SETTING_SOURCES)[number];

/**
 * What the upload limit of the month stops. `reserve`: old blocks and snapshots, because only the last part of the limit is
 * left. `closed`: everything; the node has no connections.
 */
export const UPLOAD_STAGES = ['open', 'reserve', 'closed'] as const;

/** When a changed setting takes effect. */
export const SETTING_EFFECTS = ['now', 'restart'] as const;

/** The state of a soft fork (protocol.md §13). */
export const UPGRADE_STATES = ['defined', 'started', 'locked-in', 'active', 'failed'] as const;

/** The state of a payment. */
export const HISTORY_STATES = [
  'queued', // own payment that no peer has yet, because none that relays transactions is connected
  'sent', // own payment that is in the mempool of this node and was sent to peers, or came from one
  'pending', // incoming payment in the mempool
  'mined', // in a block with fewer than 6 confirmations
  'immature', // an immature mining reward
  'confirmed', // in a block with at least 6 confirmations (a reward: mature)
  'expired', // was not mined in time; its coins are available again, but it could still be mined after a reorganisation
  'dead', // expired 100 blocks or more ago: it will never be mined
  'conflicted', // a payment that spends the same coin was mined
  'cancelled', // replaced by its own sender
] as const;
export type HistoryState = (typeof HISTORY_STATES)[number];

/**
 * What a wallet can do. `watch-only`: it has public keys and cannot sign. `shared`: m of n people sign. `savings`: locked until a
 * height. `inheritance`: the owner, or the heir from a height on.
 */
export const WALLET_KINDS = ['full', 'watch-only', 'shared', 'savings', 'inheritance'] as const;
export type WalletKind = (typeof WALLET_KINDS)[number];

/** The kinds of wallets that have a set-up. */
export const SETUP_KINDS = ['shared', 'savings', 'inheritance'] as const;

/** Why a wallet searched the chain. `none`: it was created here and has read every block since. */
export const SEARCH_KINDS = ['none', 'restore', 'rescan'] as const;
export type SearchKind = (typeof SEARCH_KINDS)[number];

/** The state of a search of the chain. */
export const SEARCH_STATES = [
  'checking', // compares stored blocks with what the wallet has, which the search leaves as it is; it can be cancelled
  'reading', // reads blocks into the wallet; its balance is that of the block that was read last
  'done',
  'cancelled',
] as const;
export type SearchState = (typeof SEARCH_STATES)[number];

/** What can be done about a payment that is not mined yet. */
export const FASTER = ['speed-up', 'cancel', 'bump'] as const;
export type Faster = (typeof FASTER)[number];

/** What may stand between the cells of a table of payments. A row with several is read by the first of these. */
export const BATCH_SEPARATORS = ['\t', ';', ','] as const;

/** The state of a coin that no pending payment spends. */
export const COIN_STATES = [
  'available', // can be spent now
  'pending', // of a payment that is not mined, and not own change that may be spent already
  'immature', // a mining reward that cannot be spent yet
  'frozen', // could be spent, but the user keeps it from being spent
] as const;
export type CoinState = (typeof COIN_STATES)[number];

/** Where a coin came from: another wallet or an own address, an own payment, a block. */
export const COIN_KINDS = ['received', 'change', 'mined'] as const;

export const COIN_SORTS = ['time', 'amount'] as const;
export type CoinSort = (typeof COIN_SORTS)[number];
/** `receive` addresses are given to others, `change` addresses are used by the wallet itself. */
export const ADDRESS_CHAINS = ['receive', 'change'] as const;
export type AddressChain = (typeof ADDRESS_CHAINS)[number];
export const ADDRESS_STATES = ['unused', 'used'] as const;
export type AddressState = (typeof ADDRESS_STATES)[number];
export const ADDRESS_SORTS = ['index', 'received', 'balance'] as const;
export type AddressSort = (typeof ADDRESS_SORTS)[number];
export const ORDERS = ['ascending', 'descending'] as const;
export type Order = (typeof ORDERS)[number];

/** The kind of a payment for the wallet. `self`: all outputs belong to the wallet. */
export const HISTORY_KINDS = ['received', 'sent', 'self', 'mined'] as const;

/**
 * Gap limit: the number of unused addresses in a row after which a restore ends its search; the default and the
 * maximum. Kith issues no address beyond the default; other programs and earlier versions may have done so.
 */
export const GAP = { usual: 100, most: 10_000 } as const;

/** Where the node finds the payment of a proof. `unknown`: in no block that it searched, and not in its mempool. */
export const PROOF_STATES = ['mined', 'pending', 'unknown'] as const;

/** How many contacts there may be, addresses of a contact, and own addresses that were given to it. */
export const CONTACT_LIMITS = { contacts: 1000, addresses: 20, given: 20 } as const;

/** Formats of an exported history. */
export const EXPORT_FORMATS = ['csv', 'json'] as const;

/** Why a line of a label file was not taken. */
export const LABEL_PROBLEMS = ['not-json', 'not-a-label', 'other-type', 'empty', 'too-long'] as const;

/** Most characters of a label file that are sent at a time; the page sends a longer one in parts. */
export const MAX_SENT_LABELS = 200_000;

/** After how many minutes an unlocked wallet may lock itself; 0 for never. */
export const AUTO_LOCK_MINUTES = [0, 1, 5, 15, 60] as const;

/** Longest backup file that fits into a message, in bytes; the terminal can restore a longer one by its path. */
export const MAX_SENT_BACKUP = 1_000_000;

/** The state of a payment request. `pending`: payments that are in no block yet are enough for it. */
export const RECEIVE_REQUEST_STATES = ['open', 'partly-paid', 'pending', 'paid', 'expired'] as const;
export type ReceiveRequestState = (typeof RECEIVE_REQUEST_STATES)[number];

/** Operations that may outlive the client that requested them; every client gets the result. */
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

/**
 * What a node measures of itself once a second, each with its unit; docs/metrics.md describes them. New ones are appended: the
 * metrics file names its columns, so files of earlier versions stay readable.
 */
export const METRICS = [
  'peersInbound',
  'peersOutbound',
  'knownAddresses',
  'latencyMs',
  'receivedBytesPerSecond',
  'sentBytesPerSecond',
  'height',
  'headers',
  'blocksPerSecond',
  'mempoolTransactions',
  'mempoolBytes',
  'acceptedPerSecond',
  'feerateFloor',
  'feerateNext',
  'hashesPerSecond',
  'memoryBytes',
  'heapBytes',
  'processorShare',
  'loopDelayMs',
  'freeDiskBytes',
  'coins',
] as const;
export type Metric = (typeof METRICS)[number];

/** How the samples of a longer step become one value. */
export type MetricAggregate = 'mean' | 'most' | 'last';

/**
 * The aggregate of each metric; a metric without one does not compile. Rates and loads are averaged; what only matters when it is
 * bad keeps its worst second; what grows keeps where it ended.
 */
export const METRIC_AGGREGATES: Readonly<Record<Metric, MetricAggregate>> = {
  peersInbound: 'mean',
  peersOutbound: 'mean',
  knownAddresses: 'last',
  latencyMs: 'mean',
  receivedBytesPerSecond: 'mean',
  sentBytesPerSecond: 'mean',
  height: 'last',
  headers: 'last',
  blocksPerSecond: 'mean',
  mempoolTransactions: 'mean',
  mempoolBytes: 'mean',
  acceptedPerSecond: 'mean',
  feerateFloor: 'mean',
  feerateNext: 'mean',
  hashesPerSecond: 'mean',
  memoryBytes: 'mean',
  heapBytes: 'mean',
  processorShare: 'mean',
  loopDelayMs: 'most',
  freeDiskBytes: 'last',
  coins: 'last',
};

/** The resolutions in which metrics are kept: a second for an hour, a minute for a day, an hour for a year. */
export const METRIC_STEPS = ['second', 'minute', 'hour'] as const;
export type MetricStep = (typeof METRIC_STEPS)[number];

/** How many metrics one request may name. */
export const MAX_ASKED_METRICS = 8;

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Why a client pauses mining. */
export const MINING_PAUSES = ['user', 'battery'] as const;
export type MiningPause = (typeof MINING_PAUSES)[number];

/** The kinds of clients. The desktop window may not spend: a native dialog does. */
export const ROLES = ['window', 'browser', 'terminal'] as const;
export type Role = (typeof ROLES)[number];
