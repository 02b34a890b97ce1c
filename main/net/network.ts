import { join } from 'node:path';
import type { Notice } from '../../shared/contract/fields.ts';
import { sentenceFor } from '../../shared/errors.ts';
import type { Height } from '../../shared/units.ts';
import { repeat, type Repeated } from '../lib/repeat.ts';
import type { UploadMonth, UploadStage } from './budgets/upload-month.ts';
import { joinLinkTo } from './join.ts';
import { createMonitoring, type Monitoring } from './monitoring.ts';
import { createNetworkEvents, type NetworkEvents } from './network-events.ts';
import { createPeering, type Peering } from './peering.ts';
import { countKnown, createAddressCounts } from './peers/address-counts.ts';
import { createTipAnnouncer, type TipAnnouncer } from './peers/announce-tip.ts';
import { type Connector, createConnector } from './peers/connector.ts';
import { createHandshake } from './peers/handshake.ts';
import { createPeerAccess } from './peers/peer-access.ts';
import type { NetworkDeps, NetworkStatus, PeerNetwork } from './ports.ts';
import { relays } from './peers/peer.ts';
import { type BlockArrivals, createBlockArrivals } from './relay/block-arrivals.ts';
import { createRelaying, type Relaying } from './relaying.ts';
import { serveProtocols } from './serving.ts';
import { createServedSnapshots, type ServedSnapshots } from './sync/serve-snapshots.ts';
import { createSyncing, type Syncing } from './syncing.ts';

export type { NetworkStatus, PeerNetwork } from './ports.ts';

/** Once only the reserve of the upload limit of the month is left, so many of the newest blocks are served. */
const NEWEST_BLOCKS = 32;
const SAVE_MS = 5 * 60_000;
/** How often the folder of snapshots is read. */
const SHELF_MS = 30_000;

/** The parts of a network. */
interface Parts {
  readonly shelf: ServedSnapshots;
  servesOnlyFrom(): Height;
  readonly peering: Peering;
  readonly syncing: Syncing;
  readonly monitoring: Monitoring;
  readonly connector: Connector;
  readonly relaying: Relaying;
  readonly tipAnnouncer: TipAnnouncer;
  readonly events: NetworkEvents;
  readonly arrivals: BlockArrivals;
}

/** @throws {KithError} `identity-unusable`, `disk-full` */
export async function createNetwork(deps: NetworkDeps): Promise<PeerNetwork> {
  const parts = await createParts(deps);
  const { peering, syncing, monitoring, connector, relaying } = parts;
  const { host, peers } = peering;
  const { payments } = relaying;
  const upload = createUploadStages(parts);
  const periodic = createPeriodic(deps, parts);
  return {
    peerId: host.peerId,
    peers: createPeerAccess({ ...peering, connector, traffic: host.traffic }),
    async start() {
      await load(parts);
      await startServing(deps, parts);
      startConnecting(deps, parts);
      upload.start();
      monitoring.start();
      periodic.start();
      deps.log.info('listening', { peerId: host.peerId, addresses: host.addresses() });
    },
    async stop() {
      upload.stop();
      periodic.stop();
      monitoring.stop();
      await stopConnecting(parts);
      // Pending requests are ended when `peers` stops.
      const ending = syncing.end();
      await peers.stop();
      await ending;
      await syncing.stop();
      await stopServing(deps, parts);
    },
    addresses: host.addresses,
    status: () => statusOf(parts),
    miningPause: monitoring.miningPause,
    announce: payments.announce,
    joinLink: () => joinLinkTo(deps.network, deps.chain, host.addresses()),
    countAddresses: createAddressCounts({
      addrman: peering.addrman,
      groupOf: peering.groupOf,
      bootstrap: peering.finding.bootstrap,
      clock: deps.clock,
    }),
    limitUpload: peering.limitUpload,
    limitUploadMonth: peering.month.limitTo,
    hideOrigin: relaying.hideOrigin,
    traffic: () => host.traffic.total,
    seenBy: payments.seenBy,
    spreadOf: payments.spreadOf,
    arrivals: parts.arrivals,
    reach: peering.finding.reach,
    relayingPeers: () => peers.list().filter(relays).length,
  };
}

