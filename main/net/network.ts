import { join } from 'node:path';
import { toHex } from '../core/codec/hex.ts';
import { createBudgets } from './budgets/budgets.ts';
import { createUpload } from './budgets/upload.ts';
import { sourceOf } from './transport/pool-source.ts';
import { guarded } from '../lib/guarded.ts';
import { isLocal } from './transport/multiaddrs.ts';
import { GRAYLIST_SCORE } from './transport/gossip-scores.ts';
import { createHost, type Host } from './transport/host.ts';
import { createIdentified } from './transport/identified.ts';
import { openIdentity } from './transport/identity-place.ts';
import { namesOf } from './transport/protocols.ts';
import { joinLinkTo } from './join.ts';
import { createMiningPause } from './mining-pause.ts';
import { createBans } from './peers/ban-list.ts';
import { createAddressManager } from './peers/address-manager.ts';
import { createClockHealth } from './peers/clock-health.ts';
import { createClocks } from './peers/clock-offsets.ts';
import { createChainHealth } from './peers/chain-health.ts';
import { createConnector } from './peers/connector.ts';
import { createExchange } from './peers/address-exchange.ts';
import { createHandshake } from './peers/handshake.ts';
import { createInbound } from './peers/inbound.ts';
import { createPeerLog } from './peers/peer-log.ts';
import { createNewerVersions } from './peers/newer-versions.ts';
import { relays } from './peers/peer.ts';
import { createPeerAccess } from './peers/peer-access.ts';
import { createPeers } from './peers/peers.ts';
import { createServicesAnnouncer } from './peers/announce-services.ts';
import { createScores } from './peers/scores.ts';
import { openPeerStore } from './peers/peer-store.ts';
import { createTipAnnouncer } from './peers/announce-tip.ts';
import { createFinding, wantedFor } from './finding.ts';
import { createRelaying } from './relaying.ts';
import { createServedSnapshots } from './sync/serve-snapshots.ts';
import { createSnapshotTrust } from './sync/snapshot-trust.ts';
import { serveProtocols } from './serving.ts';
import { isSyncing } from './sync/sync-progress.ts';
import { createSyncing, type Syncing } from './syncing.ts';
import { peerViolation } from './protocol/wire-violation.ts';

import type { NetworkDeps, PeerNetwork } from './ports.ts';

export type { NetworkStatus, PeerNetwork } from './ports.ts';

const SAVE_MS = 5 * 60_000;
const WATCH_MS = 2000;
const SHELF_TURNS = 15;
/**
 * For this time after the wall clock was set, scores of the gossip router ban no peer: it measures in wall-clock
 * time.
 */
const JUMP_RECENT_MS = 10 * 60_000;

