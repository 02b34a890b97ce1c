import { createBudgets, type Budgets } from './budgets/budgets.ts';
import { createUpload, type Upload } from './budgets/upload.ts';
import { createUploadMonth, FIRST_BYTES, type UploadMonth } from './budgets/upload-month.ts';
import { createFinding, type Finding, wantedFor } from './finding.ts';
import { createExchange, type Exchange } from './peers/address-exchange.ts';
import { type AddressManager, createAddressManager } from './peers/address-manager.ts';
import { type Bans, createBans } from './peers/ban-list.ts';
import { createInbound, type Inbound } from './peers/inbound.ts';
import { createNewerVersions, type NewerVersions } from './peers/newer-versions.ts';
import { createPeerLog, type PeerLog } from './peers/peer-log.ts';
import type { PeerStore } from './peers/peer-store.ts';
import { createPeers, type Peers } from './peers/peers.ts';
import { createScores, type Scores } from './peers/scores.ts';
import type { NetworkDeps } from './ports.ts';
import type { Hello } from './protocol/hello.ts';
import { peerViolation } from './protocol/wire-violation.ts';
import type { Host } from './transport/host.ts';
import { createIdentified, type Identified } from './transport/identify.ts';
import type { Identity } from './transport/identity-place.ts';
import { type GroupOf, isLocal, netgroupOf } from './transport/multiaddrs.ts';
import { sourceOf } from './transport/pool-source.ts';
import { type Names, namesOf } from './transport/protocols.ts';

/** What a node stores about itself and other nodes between runs, and the scores of this run. */
interface Records {
  readonly identity: Identity;
  readonly store: PeerStore;
  readonly bans: Bans;
  readonly addrman: AddressManager;
  readonly scores: Scores;
}

/** The libp2p host, and the budgets of its connections. */
interface Transport {
  readonly names: Names;
  readonly host: Host;
  readonly identified: Identified;
  readonly budgets: Budgets;
  readonly upload: Upload;
  readonly month: UploadMonth;
  /** Replaces the limit on the bytes per second; requests that wait for the old one are considered again. */
  limitUpload(limit: number | null): void;
}

/** The connected peers, and how this node and other nodes find each other. */
export interface Peering extends Records, Transport {
  readonly peers: Peers;
  readonly groupOf: GroupOf;
  readonly peerLog: PeerLog;
  readonly newer: NewerVersions;
  readonly inbound: Inbound;
  readonly exchange: Exchange;
  readonly finding: Finding;
}

/**
 * @param ours returns the current hello of this node
 * @throws {KithError} `identity-unusable`, `disk-full`
 */
export async function createPeering(deps: NetworkDeps, ours: () => Hello): Promise<Peering> {
  const groupOf = deps.groupOf ?? netgroupOf;
  const records = await openRecords(deps, groupOf);
  const { bans, addrman, scores } = records;
  const { clock, random } = deps;
  const log = deps.log.child('peers');
  // The host calls functions of the peers and of the relays. All of them are created before it starts.
  const transport = await openTransport(deps, records, {
    isFull: () => inbound.isFull(),
    report: (peerId, violation) => peers.report(peerId, violation),
    reach: () => finding.reach,
  });
  const { host, identified, names, budgets } = transport;
  const peers = createPeers({ host, identified, names, ours, bans, scores, clock, log });
  const inbound = createInbound({ peers, bans, clock, random, groupOf });
  const exchange = createExchange({
    ownRecord: host.ownRecord,
    addrman,
    bans,
    peers,
    local: isLocal(deps.listen),
    clock,
    log,
  });
  const finding = createFinding({
    network: deps.network,
    listen: deps.listen,
    bootstrap: deps.bootstrap,
    discovery: deps.discovery,
    host,
    budgets,
    identified,
    names,
    peers,
    groupOf,
    addrman,
    clock,
    random,
    moved: exchange.moved,
    log: deps.log,
  });
  const peerLog = createPeerLog({ peers, clock });
  const newer = createNewerVersions({ peers });
  return { ...records, ...transport, peers, groupOf, peerLog, newer, inbound, exchange, finding };
}

async function openRecords(
  { datadir, factories, clock, random, log }: NetworkDeps,
  groupOf: GroupOf,
): Promise<Records> {
  const identity = await factories.openIdentity(datadir, random, log);
  const store = await factories.openStore(datadir, log);
  return {
    identity,
    store,
    bans: createBans({ store, clock }),
    addrman: createAddressManager({ store, clock, random, groupOf }),
    scores: createScores(clock),
  };
}

/** Functions of later parts that the host calls. */
interface HostHooks {
  /** Whether all slots for inbound peers are taken. */
  isFull(): boolean;
  readonly report: Peers['report'];
  reach(): Finding['reach'];
}

const NO_STORE = { read: () => Promise.resolve(null), write: () => Promise.resolve() };

async function openTransport(deps: NetworkDeps, records: Records, hooks: HostHooks): Promise<Transport> {
  const { clock, random } = deps;
  const { identity, bans, scores } = records;
  const names = namesOf(deps.network.idHex);
  const upload = createUpload(deps.maxUpload ?? null, clock.monotonic);
  const month = createUploadMonth({
    limit: deps.uploadMonth ?? null,
    store: deps.factories.openMonthStore?.(deps.datadir, deps.log) ?? NO_STORE,
    clock,
    log: deps.log.child('upload'),
  });
  const budgets = createBudgets({ upload, groupOf: (address) => sourceOf(address).group, clock });
  const host = await deps.factories.createHost({
    key: identity.key,
    listen: deps.listen,
    announce: deps.announce,
    topics: [names.transactions, names.blocks],
    software: deps.software,
    denied: {
      host: (part) => bans.has(part) || (bans.discourages(part) && hooks.isFull()),
      peer: (id) => bans.has(id),
    },
    scoreOf: (peerId) => -scores.of(peerId),
    onFlood: (peerId) => hooks.report(peerId, peerViolation('gossip-flood')),
    onFailure: hooks.report,
    budgets,
    onSent(bytes) {
      upload.sent(bytes);
      month.sent(bytes);
    },
    allows: month.allows,
    isClosed: () => month.stage() === 'closed',
    began: () => month.sent(FIRST_BYTES),
    wanted: wantedFor(deps, hooks.reach),
    clock,
    random,
  });
  return {
    names,
    host,
    identified: createIdentified(host.onIdentify, clock),
    budgets,
    upload,
    month,
    limitUpload(limit) {
      upload.limitTo(limit);
      budgets.consider();
    },
  };
}
