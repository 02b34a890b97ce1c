import type { Reachability } from './nat/reachability.ts';
import type { UnixSeconds } from '../../shared/units.ts';
import type { MonthStore, UploadStage } from './budgets/upload-month.ts';
import type { Traffic } from './transport/traffic.ts';
import type { Notice } from '../../shared/contract/fields.ts';
import type { Network } from '../core/params/network.ts';
import type { Transaction } from '../core/primitives/transaction.ts';
import type { Clock } from '../lib/clock.ts';
import type { ClockWatch } from '../lib/clock-watch.ts';
import type { Random } from '../lib/random.ts';
import type { Log } from '../lib/log.ts';
import type { Chain } from '../chain/chain.ts';
import type { History, HistoryStatus } from '../chain/history-check.ts';
import type { PeerStore } from './peers/peer-store.ts';
import type { Host, HostDeps } from './transport/host.ts';
import type { GroupOf } from './transport/multiaddrs.ts';
import type { Identity } from './transport/identity-place.ts';
import type { AddressCounts } from './peers/address-counts.ts';
import type { PeerAccess } from './peers/peer-access.ts';
import type { ReachabilityResult } from './nat/verdict.ts';
import type { BlockArrivals } from './relay/block-arrivals.ts';
import type { CompactFigures } from './relay/compact-relay.ts';
import type { Spread } from './relay/payment-spread.ts';
import type { MempoolView } from './relay/transaction-relay.ts';
import type { ShownProgress } from './sync/sync-estimate.ts';

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
  /** Multiaddresses to advertise instead of those listened on. */
  readonly announce?: readonly string[] | undefined;
  /** Bootstrap multiaddresses in addition to those of the network file. */
  readonly bootstrap: readonly string[];
  /** The bootstrap addresses that came from a join link. */
  readonly joined?: readonly string[] | undefined;
  /** User agent such as `kith/0.1.0`, which peers see. */
  readonly software: string;
  /**
   * The least work that the correct chain must have, for example from a join link. Chains with less work are not
   * followed, now and after restarts.
   */
  readonly minimumWork?: bigint | undefined;
  /** The id of a block from a trusted source, such as a join link. */
  readonly namedBlock?: string | undefined;
  /**
   * Whether an empty chain starts from a snapshot whose hash the chain commits to, instead of connecting all blocks.
   */
  readonly snapshotSync?: boolean | undefined;
  /** Opens the check of the blocks below that snapshot. Null when there is nothing to check. Called at most once. */
  readonly openHistory?: (() => Promise<History | null>) | undefined;
  /** Whether transactions of this node are sent by private broadcast; default true. */
  readonly hideOrigin?: boolean | undefined;
  /** Limit on the bytes per second that this node sends; default none. */
  readonly maxUpload?: number | undefined;
  /** Limit on the bytes that this node sends in a calendar month; default none. */
  readonly uploadMonth?: number | undefined;
  /** The number of peers that have a transaction of this node changed; see `seenBy`. */
  readonly onSeen?: ((txid: string) => void) | undefined;
  /** Whether the disk has room for further blocks; by default it has. */
  readonly hasRoom?: (() => boolean) | undefined;
  /** The network group of an address; by default its prefix. */
  readonly groupOf?: GroupOf | undefined;
  /** Additional sources of addresses. By default all of them if the node listens on more than loopback. */
  readonly discovery?: DiscoveryChoice | undefined;
  readonly random: Random;
  readonly factories: NetworkFactories;
}

/** Creates what touches the disk and the sockets. A simulator passes its own. */
export interface NetworkFactories {
  /** @throws {KithError} `identity-unusable` */
  openIdentity(datadir: string, random: Random, log: Log): Promise<Identity>;
  /** @throws {KithError} `disk-full` */
  openStore(datadir: string, log: Log): Promise<PeerStore>;
  createHost(deps: HostDeps): Promise<Host>;
  /** Where the bytes of each month are kept. Without it the count begins at 0 at each start. */
  openMonthStore?(datadir: string, log: Log): MonthStore;
}

