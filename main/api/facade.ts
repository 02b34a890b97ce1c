/**
 * The interfaces that the handlers of the contract need from a node. local-node.ts builds them from the parts of a
 * node; the handlers use nothing else of it. A broken rule is returned as a `Violation`. A failure of the disk or the
 * network is thrown as a `KithError`.
 */
import type { MetricRange, MetricSample } from '../../shared/contract/metrics.ts';
import type { Metric, MetricStep, Role } from '../../shared/contract/vocabulary.ts';
import type { Notice } from '../../shared/contract/fields.ts';
import type { Contact, GivenContact } from '../../shared/contract/contacts.ts';
import type { ChainUpgrades } from '../../shared/contract/chain.ts';
import type { DataOrigin } from '../net/geo/country-data.ts';
import type { Feerates } from '../../shared/contract/mempool.ts';
import type { MiningStatus } from '../../shared/contract/mining.ts';
import type {
  BlockArrival,
  KnownAddresses,
  NetworkActivity,
  NetworkReachability,
} from '../../shared/contract/network.ts';
import type { NodeAbout, NodeStatus } from '../../shared/contract/node.ts';
import type { Ban, JournalEntry, Peer } from '../../shared/contract/peers.ts';
import type { NodeSettings, NodeSettingsChange } from '../../shared/contract/settings.ts';
import type { SubmitStatus } from '../../shared/contract/vocabulary.ts';
import type {
  DraftPayment,
  Payment,
  BatchReport,
  Consolidation,
  FasterPayment,
  PaymentTarget,
  Quote,
} from '../../shared/contract/payment.ts';
import type {
  DeletedWallet,
  Balance,
  HistoryEntry,
  ListedWallet,
  ReceiveRequest,
} from '../../shared/contract/wallet.ts';
import type { BalanceOverTime } from '../wallet/lists/balance-over-time.ts';
import type {
  AddressOwner,
  AddressPage,
  AddressQuery,
  CoinPage,
  CoinQuery,
} from '../../shared/contract/wallet-lists.ts';
import type { Height, Motes, UnixSeconds } from '../../shared/units.ts';
import type { Network } from '../core/params/network.ts';
import type { Block } from '../core/primitives/block.ts';
import type { Coin, Lock, Output } from '../core/primitives/coin.ts';
import type { Outpoint } from '../core/primitives/outpoint.ts';
import type { Transaction } from '../core/primitives/transaction.ts';
import type { Violation } from '../core/violation.ts';
import type { SettingsChange, WalletSettings } from '../../shared/contract/wallet-settings.ts';
import type { WalletExport } from '../wallet/wallet-export.ts';
import type { WalletDeletion } from '../wallet/wallet-deletion.ts';
import type { WalletBackups } from '../wallet/backups.ts';
import type { WalletSearches } from '../wallet/wallet-search.ts';
import type { Propagation } from '../../shared/contract/propagation.ts';
import type { MessageToSign } from '../wallet/password-operations.ts';
import type { CheckedProof, PaymentToProve } from '../wallet/proof-operations.ts';
import type { NewRequest } from '../wallet/receive-requests.ts';
import type { NewWallet, RestoredWallet } from '../wallet/wallet-creation.ts';
import type { OfflinePayments } from '../wallet/offline-payments.ts';
import type { Accounts } from '../wallet/accounts.ts';
import type { Setups } from '../wallet/setups.ts';
import type { WatchOnly } from '../wallet/watch-only.ts';
import type { NamedCoins } from '../wallet/wallet-lists.ts';
import type { HistoryQuery } from '../wallet/wallet-queries.ts';