async function createParts(deps: NetworkDeps): Promise<Parts> {
  const { network, chain, mempool, clock, clockWatch, random, log } = deps;
  const directory = join(deps.datadir, 'snapshots');
  const { shelf, servesOnlyFrom } = createOffer(directory, chain, () => peering.month.stage());
  const { claim, handshake } = createHandshake({
    network,
    chain,
    clock,
    software: deps.software,
    holdsSnapshots: () => shelf.size > 0,
    servesOnlyFrom,
  });
  const peering = await createPeering(deps, handshake);
  const { host, names, peers, groupOf, addrman, store, inbound, finding } = peering;
  const arrivals = createBlockArrivals(clock);
  const syncing = await createSyncing({
    network,
    chain,
    clock,
    random,
    minimumWork: deps.minimumWork,
    snapshotSync: deps.snapshotSync,
    openHistory: deps.openHistory,
    hasRoom: deps.hasRoom,
    peers,
    store,
    directory,
    received: arrivals.received,
    log,
  });
  const monitoring = createMonitoring({
    ...deps,
    peers,
    groupOf,
    gossip: host.gossip,
    syncing,
    servesFrom: () => handshake().servesFrom,
    addresses: () => countKnown(addrman, finding.bootstrap),
    isClosed: () => peering.month.stage() === 'closed',
  });
  const connector = connectorOf(deps, peering, monitoring);
  const relaying = createRelaying({
    ...deps,
    gossip: host.gossip,
    names,
    peers,
    syncing,
    inbound,
    arrivals,
  });
  const tipAnnouncer = createTipAnnouncer({ announce: () => peers.announceTip(claim()), clock });
  const events = createNetworkEvents({
    chain,
    mempool,
    clockWatch,
    discovery: deps.discovery,
    peering,
    syncing,
    relaying,
    monitoring,
    tipAnnouncer,
    arrivals,
  });
  return {
    shelf,
    servesOnlyFrom,
    peering,
    syncing,
    monitoring,
    connector,
    relaying,
    tipAnnouncer,
    events,
    arrivals,
  };
}

function connectorOf(
  { joined, clock, log, random }: NetworkDeps,
  { finding, peers, addrman, bans, store, groupOf }: Peering,
  { extra }: Monitoring,
): Connector {
  return createConnector({
    dial: finding.reach.dial,
    peers,
    addrman,
    bans,
    store,
    extra,
    bootstrap: finding.bootstrap,
    joined: new Set(joined),
    clock,
    groupOf,
    log: log.child('peers'),
    random,
  });
}

/** The old data that this node serves: all that it has, or little once only the reserve of the month is left. */
function createOffer(
  directory: string,
  chain: Pick<NetworkDeps['chain'], 'tip'>,
  stage: () => UploadStage,
): Pick<Parts, 'shelf' | 'servesOnlyFrom'> {
  const stored = createServedSnapshots(directory);
  const saves = (): boolean => stage() !== 'open';
  return {
    servesOnlyFrom: () => (saves() ? Math.max(0, chain.tip().height - NEWEST_BLOCKS) : 0),
    shelf: {
      refresh: stored.refresh,
      get size() {
        return saves() ? 0 : stored.size;
      },
      find: (root) => (saves() ? undefined : stored.find(root)),
    },
  };
}

/** Starts the work that runs at regular intervals. */
function createPeriodic(
  { clock }: Pick<NetworkDeps, 'clock'>,
  { peering, shelf }: Parts,
): { start(): void; stop(): void } {
  const timers: Repeated[] = [];
  return {
    start() {
      timers.push(repeat(clock, SAVE_MS, peering.addrman.save), repeat(clock, SHELF_MS, shelf.refresh));
    },
    stop: () => timers.splice(0).forEach((timer) => timer.cancel()),
  };
}

/** Closes all connections when the upload limit of the month is used up, and opens them again in the next one. */
function createUploadStages({ peering, connector }: Parts): { start(): void; stop(): void } {
  const { month, peers } = peering;
  let isClosed = month.stage() === 'closed';
  const offs: (() => void)[] = [];
  const part = (id: string): void => peers.part(id, 'peer-crowded');
  const follow = (stage: UploadStage): void => {
    if (isClosed === (stage === 'closed')) return;
    isClosed = stage === 'closed';
    if (!isClosed) return connector.start();
    connector.stop();
    for (const { id } of peers.list()) part(id);
  };
  // A handshake that began before may still complete.
  const greet = ({ id }: { readonly id: string }): void => {
    if (isClosed) part(id);
  };
  return {
    start() {
      isClosed = month.stage() === 'closed';
      offs.push(month.events.on('stage', follow), peers.events.on('handshakeCompleted', greet));
    },
    stop: () => offs.splice(0).forEach((off) => off()),
  };
}

