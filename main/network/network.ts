import { join } from 'node:path';
import { guarded } from '../lib/guarded.ts';
import { powHash } from '../state/native/pow.ts';
import { isLocal } from './host/addresses.ts';
import { GRAYLIST_SCORE } from './host/gossip.ts';
import { createHost, type Host } from './host/host.ts';
import { createIdentified } from './host/identified.ts';
import { readIdentity } from './host/identity.ts';
import { namesOf } from './host/protocols.ts';
import { joinLinkTo } from './join.ts';
import { createBans } from './peers/bans.ts';
import { createAddressBook } from './peers/book.ts';
import { createClocks } from './peers/clocks.ts';
import { createChainHealth } from './peers/chain-health.ts';
import { createConnector } from './peers/connector.ts';
import { createExchange } from './peers/exchange.ts';
import { createGreeting } from './peers/greeting.ts';
import { createInbound } from './peers/inbound.ts';
import { createJournal } from './peers/journal.ts';
import { createNewerVersions } from './peers/newer.ts';
import { relays } from './peers/peer.ts';
import { createPeerAccess } from './peers/peer-access.ts';
import { createPeers } from './peers/peers.ts';
import { createServesTeller } from './peers/serves-teller.ts';
import { createScores } from './peers/scores.ts';
import { openPeerStore } from './peers/store.ts';
import { createTipTeller } from './peers/tip-teller.ts';
import { createFinding, wantedFor } from './finding.ts';
import { createBlockPush } from './relay/block-push.ts';
import { createBlockRelay } from './relay/block-relay.ts';
import { createCompactRelay } from './relay/compact-relay.ts';
import { createTransactionRelay } from './relay/transaction-relay.ts';
import { createBodySync } from './sync/body-sync.ts';
import { createFastStart } from './sync/fast-start.ts';
import { createHeaderSync } from './sync/header-sync.ts';
import { createPace } from './sync/pace.ts';
import { keepKnownWork, minimumWork } from './sync/minimum-work.ts';
import { syncProgress } from './sync/progress.ts';
import { createRate } from './sync/rate.ts';
import { createSnapshotShelf } from './sync/serve-snapshots.ts';
import { createSnapshotTrust } from './sync/trust.ts';
import { createSnapshotSync } from './sync/snapshot-sync.ts';
import { serveProtocols } from './serving.ts';
import { offence } from './wire/offence.ts';

import type { NetworkDeps, PeerNetwork } from './ports.ts';

export type { NetworkStatus, PeerNetwork } from './ports.ts';

const SAVE_MS = 5 * 60_000;
const WATCH_MS = 2000;
const SHELF_TURNS = 15;