export interface NodeFacade {
  readonly network: Network;
  /** Facts that do not change while the node runs. */
  readonly about: Omit<NodeAbout, 'role'>;
  readonly chain: ChainAccess;
  readonly mempool: MempoolAccess;
  readonly miner: MinerAccess;
  readonly wallets: WalletAccess;
  readonly contacts: ContactAccess;
  readonly peers: PeerAccess;
  readonly metrics: MetricsAccess;
  readonly settings: SettingsAccess;
  /** The current state of the node. Cheap: it is read up to 4 times per second. */
  condition(): NodeCondition;
  /** Where the estimates of countries are from; null without data. */
  countryData(): Promise<DataOrigin | null>;
  /** The known addresses, counted; does not block the thread for more than a few milliseconds. */
  knownAddresses(): Promise<KnownAddresses>;
  /** How the newest blocks arrived, newest first; with an id only that one. */
  arrivals(limit: number, id?: string): readonly BlockArrival[];
  readonly reachability: ReachabilityAccess;
  /** Counters and rates of the network. */
  activity(): NetworkActivity;
}

/** Fields of the contract's status that the network module reports; the contract describes them. */
export const REPORTED_FIELDS = [
  'phase',
  'progress',
  'etaSeconds',
  'etaRange',
  'blocksPerSecond',
  'bytesPerSecond',
  'stall',
  'history',
  'peers',
] as const satisfies readonly (keyof NodeStatus)[];

/** Facts for the status and its sentence. */
export interface NodeCondition
  extends
    Readonly<Pick<NodeStatus, (typeof REPORTED_FIELDS)[number] | 'reachability' | 'reachabilityNotice'>>,
    Readonly<Pick<NetworkActivity, 'knownAddresses' | 'strangers'>> {
  /** The problem with this computer's clock and what to do; null if there is none. */
  readonly clock: Notice | null;
  /** Free bytes on the disk of the data directory; null when unknown. */
  readonly freeDiskBytes: number | null;
  /** Further notices of all parts of the node for the user. */
  readonly notices: readonly Notice[];
}

/** A copy of an object with these properties only. */
export function pick<T, Name extends keyof T>(from: T, names: readonly Name[]): Pick<T, Name> {
  return Object.fromEntries(names.map((name) => [name, from[name]])) as Pick<T, Name>;
}

/** A header in the index. */
export interface ChainEntry {
  readonly id: string;
  readonly height: Height;
  readonly time: UnixSeconds;
  readonly bits: number;
  readonly work: bigint;
}

export interface ChainStepEvent {
  readonly entry: ChainEntry;
  readonly block: Block;
}

/** A transaction in a block of the active chain; `spent` has the outputs that it spends, null if unknown. */
export interface MinedTransaction {
  readonly transaction: Transaction;
  readonly entry: ChainEntry;
  readonly spent: readonly Output[] | null;
}

export interface ChainAccess {
  tip(): ChainEntry;
  bestHeader(): ChainEntry;
  entry(id: string): ChainEntry | undefined;
  /** The block of the active chain at this height. */
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
  /** The compact target of the block after the tip. */
  nextBits(): number;
  /** Costs little until the tip changes. */
  upgrades(): Upgrades;
  /** Null when no block that is searched contains it. */
  findTransaction(txid: string): Promise<MinedTransaction | null>;
  onConnected(listener: (step: ChainStepEvent) => void): Off;
  onDisconnected(listener: (step: Pick<ChainStepEvent, 'entry'>) => void): Off;
}

/** A transaction in the mempool. */
export interface MempoolTransaction {
  readonly txid: string;
  readonly tx: Transaction;
  readonly size: number;
  readonly fee: Motes;
  readonly time: UnixSeconds;
  /** The number includes the transaction itself. */
  readonly ancestors: { readonly count: number };
}

/** The next blocks as they would be mined now; the contract describes it. */
export interface ProjectedBlocks {
  readonly capacity: number;
  readonly blocks: readonly {
    readonly entries: readonly Pick<MempoolTransaction, 'txid' | 'size' | 'fee'>[];
    readonly bytes: number;
    readonly full: number;
    readonly fees: Motes;
  }[];
  readonly rest: { readonly count: number; readonly bytes: number };
  readonly bands: readonly {
    readonly from: number;
    readonly to: number | null;
    readonly count: number;
    readonly bytes: number;
  }[];
  /** The block of a transaction, 1 for the next; null if it is not in the mempool. */
  blockOf(txid: string): number | null;
}

