import type { Height, UnixSeconds } from '../../shared/units.ts';
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
  /** Whether the mempool has checked the signatures of this very transaction (its wid) under these rules. */
  readonly isVerified?: ((tx: Transaction, rules: ActiveRules) => boolean) | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** Compute snapshot roots however deep they are buried; for `kith verify --deep`. */
  readonly checkBuriedSnapshots?: boolean | undefined;
  /** Bytes that bodies and undo records may take; everything is kept when not given. */
  readonly pruneBytes?: number | undefined;
  /** Bytes of one segment file; small in tests. */
  readonly segmentBytes?: number;
  /** What LevelDB collects in its log before it writes a table; small in tests. */
  readonly levelBufferBytes?: number;
  /** How many coins to keep in memory; about 100 bytes each. */
  readonly cachedCoins?: number;
}

export interface ChainStep {
  readonly entry: HeaderEntry;
  readonly block: Block;
  readonly delta: Delta;
}

export interface ChainEvents {
  /**
   * A body that belongs on the tip has passed every check that needs no coins: it is stored and connected next, unless it
   * spends what it must not.
   */
  next: { readonly entry: HeaderEntry; readonly block: Block };
  /** A block joined the active chain; everything it did is in the database. */
  connected: ChainStep;
  /** A block left the active chain; `delta` is what taking it back did. `block` is null if its body was lost. */
  disconnected: Omit<ChainStep, 'block'> & { readonly block: Block | null };
  /** The active chain has reached its best known end for now; not sent in the middle of a reorganisation. */
  tip: HeaderEntry;
  /** New headers, the last of them. */
  headers: HeaderEntry;
  invalid: { readonly entry: HeaderEntry; readonly reason: Violation };
  /** The disk failed or lies: the node can't go on with this directory as it is. */
  failed: unknown;
}

export interface SubmitResult {
  readonly id: string;
  readonly status: 'connected' | 'stored' | 'duplicate';
}

export interface AcceptResult {
  /** How many headers were new. */
  readonly accepted: number;
  readonly last: HeaderEntry | null;
  readonly violation: Violation | null;
  /** The time of the header that is only ahead of our clock, if that is the violation; its proof of work holds. */
  readonly earlyTime: UnixSeconds | null;
}

/** Totals of the UTXO set at the tip. */
export interface ChainTotals {
  readonly coins: number;
  readonly total: number;
  readonly issued: number;
  readonly burned: number;
}

/** What is in the UTXO set, and in what it differs from what is noted of it. */
export interface CoinAudit {
  readonly coins: number;
  readonly total: number;
  readonly problem: string | null;
}

