import type { Height, UnixSeconds } from '../../shared/units.ts';
import type { MatchedBlock } from '../core/consensus/block-rules.ts';
import type { Hash } from '../core/crypto/hash.ts';
import type { Delta } from '../core/ledger/delta.ts';
import type { ActiveRules } from '../core/ledger/spend.ts';
import type { Network } from '../core/params/network.ts';
import type { PowHash, PowHashMany, VerifyBatch } from '../core/ports.ts';
import type { Block } from '../core/primitives/block.ts';
import type { Coin } from '../core/primitives/coin.ts';
import type { Header } from '../core/primitives/header.ts';
import type { Outpoint } from '../core/primitives/outpoint.ts';
import type { Transaction } from '../core/primitives/transaction.ts';
import type { Violation } from '../core/violation.ts';
import type { Clock } from '../lib/clock.ts';
import type { Events } from '../lib/events.ts';
import type { Log } from '../lib/log.ts';
import type { Random } from '../lib/random.ts';
import type { MinedTransaction } from './find-transaction.ts';
import type { GapRange } from './missing-bodies.ts';
import type { StoredCheck } from './check-stored.ts';
import type { HeaderEntry } from './header-entry.ts';
import type { Upgrades } from './upgrades.ts';

export interface ChainDeps {
  readonly network: Network;
  /** The node's data directory; the chain keeps `chain/`, `blocks/` and `undo/` in it. */
  readonly directory: string;
  readonly verifyBatch: VerifyBatch;
  readonly powHash: PowHash;
  readonly powHashMany: PowHashMany;
  /** Whether the mempool checked the signatures of this wid under these rules. */
  readonly isVerified?: ((tx: Transaction, rules: ActiveRules) => boolean) | undefined;
  readonly clock: Clock;
  readonly random: Pick<Random, 'bytes'>;
  readonly log: Log;
  /** Compute every snapshot root, also of deeply buried blocks; for `kith verify --deep`. */
  readonly checkBuriedSnapshots?: boolean | undefined;
  /** Limit on the bytes of bodies and undo records at the start; without it nothing is pruned. */
  readonly pruneBytes?: number | undefined;
  /** The lowest block that a wallet has yet to read; null for none. Pruning waits for it, see createPruner. */
  readonly neededFrom?: (() => Height | null) | undefined;
  /** Whether the disk has room for more than the limit. Pruning waits for a wallet only while it has; by default it has. */
  readonly hasRoom?: (() => boolean) | undefined;
  /** Bytes of one segment file; tests use small ones. */
  readonly segmentBytes?: number;
  /** Write buffer of LevelDB in bytes; tests use small ones. */
  readonly levelBufferBytes?: number;
  /** Number of coins to keep in memory, about 100 bytes each. */
  readonly cachedCoins?: number;
}

export interface ChainStep {
  readonly entry: HeaderEntry;
  readonly block: Block;
  readonly delta: Delta;
}

export interface ChainEvents {
  /**
   * The body of a child of the tip passed every check that needs no coins. The block is stored, and connected next if
   * its inputs and signatures are valid.
   */
  next: { readonly entry: HeaderEntry; readonly block: Block };
  /** A body was stored: `readBlock` finds it. The block may never be connected. */
  stored: HeaderEntry;
  /** A block was connected; its changes are in the database. */
  connected: ChainStep;
  /** A block was disconnected. `delta` is the change that this made. `block` is null if its body was lost. */
  disconnected: Omit<ChainStep, 'block'> & { readonly block: Block | null };
  /** The active chain reached its best known tip. Not emitted while a reorganisation is running. */
  tip: HeaderEntry;
  /** New headers were accepted; this is the last of them. */
  headers: HeaderEntry;
  invalid: { readonly entry: HeaderEntry; readonly reason: Violation };
  /** The disk failed or returned corrupt data: the node cannot continue with this data directory. */
  failed: unknown;
}

export interface SubmitResult {
  readonly id: string;
  readonly status: 'connected' | 'stored' | 'duplicate';
}

export interface AcceptResult {
  /** Number of new headers. */
  readonly accepted: number;
  readonly last: HeaderEntry | null;
  readonly violation: Violation | null;
  /**
   * If the violation is only that a header is ahead of the local clock: the time of that header. Its proof of work
   * holds.
   */
  readonly earlyTime: UnixSeconds | null;
}

/** Totals of the UTXO set at the tip. */
export interface ChainTotals {
  readonly coins: number;
  readonly total: number;
  readonly issued: number;
  readonly burned: number;
}

/** The totals of the UTXO set as counted, and how they differ from the stored totals. */
export interface CoinAudit {
  readonly coins: number;
  readonly total: number;
  readonly problem: string | null;
}

/** All known headers, and two paths through them: the active chain and the best header chain. */
export interface ChainHeaders {
  tip(): HeaderEntry;
  /** The tip of the header chain with the most work that is not known to be invalid. */
  bestHeader(): HeaderEntry;
  entry(id: string): HeaderEntry | undefined;
  /** The entry of the active chain at this height. */
  atHeight(height: Height): HeaderEntry | undefined;
  isActive(entry: HeaderEntry): boolean;
  /** The 88 bytes of the header, as a view that must not be changed. */
  headerBytes(entry: HeaderEntry): Uint8Array;
  /** A locator, from which a peer finds the last common block. Starts at the best header unless `from` is given. */
  locator(from?: HeaderEntry): Hash[];
  /**
   * Headers after the first known id of the locator. From the best header chain if it contains the tip, else from the
   * active chain.
   */
  headersAfter(locator: readonly Hash[], max: number): Uint8Array[];
}