export interface MempoolAccess {
  summary(): { readonly count: number; readonly bytes: number; readonly floor: number };
  feerates(): Feerates;
  projection(): ProjectedBlocks;
  /** Up to `limit` transactions in order of txid, from the first one after `after`. */
  list(limit: number, after?: string): readonly MempoolTransaction[];
  /** The `limit` transactions that arrived last, newest first. */
  newest(limit: number): readonly MempoolTransaction[];
  get(txid: string): MempoolTransaction | undefined;
  submit(bytes: Uint8Array): Promise<{ readonly txid: string } | Violation>;
  /** Called after a transaction was added or removed. */
  onChanged(listener: () => void): Off;
}

export interface MinerAccess {
  /** Starts mining, or changes the payout and the threads. Without `threads` the miner chooses the number. */
  start(payout: Lock | (() => Lock), threads: number | undefined, share?: number): Promise<void>;
  stop(): Promise<void>;
  /** Pauses while mining stays switched on; null continues. */
  hold(reason: Notice | null): void;
  status(): Omit<MiningStatus, 'address' | 'wallet'>;
  /** An unmined block on the tip that pays to `payout`. */
  template(payout: Lock): Promise<Block>;
  /** Mines and connects this many blocks and returns their ids. */
  generate(payout: Lock, blocks: number): Promise<readonly string[]>;
}

/**
 * Failures are thrown as a `KithError` (`wallet-unknown`, `wallet-password`, …), or returned as a `Violation` where the
 * type says so.
 */
export interface WalletAccess
  extends
    WatchOnly,
    OfflinePayments,
    Accounts,
    Setups,
    WalletBackups,
    WalletDeletion,
    WalletExport,
    WalletSearches {
  settings(): WalletSettings;
  changeSettings(settings: SettingsChange): Promise<WalletSettings>;
  create(wallet: NewWallet): Promise<{ readonly mnemonic: string }>;
  restore(wallet: RestoredWallet): Promise<{ readonly firstAddress: string }>;
  list(): readonly ListedWallet[];
  deleted(): Promise<readonly DeletedWallet[]>;
  undelete(name: string): Promise<void>;
  /**
   * `by`, here and below, is the kind of connection that the password came over. Wrong passwords slow down each kind
   * separately.
   */
  unlock(name: string, password: string, seconds: number | undefined, by: Role): Promise<void>;
  lock(name: string): Promise<void> | void;
  balance(name: string): Promise<Balance>;
  /** The current unused receiving address; works while locked. */
  address(name: string): Promise<string>;
  newAddress(name: string, label: string | undefined): Promise<string>;
  /** The lock for the next mined block. It changes after each reward. Also works while the wallet is locked. */
  payout(name: string): Lock;
  requests(name: string): Promise<ReceiveRequest[]>;
  createRequest(request: NewRequest): Promise<ReceiveRequest>;
  deleteRequest(name: string, address: string): Promise<void>;
  quote(payment: Payment): Promise<Quote>;
  prepareFaster(request: FasterPayment): Promise<DraftPayment>;
  prepareConsolidation(request: Consolidation): Promise<DraftPayment>;
  prepare(payment: Payment): Promise<DraftPayment>;
  readBatch(text: string): BatchReport;
  /** A draft that can still be confirmed; undefined when it was sent, is too old or never existed. */
  draft(id: string): { readonly wallet: string; readonly payment: DraftPayment } | undefined;
  confirm(draft: string, password: string, by: Role): Promise<{ readonly txid: string } | Violation>;
  /** Sends a draft without a password, for the native dialog. The wallet must be unlocked. */
  confirmUnlocked(draft: string): Promise<{ readonly txid: string } | Violation>;
  history(query: HistoryQuery): Promise<readonly HistoryEntry[]>;
  propagation(name: string, txid: string): Propagation;
  coins(query: CoinQuery): Promise<CoinPage>;
  addresses(query: AddressQuery): Promise<AddressPage>;
  owners(addresses: readonly string[]): AddressOwner[];
  freeze(coins: NamedCoins, isFrozen: boolean): Promise<void>;
  balanceOverTime(name: string, days: number): Promise<BalanceOverTime>;
  inspect(
    words: Pick<RestoredWallet, 'mnemonic' | 'passphrase'>,
  ): Promise<{ readonly firstAddress: string; readonly wallet: string | null }>;
  checkAddress(text: string): PaymentTarget;
  /** An empty label removes it. */
  setLabel(name: string, subject: string, label: string): Promise<void>;
  markPhraseChecked(name: string): Promise<void>;
  words(
    name: string,
    password: string,
    by: Role,
  ): Promise<{ readonly mnemonic: string; readonly passphrase: string }>;
  changePassword(name: string, password: string, next: string, by: Role): Promise<void>;
  signMessage(request: MessageToSign & { readonly by: Role }): Promise<{ readonly signature: string }>;
  verifyMessage(address: string, message: string, signature: string): boolean;
  provePayment(request: PaymentToProve & { readonly by: Role }): Promise<{ readonly proof: string }>;
  checkProof(text: string): Promise<CheckedProof>;
  /**
   * Calls the listener with the name of a wallet after its lock state, balance or history changed, possibly more often.
   */
  onChanged(listener: (name: string) => void): Off;
}

