import type { Notice } from '../../shared/contract/fields.ts';
import type { Network } from '../core/params/network.ts';
import type { Transaction } from '../core/primitives/transaction.ts';
import type { Clock } from '../lib/clock.ts';
import type { ClockWatch } from '../lib/clock-watch.ts';
import type { Log } from '../lib/log.ts';
import type { Chain } from '../chain/chain.ts';
import type { History, HistoryStatus } from '../chain/history-check.ts';
import type { PeerAccess } from './peers/peer-access.ts';
import type { Verdict } from './nat/verdict.ts';
import type { CompactFigures } from './relay/compact-relay.ts';
import type { MempoolView } from './relay/transaction-relay.ts';
import type { SyncProgress } from './sync/sync-progress.ts';

export interface NetworkDeps {
  readonly network: Network;
  readonly chain: Chain;
  readonly mempool: MempoolView;
  readonly clock: Clock;
  readonly clockWatch: ClockWatch;
  readonly log: Log;
  readonly datadir: string;
  /** Multiaddresses to listen on. */
  readonly listen: readonly string[];
  /** Multiaddresses that others are told instead of those listened on. */
  readonly announce?: readonly string[] | undefined;
  /** Multiaddresses to begin with, besides the network's own. */
  readonly bootstrap: readonly string[];
  /** Of the bootstrap addresses, those that a join link named. */
  readonly joined?: readonly string[] | undefined;
  /** Such as `kith/0.1.0`; others see it. */
  readonly software: string;
  /** Work that the right chain is known to have, such as a join link names: no chain below it is followed, now and later. */
  readonly minimumWork?: bigint | undefined;
  /** The id of a block that somebody the user trusts has named, such as a join link does. */
  readonly namedBlock?: string | undefined;
  /** Whether a chain that has nothing yet begins with a UTXO set that the chain commits to, instead of all blocks. */
  readonly snapshotSync?: boolean | undefined;
  /** What checks the blocks below such a UTXO set; null when there is nothing to check. Called at most once. */
  readonly openHistory?: (() => Promise<History | null>) | undefined;
  /** Whether own payments go to one peer first; yes unless told. */
  readonly hideOrigin?: boolean | undefined;
  /** Bytes a second that this node may send; as many as there are unless told. */
  readonly maxUpload?: number | undefined;
  /** How many peers have a payment of ours has changed; see `seenBy`. */
  readonly onSeen?: ((txid: string) => void) | undefined;
  /** Sources of addresses besides those told; where it listens beyond loopback they are on unless told. */
  readonly discovery?: DiscoveryChoice | undefined;
  /** From 0 to below 1; for choices that an attacker shouldn't foresee, no secrets. */
  readonly random?: () => number;
}

export interface DiscoveryChoice {
  /** The table over all nodes of the network. */
  readonly dht?: boolean | undefined;
  /** The search on the local network. */
  readonly mdns?: boolean | undefined;
  /** Whether peers tell each other addresses; only tests do without. */
  readonly exchange?: boolean | undefined;
  /** For `/dnsaddr` names, instead of the system's. */
  readonly dnsServers?: readonly string[] | undefined;
}

/** Everything that the status line tells of the network. */
export interface NetworkStatus extends SyncProgress {
  readonly peers: number;
  readonly knownAddresses: number;
  /** Peers of another network met since the start. */
  readonly strangers: number;
  readonly clockOffsetSeconds: number | null;
  /** What this node sends: bytes since its start, bytes a second of late, and how many a second it may send. */
  readonly upload: { readonly total: number; readonly bytesPerSecond: number; readonly limit: number | null };
  /** What is wrong with the clock of this computer, how that is known and what to do; null while nothing is. */
  readonly clock: Notice | null;
  /** What is wrong with the network around us, gravest first. */
  readonly notices: readonly Notice[];
  /** Whether others can connect, why, and what to do. */
  readonly reach: Verdict;
  /** Chunks of a snapshot that are here, of how many; null when none is being fetched. */
  readonly snapshot: { readonly done: number; readonly of: number } | null;
  /** How far the blocks below the snapshot are checked that this chain began with; null when it began with none. */
  readonly history: HistoryStatus | null;
  /** How blocks that came as compact ones were put together. */
  readonly compact: CompactFigures;
  /** The last tries to connect that failed, newest last. */
  readonly failures: readonly { readonly address: string; readonly cause: string }[];
}

/** This node among others. */
export interface PeerNetwork {
  readonly peerId: string;
  readonly peers: PeerAccess;
  /** @throws {KithError} `listen-in-use`, `listen-failed`. */
  start(): Promise<void>;
  stop(): Promise<void>;
  addresses(): string[];
  status(): NetworkStatus;
  /** Why a block that this node mines now could not become part of the best chain; null when it could. */
  miningPause(): Notice | null;
  /**
   * A payment of ours that is in the mempool since an earlier run: announced to all, and again until it is mined. What
   * enters the mempool from this node itself is treated so without being asked.
   */
  announce(tx: Transaction): void;
  /** A link through which anybody can join the network at this node; null while nobody could connect to it. */
  joinLink(): string | null;
  /** How many connected peers have it; null when it wasn't announced by us. */
  seenBy(txid: string): number | null;
}