/** Accepts headers and blocks from peers, the miner and files. */
export interface ChainIntake {
  acceptHeaders(headers: readonly Header[]): Promise<AcceptResult>;
  /** Resolves when the block is connected, stored on a side branch, or refused. A violation is a result, not an error. */
  submitBlock(block: Uint8Array | MatchedBlock): Promise<SubmitResult | Violation>;
  /**
   * Submits again the blocks that were ahead of the local clock and no longer are. The chain does this itself when the
   * time has passed. Call it when the wall clock was set or the computer slept.
   */
  retryEarly(): Promise<void>;
}

/** The stored blocks, and which blocks are missing. */
export interface ChainBodies {
  /** Blocks without a stored body on the path from the active chain to the best header, lowest first. */
  missingBlocks(max: number): HeaderEntry[];
  /**
   * Up to `max` gaps that `usable` accepts. A gap is a block of the active chain whose body was lost; see MissingBodies.
   */
  gaps(max: number, usable: (entry: HeaderEntry) => boolean): HeaderEntry[];
  /** Number and range of the lost bodies of the active chain; null when there are none. O(lost bodies). */
  gapRange(): GapRange | null;
  /** Whether lost bodies are requested; false while no peer serves them. */
  expectGaps(expected: boolean): void;
  hasBody(id: string): boolean;
  readBlock(id: string): Promise<Uint8Array | null>;
  /**
   * Whether the body of this block of the active chain was lost and is requested. False if it was pruned or no peer
   * serves it.
   */
  isBodyRequested(id: string): boolean;
  /** The lowest height from which on every body of the active chain is stored. 1 on a node that does not prune. */
  lowestServedHeight(): Height;
  /**
   * Keeps the body of a block below the snapshot that this chain began with, after the history check accepted it. Peers
   * and wallets can read it afterwards. A node that prunes keeps none.
   */
  keepBody(bytes: Uint8Array): Promise<void>;
  /**
   * Finds a mined transaction by its unspent outputs, else in the newest blocks. There is no index of all transactions.
   */
  findTransaction(txid: string): Promise<MinedTransaction | null>;
  /** Checks the stored header, body and undo record of a block of the active chain by the rules that need no coins. */
  checkStored(height: Height): Promise<StoredCheck>;
}

/** The UTXO set at the tip. */
export interface ChainCoins {
  /** The coin if it is unspent at the tip. */
  getCoin(outpoint: Outpoint): Coin | undefined;
  /**
   * Calls `visit` for every coin of the UTXO set and returns the tip. Costs about 2 µs a coin and runs in pieces of a
   * thousand coins.
   */
  scanCoins(visit: (coin: Coin, outpoint: Outpoint) => void): Promise<HeaderEntry>;
  totals(): ChainTotals;
  /** Reads every coin, checks its checksum, and compares the sums with the stored totals. @throws {CorruptError} */
  auditCoins(): Promise<CoinAudit>;
  /** SHA-256 over all coins in snapshot order; reads the whole set. */
  setHash(): Promise<string>;
}

/** The snapshot that the chain began with, and the snapshot roots of its blocks. */
export interface ChainSnapshots {
  /**
   * Loads the UTXO set of a snapshot folder into a chain that has connected no blocks, instead of connecting the blocks
   * below the snapshot. `committing` is the block that carries the snapshot root. Its header must be known, on the best
   * chain, and buried by an epoch. The blocks below the snapshot are not checked here: see createHistory.
   * @throws {KithError} `snapshot-refused`
   */
  loadSnapshot(folder: string, committing: Uint8Array): Promise<void>;
  /** The block whose snapshot this chain began with; null when it began with genesis. */
  base(): HeaderEntry | null;
  /** Whether this node has checked every block from genesis on; see createHistory. */
  historyChecked(): boolean;
  /**
   * Confirms that the chain `past` has checked the blocks below the snapshot; its tip is the block of the snapshot.
   * Copies the issued and burned totals, and the rules under which each block was checked.
   */
  confirmHistory(past: Pick<Chain, 'totals' | 'atHeight'>): Promise<void>;
  /** The snapshot root of the UTXO set at this height of the active chain; null when it was never computed. */
  snapshotRootOf(height: Height): Promise<Hash | null>;
  /** The snapshot root that the next block's coinbase must carry, or null when it must carry none. */
  nextSnapshotRoot(): Promise<Hash | null>;
}

/** What the next block must carry, and the soft forks. */
export interface ChainRules {
  medianTime(): UnixSeconds;
  /** The bits that the next block must carry. */
  nextBits(): number;
  nextVersion(): number;
  nextRules(): ActiveRules;
  /** The signals of miners and the state of each soft fork. Reads one period of headers after each new tip. */
  upgrades(): Upgrades;
}

/** Events and the end of a chain. */
export interface ChainLife {
  readonly network: Network;
  readonly events: Events<ChainEvents>;
  /** Why the database was rebuilt at the start; null when it was not. */
  rebuiltBecause(): string | null;
  /**
   * Resolves when no stored block can improve the active chain. Opening a chain does not wait for that: work left by a
   * crash or a rebuild is done in the background. Rejects with the failure that stopped the chain, if any.
   */
  idle(): Promise<void>;
  /** Waits until everything accepted so far is on the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** What the user may change while the chain is open. */
export interface ChainLimits {
  /** Replaces the limit on the bytes of bodies and undo records, and prunes; undefined: prunes nothing further. */
  limitBodies(bytes: number | undefined): void;
  /** Bytes of bodies and undo records on the disk. */
  bodyBytes(): number;
}

/** The interface of the chain for the rest of the node. */
export interface Chain
  extends
    ChainHeaders,
    ChainIntake,
    ChainBodies,
    ChainCoins,
    ChainSnapshots,
    ChainRules,
    ChainLife,
    ChainLimits {}
