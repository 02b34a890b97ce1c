/**
 * What the handlers of the contract need from a node, as narrow interfaces that the api declares itself. The
 * composition root (main/node/node.ts) gives one object of this shape; nothing else of the node can be reached from here.
 *
 * Failures: a broken rule is returned as a `Violation`, a world that failed is thrown as a `KithError`.
 */
import type { Role } from '../../shared/contract/vocabulary.ts';
import type { Notice } from '../../shared/contract/fields.ts';
import type { ChainUpgrades } from '../../shared/contract/chain.ts';
import type { MiningStatus } from '../../shared/contract/mining.ts';
import type { NetworkActivity } from '../../shared/contract/network.ts';
import type { NodeAbout } from '../../shared/contract/node.ts';
import type { Ban, JournalEntry, Peer } from '../../shared/contract/peers.ts';
import type { Phase, Reachability, SubmitStatus } from '../../shared/contract/vocabulary.ts';
import type {
  DeletedWallet,
  Balance,
  DraftPayment,
  HistoryEntry,
  Payment,
  PaymentTarget,
} from '../../shared/contract/wallet.ts';
import type { Height, Motes, UnixSeconds } from '../../shared/units.ts';
import type { Network } from '../core/params/network.ts';
import type { Block } from '../core/primitives/block.ts';
import type { Coin, Lock, Output } from '../core/primitives/coin.ts';
import type { Outpoint } from '../core/primitives/outpoint.ts';
import type { Transaction } from '../core/primitives/transaction.ts';
import type { Violation } from '../core/violation.ts';

export interface NodeFacade {
  readonly network: Network;
  /** What never changes while the node runs. */
  readonly about: Omit<NodeAbout, 'role'>;
  readonly chain: ChainAccess;
  readonly mempool: MempoolAccess;
  readonly miner: MinerAccess;
  readonly wallets: WalletAccess;
  readonly peers: PeerAccess;
  /** How the node is doing right now. Cheap: it is asked up to 4 times a second. */
  condition(): NodeCondition;
  /** What the mechanisms between nodes have done. */
  activity(): NetworkActivity;
}

/** What the status line and its sentence are made from. */
export interface NodeCondition {
  readonly phase: Phase;
  /** Of the phase's work, 0 to 1. */
  readonly progress: number;
  /** Null when no honest estimate can be made. */
  readonly etaSeconds: number | null;
  /** Blocks a second, or headers while those come. */
  readonly blocksPerSecond: number;
  readonly bytesPerSecond: number;
  /** Why syncing doesn't get on, in one sentence; null while it does. */
  readonly stall: string | null;
  /** Blocks below the snapshot that the chain began with, and how many of them are checked; null without one. */
  readonly history: { readonly verified: number; readonly of: number } | null;
  readonly reachability: Reachability;
  /** The cause, and what to do about it. */
  readonly reachabilityNotice: Notice;
  /** Greeted peers. */
  readonly peers: number;
  /** Addresses that the node could still try. */
  readonly knownAddresses: number;
  /** Peers met since the start that belong to another network. */
  readonly strangers: number;
  /** What is wrong with the clock of this computer and what to do; null while nothing is. */
  readonly clock: Notice | null;
  /** Bytes free where the data directory is; null when unknown. */
  readonly freeDiskBytes: number | null;
  /** What any part of the node has to tell the user beyond the above. */
  readonly notices: readonly Notice[];
}

/** A header in the index. */
export interface ChainEntry {
  readonly id: string;
  readonly height: Height;
  readonly time: UnixSeconds;
  readonly work: bigint;
}

export interface ChainStepEvent {
  readonly entry: ChainEntry;
  readonly block: Block;
}

/** A transaction in a block of the active chain, with the outputs that it spends where they are still known. */
export interface MinedTransaction {
  readonly transaction: Transaction;
  readonly entry: ChainEntry;
  readonly spent: readonly Output[] | null;
}

export interface ChainAccess {
  tip(): ChainEntry;
  bestHeader(): ChainEntry;
  entry(id: string): ChainEntry | undefined;
  /** On the active chain. */
  atHeight(height: Height): ChainEntry | undefined;
  isActive(entry: ChainEntry): boolean;
  headerBytes(entry: ChainEntry): Uint8Array;
  readBlock(id: string): Promise<Uint8Array | null>;
  getCoin(outpoint: Outpoint): Coin | undefined;
  submitBlock(bytes: Uint8Array): Promise<{ readonly id: string; readonly status: SubmitStatus } | Violation>;
  totals(): {
    readonly coins: number;
    readonly total: number;
    readonly issued: number;
    readonly burned: number;
  };
  setHash(): Promise<string>;
  /** Cheap while the tip stays. */
  upgrades(): Upgrades;
  /** Null when no block of the active chain that the node can search holds it. */
  findTransaction(txid: string): Promise<MinedTransaction | null>;
  onConnected(listener: (step: ChainStepEvent) => void): Off;
  onDisconnected(listener: (step: Pick<ChainStepEvent, 'entry'>) => void): Off;
}

export interface WaitingTransaction {
  readonly txid: string;
  readonly tx: Transaction;
  readonly size: number;
  readonly fee: Motes;
  readonly time: UnixSeconds;
  /** The transaction itself is counted. */
  readonly ancestors: { readonly count: number };
}