/** @throws {KithError} `identity-unusable`, `storage-unusable`, `storage-schema`. */
export async function createNetwork(deps: NetworkDeps): Promise<PeerNetwork> {
  const { chain, mempool, clock, log } = deps;
  const random = deps.random ?? Math.random;
  const names = namesOf(deps.network.idHex);
  const local = isLocal(deps.listen);
  const identity = await readIdentity(deps.datadir);
  if (identity.replaced) log.warn('the identity file could not be read; this node has a new name now');
  const store = await openPeerStore(deps.datadir, log);
  const bans = createBans({ store, clock });
  const book = createAddressBook({ store, clock, random });
  const scores = createScores(clock);
  const host: Host = await createHost({
    key: identity.key,
    listen: deps.listen,
    announce: deps.announce,
    topics: [names.transactions, names.blocks],
    software: deps.software,
    denied: { host: (part) => bans.has(part), peer: (id) => bans.has(id) },
    scoreOf: (peerId) => -scores.of(peerId),
    onFlood: (peerId) => peers.report(peerId, offence('gossip-flood')),
    wanted: wantedFor(deps, () => finding.reach),
  });
  const identified = createIdentified(host.onIdentify);

  const directory = join(deps.datadir, 'snapshots');
  const shelf = createSnapshotShelf(directory);
  const { claim, greeting } = createGreeting({ ...deps, holdsSnapshots: () => shelf.size > 0 });
  const peers = createPeers({
    host,
    identified,
    names,
    ours: greeting,
    bans,
    scores,
    clock,
    log: log.child('peers'),
  });
  const journal = createJournal({ peers, clock });
  const newer = createNewerVersions({ peers });
  const finding = createFinding({
    ...deps,
    host,
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
  const health = createChainHealth({ chain, params: deps.network.params, peers, clock });
  const trust = createSnapshotTrust({
    chain,
    params: deps.network.params,
    peers,
    named: deps.namedBlock ?? null,
  });
  const inbound = createInbound({ peers, clock });
  const exchange = createExchange({
    ownRecord: host.ownRecord,
    book,
    peers,
    local,
    log: log.child('peers'),
  });
  const rate = createRate(clock.ms);
  const bodies = createBodySync({ chain, peers, rate, clock, log: log.child('sync') });
  const known = await keepKnownWork(store, deps.minimumWork ?? 0n);
  // What was validated once stays the measure, also while a reorganisation is under way.
  let best = chain.tip();
  const least = () => {
    if (chain.tip().work > best.work) best = chain.tip();
    return minimumWork(best, known);
  };
  const headers = createHeaderSync({
    network: deps.network,
    chain,
    peers,
    minimumWork: least,
    powHash,
    random,
    clock,
    onHeaders: bodies.consider,
    log: log.child('sync'),
  });
  const snapshot = deps.snapshotSync
    ? createSnapshotSync({ network: deps.network, chain, peers, directory, clock, log: log.child('sync') })
    : null;
  const first = createFastStart({
    chain,
    peers,
    headers,
    bodies,
    snapshot,
    openHistory: deps.openHistory ?? (() => Promise.resolve(null)),
    log: log.child('sync'),
  });
  const payments = createTransactionRelay({
    mempool,
    gossip: host.gossip,
    topic: names.transactions,
    peers,
    onRefused: (tx) => compact.spare(tx),
    hideOrigin: deps.hideOrigin ?? true,
    clock,
    log: log.child('relay'),
    random,
  });
  const compact = createCompactRelay({ mempool, chain, peers, bodies, clock, log: log.child('relay') });
  const push = createBlockPush({
    chain,
    peers,
    compact,
    bodies,
    admit: (peerId, compact) => blocks.admit(peerId, compact),
    clock,
    log: log.child('relay'),
  });
  const blocks = createBlockRelay({
    chain,
    minimumWork: least,
    compact,
    push,
    gossip: host.gossip,
    topic: names.blocks,
    peers,
    announced(id, peerId, block) {
      inbound.useful(peerId, 'block');
      bodies.announced(id, peerId, block);
    },
    unknownParent: headers.ask,
    log: log.child('relay'),
  });
  const teller = createTipTeller(() => peers.tell(claim()));
  const serves = createServesTeller({ servesFrom: () => greeting().servesFrom, tell: peers.tellServes });
  const clocks = createClocks(clock);
  const strangers = new Set<string>();
  const unwelcomed = new Set<string>();
  const off: (() => void)[] = [];
  let saving: NodeJS.Timeout | undefined;
  let watching: NodeJS.Timeout | undefined;
  let watched = 0;

  const paces = { headers: createPace(clock.ms), chunks: createPace(clock.ms), blocks: createPace(clock.ms) };
  const progress = () =>
    syncProgress({
      chain,
      peers,
      headersFrom: headers.source,
      snapshot: snapshot?.progress() ?? null,
      rate,
      paces,
    });

  // Payments of others can be judged only at the tip.
  function welcome(): void {
    if (unwelcomed.size === 0 || progress().phase !== 'synced') return;
    for (const id of unwelcomed) {
      const peer = peers.get(id);
      if (peer !== undefined) payments.welcome(peer);
    }
    unwelcomed.clear();
  }

  function watch(): void {
    health.look();
    trust.look();
    serves.look();
    const { phase } = progress();
    if (phase === 'headers') paces.headers.look(chain.bestHeader().height);
    else paces.headers.restart();
    if (phase === 'blocks') paces.blocks.look(chain.tip().height);
    else paces.blocks.restart();
    if (phase === 'snapshot') paces.chunks.look(snapshot?.progress()?.done ?? 0);
    else paces.chunks.restart();
    if (++watched % SHELF_TURNS === 0) void shelf.refresh().catch(() => undefined);
    for (const { id } of peers.list()) {
      if (host.gossip.score(id) <= GRAYLIST_SCORE) peers.report(id, offence('gossip-score'));
    }
  }

  function listen(): void {
    off.push(
      peers.events.on('greeted', (peer) => {
        clocks.heard(peer.id, peer.hello.clock);
        if (peer.kind === 'inbound') inbound.arrived(peer);
        if (deps.discovery?.exchange !== false) exchange.welcome(peer);
        // A connection for blocks alone knows of no payments, ours least of all.
        if (relays(peer)) unwelcomed.add(peer.id);
        else host.gossip.exclude(names.transactions, peer.id);
        headers.consider();
        bodies.consider();
        welcome();
      }),
      peers.events.on('gone', ({ peer }) => {
        for (const part of [clocks, headers, bodies, payments, blocks, push, inbound]) part.forget(peer.id);
        unwelcomed.delete(peer.id);
        host.gossip.readmit(peer.id);
      }),
      peers.events.on('tip', () => {
        headers.consider();
        bodies.consider();
        welcome();
      }),
      peers.events.on('refused', ({ id, code }) => {
        if (code === 'hello-network' && strangers.size < 1000) strangers.add(id);
      }),
      mempool.events.on('added', ({ source }) => {
        if (source !== undefined) inbound.useful(source, 'payment');
      }),
      chain.events.on('tip', () => {
        teller.moved(chain.tip() === chain.bestHeader());
        payments.tipMoved();
        welcome();
      }),
    );
  }

  return {
    peerId: host.peerId,
    peers: createPeerAccess({ peers, connector, bans, scores, journal, clock, traffic: host.traffic }),
    async start() {
      await bans.load();
      await book.load();
      await connector.load();
      await shelf.refresh();
      listen();
      journal.start();
      newer.start();
      await serveProtocols({
        ...deps,
        host,
        names,
        peers,
        payments,
        push,
        exchange,
        shelf,
        log: log.child('peers'),
      });
      await peers.start();
      await reach.start();
      await host.start();
      // The router takes topics only once it runs.
      payments.start();
      compact.start();
      blocks.start();
      first.start();
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
      teller.stop();
      blocks.stop();
      push.stop();
      compact.stop();
      payments.stop();
      // What waits for an answer of a peer is let go by the peers' end.
      const ending = first.stop();
      await peers.stop();
      await ending;
      await bodies.stop();
      for (const each of off) each();
      await host.stop();
      newer.stop();
      journal.stop();
      await book.save();
      await store.close();
    },
    addresses: host.addresses,
    status: () => ({
      ...progress(),
      peers: peers.list().length,
      knownAddresses: book.size + bootstrap.length,
      strangers: strangers.size,
      clockOffsetSeconds: clocks.offset(),
      notices: [...first.notices(), ...trust.notices(), ...health.notices(), ...newer.notices()],
      snapshot: snapshot?.progress() ?? null,
      history: first.history(),
      reach: reach.verdict(),
      compact: compact.figures(),
      failures: connector.failures(),
    }),
    announce: payments.announce,
    joinLink: () => joinLinkTo(deps.network, chain, host.addresses()),
    seenBy: payments.seenBy,
  };
}