/** Failures are thrown as a `KithError` (`contact-…`, `contacts-…`, `address-…`). */
export interface ContactAccess {
  list(): Contact[];
  put(contact: GivenContact): Promise<Contact>;
  remove(id: string): Promise<void>;
  onChanged(listener: () => void): Off;
}

export interface MetricsAccess {
  /** The values of the metrics in one resolution, since `from` or as far back as they are kept. */
  range(metrics: readonly Metric[], step: MetricStep, from?: UnixSeconds): MetricRange;
  /** The newest values; null for what was not measured. */
  newest(metrics: readonly Metric[]): MetricSample;
  /** Calls the listener after each sample, once a second. */
  onSampled(listener: () => void): Off;
}

/** Failures are thrown as a `KithError` (`setting-…`, `settings-…`, `address-invalid`, `asmap-…`). */
export interface SettingsAccess {
  read(): NodeSettings;
  /** Stores and applies the changes; null removes a setting. */
  change(change: NodeSettingsChange): Promise<NodeSettings>;
  /** Calls the listener after each change. */
  onChanged(listener: () => void): Off;
  /** What is wrong with the stored settings. */
  notices(): readonly Notice[];
  /** For a miner that is started without them; without a number of threads it chooses one. */
  miningDefaults(): { readonly threads: number | undefined; readonly share: number };
}

export interface ReachabilityAccess {
  read(): NetworkReachability;
  /** @throws {KithError} `reach-tested-recently`, `reach-untestable` */
  test(): void;
}

export interface BanTarget {
  readonly id?: string | undefined;
  readonly address?: string | undefined;
}

export interface PeerAccess {
  readonly peerId: string;
  /** Addresses at which other nodes can connect, each with the peer id. */
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
  /** A link to join this network through this node; null while no other node could connect. */
  joinLink(): string | null;
  /**
   * Calls the listener after peers connected, disconnected or completed the handshake, but not when figures such as the
   * ping change.
   */
  onChanged(listener: () => void): Off;
}

/** The upgrades in the shape of the contract, read-only. */
export interface Upgrades extends Readonly<Omit<ChainUpgrades, 'upgrades' | 'unknown'>> {
  readonly upgrades: readonly Readonly<ChainUpgrades['upgrades'][number]>[];
  readonly unknown: readonly Readonly<ChainUpgrades['unknown'][number]>[];
}

/** Removes a listener. */
export type Off = () => void;