export interface DiscoveryChoice {
  /** Whether to use the DHT of the network. */
  readonly dht?: boolean | undefined;
  /** Whether to search on the local network (mDNS). */
  readonly mdns?: boolean | undefined;
  /** Whether peers exchange addresses. Only tests disable it. */
  readonly exchange?: boolean | undefined;
  /** DNS servers for `/dnsaddr` names; those of the system by default. */
  readonly dnsServers?: readonly string[] | undefined;
}

/** The state of the peer-to-peer network, as the API reports it. */
export interface NetworkStatus extends ShownProgress {
  readonly peers: number;
  readonly knownAddresses: number;
  /** Number of peers of another network met since the start. */
  readonly strangers: number;
  readonly clockOffsetSeconds: number | null;
  /** Bytes sent since the start, bytes per second now, and the limit in bytes per second. */
  readonly upload: {
    readonly total: number;
    readonly bytesPerSecond: number;
    readonly limit: number | null;
    /** The bytes of this calendar month in UTC, the limit, what it stops, and when the next month begins. */
    readonly month: {
      readonly used: number;
      readonly limit: number | null;
      readonly stage: UploadStage;
      readonly endsAt: UnixSeconds;
    };
  };
  /** The notice about a wrong clock of this computer: the evidence and what to do. Null when no problem is known. */
  readonly clock: Notice | null;
  /** Notices about the network, most serious first. */
  readonly notices: readonly Notice[];
  /** Whether other nodes can connect, why, and what to do. */
  readonly reach: ReachabilityResult;
  /** Number of downloaded chunks of a snapshot, and their total. Null when none is being downloaded. */
  readonly snapshot: { readonly done: number; readonly of: number } | null;
  /**
   * Progress of the check of the blocks below the snapshot that this chain started from. Null when there is no such
   * check.
   */
  readonly history: HistoryStatus | null;
  /** How compact blocks were completed. */
  readonly compact: CompactFigures;
  /** The last failed connection attempts, newest last. */
  readonly failures: readonly { readonly address: string; readonly cause: string }[];
}

/** The peer-to-peer network of this node. */
export interface PeerNetwork {
  readonly peerId: string;
  readonly peers: PeerAccess;
  /** @throws {KithError} `listen-in-use`, `listen-failed`. */
  start(): Promise<void>;
  stop(): Promise<void>;
  addresses(): string[];
  status(): NetworkStatus;
  /** Why a block that this node mined now could not become part of the best chain. Null when it could. */
  miningPause(): Notice | null;
  /**
   * Tracks a transaction of the wallet that is in the mempool since an earlier run: announces it to all peers, and
   * again until it is mined. Transactions that this node submits to the mempool are tracked automatically.
   */
  announce(tx: Transaction): void;
  /** A link with which a new user can join the network at this node. Null while no other node could connect to it. */
  joinLink(): string | null;
  /** The known addresses, counted. `countryOf` takes a few microseconds. */
  countAddresses(countryOf: (address: string) => string | null): Promise<AddressCounts>;
  /** Replaces the limit on the bytes per second that this node sends; null for none. */
  limitUpload(bytesPerSecond: number | null): void;
  /** Replaces the limit on the bytes that this node sends in a calendar month; null for none. */
  limitUploadMonth(bytes: number | null): void;
  /** Whether transactions of this node that follow are sent by private broadcast. */
  hideOrigin(hides: boolean): void;
  /** Bytes that all connections carried since the start. */
  traffic(): Readonly<Traffic>;
  /** Number of connected peers that have the transaction. Null when this node did not announce it. */
  seenBy(txid: string): number | null;
  /** Which peers of this node had the transaction over time. Null when this node did not announce it. */
  spreadOf(txid: string): Spread | null;
  /** How the newest blocks arrived. */
  readonly arrivals: Pick<BlockArrivals, 'get' | 'recent' | 'submitted'>;
  /** Whether other nodes can connect, and a test of it. */
  readonly reach: Pick<Reachability, 'current' | 'facts' | 'test'>;
  /** Number of connected peers that relay transactions. */
  relayingPeers(): number;
}