/** What the user should know about the upload limit of the month. */
function uploadNotices(month: UploadMonth): Notice[] {
  const code = NOTICE_OF_STAGE[month.stage()];
  if (code === null) return [];
  const date = new Date(month.endsAt() * 1000).toISOString().slice(0, 10);
  return [{ code, message: sentenceFor(code, { date }) }];
}

const NOTICE_OF_STAGE = { open: null, reserve: 'upload-reserve', closed: 'upload-used-up' } as const;

/** Loads what earlier runs have stored. */
async function load({ peering, connector, shelf }: Parts): Promise<void> {
  await peering.month.start();
  await peering.bans.load();
  await peering.addrman.load();
  await connector.load();
  await shelf.refresh();
}

/** Starts to answer peers. Dials no peer yet. */
async function startServing(deps: NetworkDeps, parts: Parts): Promise<void> {
  const { network, chain, mempool, clock, log } = deps;
  const { peering, relaying, shelf, events, servesOnlyFrom } = parts;
  const { host, names, peers, budgets, exchange, finding } = peering;
  const { payments, listing, push } = relaying;
  events.start();
  peering.peerLog.start();
  peering.newer.start();
  await serveProtocols({
    host,
    names,
    network,
    chain,
    mempool,
    peers,
    payments,
    listing,
    push,
    exchange,
    shelf,
    servesOnlyFrom,
    budgets,
    clock,
    log: log.child('peers'),
  });
  await peers.start();
  await finding.reach.start();
  await host.start();
}

function startConnecting({ discovery: chosen }: Pick<NetworkDeps, 'discovery'>, parts: Parts): void {
  const { peering, relaying, syncing, connector } = parts;
  const { reach, discovery } = peering.finding;
  relaying.start();
  syncing.start();
  if (peering.month.stage() !== 'closed') connector.start();
  if (chosen?.exchange !== false) peering.exchange.start();
  discovery.start();
  reach.begin();
}

async function stopConnecting({ peering, connector, tipAnnouncer, relaying }: Parts): Promise<void> {
  const { reach, discovery } = peering.finding;
  await reach.stop();
  await discovery.stop();
  connector.stop();
  peering.exchange.stop();
  tipAnnouncer.stop();
  relaying.stop();
}

async function stopServing({ log }: Pick<NetworkDeps, 'log'>, { peering, events }: Parts): Promise<void> {
  events.stop();
  await peering.host.stop();
  peering.newer.stop();
  peering.peerLog.stop();
  await peering.addrman
    .save()
    .catch((error: unknown) => log.warn('known addresses could not be saved', { error }));
  await peering.month.stop();
  await peering.store.close();
}

function statusOf({ peering, syncing, monitoring, relaying, connector, events }: Parts): NetworkStatus {
  const { identity, host, store, peers, addrman, upload, month, newer, finding } = peering;
  return {
    ...monitoring.progress(),
    peers: peers.list().length,
    knownAddresses: countKnown(addrman, finding.bootstrap),
    strangers: events.otherNetworkPeers(),
    clockOffsetSeconds: monitoring.clocks.offset()?.seconds ?? null,
    clock: monitoring.clockNotice(),
    notices: [
      ...(identity.notice === null ? [] : [identity.notice]),
      ...uploadNotices(month),
      ...host.notices(),
      ...store.notices(),
      ...syncing.notices(),
      ...monitoring.notices(),
      ...newer.notices(),
    ],
    snapshot: syncing.snapshot(),
    history: syncing.history(),
    reach: finding.reach.current(),
    upload: {
      total: upload.total,
      bytesPerSecond: upload.rate(),
      limit: upload.limit,
      month: {
        used: month.used(),
        limit: month.limit,
        stage: month.stage(),
        endsAt: month.endsAt(),
      },
    },
    compact: relaying.compact.figures(),
    failures: connector.failures(),
  };
}