/** @throws {KithError} `identity-unusable`, `disk-full` */
export async function createNetwork(deps: NetworkDeps): Promise<PeerNetwork> {
  const { chain, mempool, clock, random, log } = deps;
  const names = namesOf(deps.network.idHex);
  const local = isLocal(deps.listen);
  const identity = await openIdentity(deps.datadir, random, log);
  const store = await openPeerStore(deps.datadir, log);
  const bans = createBans({ store, clock });
  const book = createAddressManager({ store, clock, random });
  const scores = createScores(clock);
  const upload = createUpload(deps.maxUpload ?? null, clock.monotonic);
  const budgets = createBudgets({ upload, groupOf: (address) => sourceOf(address).group, clock });
  const host: Host = await createHost({
    key: identity.key,
    listen: deps.listen,
    announce: deps.announce,
    topics: [names.transactions, names.blocks],
    software: deps.software,
    denied: {
      host: (part) => bans.has(part) || (bans.discourages(part) && inbound.isFull()),
      peer: (id) => bans.has(id),
    },
    scoreOf: (peerId) => -scores.of(peerId),
    onFlood: (peerId) => peers.report(peerId, peerViolation('gossip-flood')),
    onFailure: (peerId, failure) => peers.report(peerId, failure),
    budgets,
    onSent: upload.sent,
    wanted: wantedFor(deps, () => finding.reach),
    clock,
    random,
  });
  const identified = createIdentified(host.onIdentify, clock);

  const directory = join(deps.datadir, 'snapshots');
  const shelf = createServedSnapshots(directory);
  const { claim, handshake } = createHandshake({ ...deps, holdsSnapshots: () => shelf.size > 0 });
  const peers = createPeers({
    host,
    identified,
    names,
    ours: handshake,
    bans,
    scores,
    clock,
    log: log.child('peers'),
  });
  const peerLog = createPeerLog({ peers, clock });
  const newer = createNewerVersions({ peers });
  const finding = createFinding({
    ...deps,
    host,
    budgets,
    identified,
    names,
    peers,
    book,
    random,
    moved: () => exchange.moved(),
    log,
  });
  const { reach, discovery, bootstrap } = finding;
  const connector = createConnector({
    dial: reach.dial,
    peers,
    book,
    bans,
    store,
    extra: () => health.extra(),
    bootstrap,
    joined: new Set(deps.joined),
    clock,
    log: log.child('peers'),
    random,
  });
  const health = createChainHealth({
    chain,
    params: deps.network.params,
    peers,
    clock,
    isSyncing: () => isSyncing(syncing.progress()),
    awaitsClock: () => awaitsClock(),
  });
  const trust = createSnapshotTrust({
    chain,
    params: deps.network.params,
    peers,
    named: deps.namedBlock ?? null,
  });
  const inbound = createInbound({ peers, bans, clock, random });
  const exchange = createExchange({
    ownRecord: host.ownRecord,
    book,
    bans,
    peers,
    local,
    clock,
    log: log.child('peers'),
  });
  const { futureLimit } = deps.network.params;
  const clocks = createClocks({ clock, clockWatch: deps.clockWatch, futureLimit });
  const clockHealth = createClockHealth({
    chain,
    params: deps.network.params,
    clock,
    peers,
    offset: clocks.offset,
    early: () => syncing.headers.early(),
  });
  const awaitsClock = () => clockHealth()?.holdsBlocks ?? false;
  const syncing: Syncing = await createSyncing({ ...deps, peers, store, directory, random, awaitsClock });
  const relaying = createRelaying({ ...deps, gossip: host.gossip, names, peers, syncing, inbound, random });
  const { payments } = relaying;
  const tipAnnouncer = createTipAnnouncer({ tell: () => peers.tell(claim()), clock });
  const serves = createServicesAnnouncer({
    servesFrom: () => handshake().servesFrom,
    tell: peers.tellServes,
  });
  const miningPause = createMiningPause({
    chain,
    clock,
    spacing: deps.network.params.spacing,
    knownWork: syncing.knownWork,
    peers,
    addresses: () => book.size + bootstrap.length,
    progress: syncing.progress,
    clockHealth,
  });
  const strangers = new Set<string>();
  const unwelcomed = new Set<string>();
  const off: (() => void)[] = [];
  let saving: NodeJS.Timeout | undefined;
  let watching: NodeJS.Timeout | undefined;
  let watched = 0;

  // Transactions of peers can be checked only at the tip.
  function welcome(): void {
    if (unwelcomed.size === 0 || syncing.progress().phase !== 'synced') return;
    for (const id of unwelcomed) {
      const peer = peers.get(id);
      if (peer !== undefined) payments.welcome(peer);
    }
    unwelcomed.clear();
  }

  function watch(): void {
    for (const { id, tip } of peers.list()) {
      const block = chain.entry(toHex(tip.id));
      if (block !== undefined) clocks.accepted(id, block.time);
    }
    health.look();
    trust.look();
    serves.look();
    syncing.look();
    miningPause.look();
    if (++watched % SHELF_TURNS === 0) void shelf.refresh().catch(() => undefined);
    if (deps.clockWatch.sinceJumpMs() < JUMP_RECENT_MS) return;
    for (const { id } of peers.list()) {
      if (host.gossip.score(id) <= GRAYLIST_SCORE) peers.report(id, peerViolation('gossip-score'));
    }
  }

  function listen(): void {
    off.push(
      peers.events.on('greeted', (peer) => {
        clocks.heard(peer, peer.hello.clock);
        if (peer.kind === 'inbound') inbound.arrived(peer);
        if (deps.discovery?.exchange !== false) exchange.welcome(peer);
        // A block-relay-only connection carries no transactions.
        if (relays(peer)) unwelcomed.add(peer.id);
        else host.gossip.exclude(names.transactions, peer.id);
        syncing.consider();
        welcome();
      }),
      peers.events.on('gone', ({ peer }) => {
        for (const part of [clocks, syncing, relaying, inbound]) part.forget(peer.id);
        unwelcomed.delete(peer.id);
        host.gossip.readmit(peer.id);
      }),
      peers.events.on('tip', () => {
        payments.peerTipMoved();
        syncing.consider();
        welcome();
      }),
      peers.events.on('refused', ({ id, code }) => {
        if (code === 'hello-network' && strangers.size < 1000) strangers.add(id);
      }),
      mempool.events.on('added', ({ source }) => {
        if (source !== undefined) inbound.useful(source, 'payment');
      }),
      deps.clockWatch.events.on('jumped', ({ seconds }) => {
        host.gossip.clockJumped();
        peers.clockJumped(seconds);
        syncing.look();
      }),
      deps.clockWatch.events.on('slept', peers.pingAll),
      chain.events.on('tip', () => {
        tipAnnouncer.moved(chain.tip() === chain.bestHeader());
        payments.tipMoved();
        welcome();
      }),
    );
  }

  return {
    peerId: host.peerId,
    peers: createPeerAccess({ peers, connector, bans, scores, peerLog, traffic: host.traffic }),
    async start() {
      await bans.load();
      await book.load();
      await connector.load();
      await shelf.refresh();
      listen();
      peerLog.start();
      newer.start();
      await serveProtocols({
        ...deps,
        host,
        names,
        peers,
        payments,
        listing: relaying.listing,
        budgets,
        push: relaying.push,
        exchange,
        shelf,
        log: log.child('peers'),
      });
      await peers.start();
      await reach.start();
      await host.start();
      relaying.start();
      syncing.start();
      connector.start();
      if (deps.discovery?.exchange !== false) exchange.start();
      discovery.start();
      reach.begin();
      health.start();
      watching = setInterval(guarded(log, 'watch', watch), WATCH_MS);
      saving = setInterval(() => void book.save().catch(() => undefined), SAVE_MS);
      log.info('listening', { peerId: host.peerId, addresses: host.addresses() });
    },
    async stop() {
      clearInterval(saving);
      clearInterval(watching);
      health.stop();
      await reach.stop();
      await discovery.stop();
      connector.stop();
      exchange.stop();
      tipAnnouncer.stop();
      relaying.stop();
      // Pending requests are ended when `peers` stops.
      const ending = syncing.end();
      await peers.stop();
      await ending;
      await syncing.stop();
      for (const each of off) each();
      await host.stop();
      newer.stop();
      peerLog.stop();
      await book.save().catch((error: unknown) => log.warn('known addresses could not be saved', { error }));
      await store.close();
    },
    addresses: host.addresses,
    status: () => ({
      ...syncing.progress(),
      peers: peers.list().length,
      knownAddresses: book.size + bootstrap.length,
      strangers: strangers.size,
      clockOffsetSeconds: clocks.offset()?.seconds ?? null,
      clock: clockHealth()?.notice ?? null,
      notices: [
        ...(identity.notice === null ? [] : [identity.notice]),
        ...host.notices(),
        ...store.notices(),
        ...syncing.notices(),
        ...trust.notices(),
        ...health.notices(),
        ...newer.notices(),
      ],
      snapshot: syncing.snapshot(),
      history: syncing.history(),
      reach: reach.verdict(),
      upload: { total: upload.total, bytesPerSecond: upload.rate(), limit: upload.limit },
      compact: relaying.compact.figures(),
      failures: connector.failures(),
    }),
    miningPause: miningPause.reason,
    announce: payments.announce,
    joinLink: () => joinLinkTo(deps.network, chain, host.addresses()),
    seenBy: payments.seenBy,
  };
}