export interface Chain {
  readonly network: Network;
  readonly events: Events<ChainEvents>;
  tip(): HeaderEntry;
  /** The end of the chain of most work among headers not known to be invalid. */
  bestHeader(): HeaderEntry;
  entry(id: string): HeaderEntry | undefined;
  /** On the active chain. */
  atHeight(height: Height): HeaderEntry | undefined;
  isActive(entry: HeaderEntry): boolean;
  /** The 88 bytes; a view. */
  headerBytes(entry: HeaderEntry): Uint8Array;
  /** From the best header (or another), for a peer to find where our chains part. */
  locator(from?: HeaderEntry): Hash[];
  /** Headers of the best header chain, or of the active one if they have parted, after the first locator id on it. */
  headersAfter(locator: readonly Hash[], max: number): Uint8Array[];
  acceptHeaders(headers: readonly Header[]): Promise<AcceptResult>;
  /** Resolves when the block is on the active chain, stored beside it, or refused. A violation is the answer, not an error. */
  submitBlock(block: Uint8Array | Block): Promise<SubmitResult | Violation>;
  /** Blocks on the path from the tip's chain to the best header whose bodies are not stored, lowest first. */
  missingBlocks(max: number): HeaderEntry[];
  /** Up to `max` blocks of the active chain whose bodies were lost and that `usable` accepts; see BodyNeeds. */
  gaps(max: number, usable: (entry: HeaderEntry) => boolean): HeaderEntry[];
  /** How many bodies of the active chain were lost, and where; null when none were. Cost: the lost bodies. */
  gapRange(): GapRange | null;
  /** Whether anything waits for lost bodies; false while no peer serves them. */
  expectGaps(expected: boolean): void;
  hasBody(id: string): boolean;
  readBlock(id: string): Promise<Uint8Array | null>;
  /** Whether this body of the active chain was lost and is expected again; false if pruned, or if no peer serves it. */
  awaitsBody(id: string): boolean;
  /** The lowest height from which on every body of the active chain is here; 1 unless pruned. */
  servesFrom(): Height;
  /** A coin that can be spent at the tip. */
  getCoin(outpoint: Outpoint): Coin | undefined;
  /** Shows every coin that can be spent at the tip, and gives the tip. Some 2 µs a coin, a thousand at a time. */
  scanCoins(visit: (coin: Coin, outpoint: Outpoint) => void): Promise<HeaderEntry>;
  /**
   * Keeps the body of a block below the snapshot that this chain began with, once the history check has accepted it; a node
   * that prunes keeps none. Peers and wallets can read it afterwards.
   */
  keepBody(bytes: Uint8Array): Promise<void>;
  /** Finds a mined transaction by its unspent outputs, else in the newest blocks; there is no index of all. */
  findTransaction(txid: string): Promise<MinedTransaction | null>;
  /**
   * Takes the UTXO set of a snapshot's folder instead of connecting the blocks below it, on a chain that has connected
   * none. `committing` is the block that names its root; its header must be known, on the best chain, and buried by an
   * epoch. The blocks below are not checked by this: see createHistory.
   * @throws {KithError} `snapshot-refused`
   */
  loadSnapshot(folder: string, committing: Uint8Array): Promise<void>;
  /** The block whose snapshot this chain began with; null when it began with genesis. */
  base(): HeaderEntry | null;
  /** Whether every block from genesis on was checked by this node; see createHistory. */
  historyChecked(): boolean;
  /**
   * The blocks below the snapshot were checked by `past`, which stands at its block: what was ever issued and burnt up
   * to it is known now, and under which rules each block was checked.
   */
  confirmHistory(past: Pick<Chain, 'totals' | 'atHeight'>): Promise<void>;
  /** The root of the UTXO set as of this height of the active chain; null when it was never computed. */
  snapshotRootOf(height: Height): Promise<Hash | null>;
  medianTime(): UnixSeconds;
  /** What the next block must carry. */
  nextBits(): number;
  nextVersion(): number;
  /** The snapshot root that the next block's coinbase must carry, or null when it must carry none. */
  nextSnapshotRoot(): Promise<Hash | null>;
  nextRules(): ActiveRules;
  /** What miners signal, and where each soft fork stands. Costs a period of blocks after each new tip. */
  upgrades(): Upgrades;
  totals(): ChainTotals;
  /** Reads every coin behind its checksum, and holds what there is against what the state says. @throws {CorruptError} */
  auditCoins(): Promise<CoinAudit>;
  /** Holds the stored header, body and undo record of a block of the active chain against the rules that need no coins. */
  checkStored(height: Height): Promise<StoredCheck>;
  /** Why the database was built again when it was opened; null when it was whole. */
  rebuiltBecause(): string | null;
  /** SHA-256 over all coins in snapshot order; reads the whole set. */
  setHash(): Promise<string>;
  /** Tries again what came from the future. Cheap; call it every second. */
  retryEarly(): Promise<void>;
  /**
   * Waits until every stored block that can be is on the active chain, or refused. Opening a chain doesn't: what a
   * crash or a rebuild left to do is done behind it. Rejects with what made the chain stop, if anything did.
   */
  idle(): Promise<void>;
  /** Waits until all that was accepted so far is on the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}