export interface MempoolAccess {
  summary(): { readonly count: number; readonly bytes: number; readonly floor: number };
  /** In order of txid, behind `after`. */
  list(limit: number, after?: string): readonly WaitingTransaction[];
  /** The last to arrive, newest first. */
  newest(limit: number): readonly WaitingTransaction[];
  get(txid: string): WaitingTransaction | undefined;
  submit(bytes: Uint8Array): Promise<{ readonly txid: string } | Violation>;
  /** After any transaction came or went. */
  onChanged(listener: () => void): Off;
}

export interface MinerAccess {
  /** Starts, or changes where rewards go and on how many threads; the miner chooses `threads` when undefined. */
  start(payout: Lock | (() => Lock), threads: number | undefined, share?: number): Promise<void>;
  stop(): Promise<void>;
  status(): Omit<MiningStatus, 'address' | 'wallet'>;
  /** An unmined block on the tip that pays to `payout`. */
  template(payout: Lock): Promise<Block>;
  /** Mines and connects `blocks` blocks; gives their ids. */
  generate(payout: Lock, blocks: number): Promise<readonly string[]>;
}

export interface NewWallet {
  readonly name: string;
  readonly password: string;
  readonly words: 12 | 24;
}

export interface RestoredWallet {
  readonly name: string;
  readonly password: string;
  readonly mnemonic: string;
  readonly passphrase?: string | undefined;
  /** Unused addresses in a row after which nothing more is looked for. */
  readonly gap?: number | undefined;
  /** Also when a wallet here has the same keys. */
  readonly onlyNew?: boolean | undefined;
}

export interface MessageToSign {
  readonly name: string;
  readonly password: string;
  readonly address: string;
  readonly message: string;
}

export interface HistoryQuery {
  readonly name: string;
  readonly limit: number;
  readonly after?: string | undefined;
}

/** Every failure is a `KithError` (`wallet-unknown`, `wallet-password`, …) or a `Violation` where one can be returned. */
export interface WalletAccess {
  create(wallet: NewWallet): Promise<{ readonly mnemonic: string }>;
  restore(wallet: RestoredWallet): Promise<{ readonly firstAddress: string }>;
  list(): readonly { readonly name: string; readonly locked: boolean }[];
  deleted(): Promise<readonly DeletedWallet[]>;
  undelete(name: string): Promise<void>;
  /** Here and below, `by` is the kind of connection that a password came over: each is slowed by its own wrong ones. */
  unlock(name: string, password: string, seconds: number | undefined, by: Role): Promise<void>;
  lock(name: string): Promise<void> | void;
  balance(name: string): Promise<Balance>;
  /** The current unused receiving address; works while locked. */
  address(name: string): Promise<string>;
  newAddress(name: string, label: string | undefined): Promise<string>;
  /** Whom the next mined block should pay; another after each that was paid. Works while locked. */
  payout(name: string): Lock;
  prepare(payment: Payment): Promise<DraftPayment>;
  /** A draft that can still be confirmed; undefined when it was sent, dropped or never made. */
  draft(id: string): { readonly wallet: string; readonly payment: DraftPayment } | undefined;
  confirm(draft: string, password: string, by: Role): Promise<{ readonly txid: string } | Violation>;
  /** The same without a password, for the native dialog; the wallet must be unlocked. */
  confirmUnlocked(draft: string): Promise<{ readonly txid: string } | Violation>;
  history(query: HistoryQuery): Promise<readonly HistoryEntry[]>;
  inspect(
    words: Pick<RestoredWallet, 'mnemonic' | 'passphrase'>,
  ): Promise<{ readonly firstAddress: string; readonly wallet: string | null }>;
  checkAddress(text: string): PaymentTarget;
  /** An empty label takes it away. */
  setLabel(name: string, subject: string, label: string): Promise<void>;
  words(
    name: string,
    password: string,
    by: Role,
  ): Promise<{ readonly mnemonic: string; readonly passphrase: string }>;
  changePassword(name: string, password: string, next: string, by: Role): Promise<void>;
  signMessage(request: MessageToSign & { readonly by: Role }): Promise<{ readonly signature: string }>;
  verifyMessage(address: string, message: string, signature: string): boolean;
  rescan(name: string, fromHeight: number, gap?: number): Promise<void>;
  /** After anything of the wallet changed: locked or not, balance, history. Called with its name, as often as it likes. */
  onChanged(listener: (name: string) => void): Off;
}

export interface BanTarget {
  readonly id?: string | undefined;
  readonly address?: string | undefined;
}

export interface PeerAccess {
  readonly peerId: string;
  /** Where others can reach this node, each with its peer id. */
  addresses(): readonly string[];
  list(): readonly Peer[];
  add(address: string): Promise<void>;
  remove(id: string): Promise<void>;
  ban(
    target: BanTarget & { readonly seconds?: number | undefined; readonly reason?: string | undefined },
  ): Promise<void>;
  unban(target: BanTarget): Promise<void>;
  bans(): readonly Ban[];
  journal(limit: number, after?: number): readonly JournalEntry[];
  /** Through this anybody can join the network here; null while nobody could connect. */
  joinLink(): string | null;
  /** After peers came, went or were greeted; figures like latency needn't call it. */
  onChanged(listener: () => void): Off;
}

/** The contract's shape, as something that nobody changes. */
export interface Upgrades extends Readonly<Omit<ChainUpgrades, 'upgrades' | 'unknown'>> {
  readonly upgrades: readonly Readonly<ChainUpgrades['upgrades'][number]>[];
  readonly unknown: readonly Readonly<ChainUpgrades['unknown'][number]>[];
}

/** Takes a listener off. */
export type Off = () => void;
