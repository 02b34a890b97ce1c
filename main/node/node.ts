import type { Height } from '../../shared/units.ts';
/** The composition root: wires one node from its configuration. */
import { join } from 'node:path';
import { createLocalNode } from '../api/local-node.ts';
import type { NodeConfig, StartedNode } from './node-config.ts';
import { systemClock } from '../lib/clock.ts';
import { type ClockWatch, createClockWatch } from '../lib/clock-watch.ts';
import { systemRandom } from '../lib/random.ts';
import { createFreeSpace, createRoom, DISK_LOW_BYTES, type FreeSpace } from '../lib/free-space.ts';
import { repeat, type Repeated } from '../lib/repeat.ts';
import { runAll, type Service } from '../lib/service.ts';
import { sizesForTests } from '../lib/test-sizes.ts';
import { createCountries } from '../net/geo/countries.ts';
import { createNetworkGroups } from '../net/geo/network-groups.ts';
import { openMonthStore } from '../net/budgets/upload-month-file.ts';
import { createNetwork, type PeerNetwork } from '../net/network.ts';
import { openPeerStore } from '../net/peers/peer-store.ts';
import { createHost } from '../net/transport/host.ts';
import { isLocal } from '../net/transport/multiaddrs.ts';
import { openIdentity } from '../net/transport/identity-place.ts';
import type { Chain, ChainDeps } from '../chain/chain.ts';
import { createChain } from '../chain/create-chain.ts';
import { createHistory, type History } from '../chain/history-check.ts';
import { createMempool, type Mempool } from '../mempool/mempool.ts';
import { createMetrics, type Metrics } from '../metrics/metrics.ts';
import { createMiner, type Miner } from '../mining/miner.ts';
import { createPowPool, type PowPool } from '../workers/pow-pool.ts';
import { powHash } from '../workers/pow.ts';
import { installNativeSha256 } from '../workers/sha256.ts';
import { createVerifyPool, type VerifyPool } from '../workers/verify-pool.ts';
import { type Contacts, createContacts } from '../wallet/contacts/contacts.ts';
import type { Propagation, SentSpread } from '../wallet/lists/history.ts';
import { createWallets, type Wallets } from '../wallet/wallets.ts';
import { VERSION } from '../lib/version.ts';
import { createDiskWatch } from './disk-watch.ts';
import { fallbackFor } from './listen-fallback.ts';
import { createNodeMeasure, type NodeMeasure } from './measure-node.ts';
import { maxUploadOf, pruneBytesOf, uploadMonthOf } from './resolve-options.ts';

/** The parts of a running node, in the order in which they start. */
interface Components {
  readonly clockWatch: ClockWatch;
  readonly verify: VerifyPool;
  readonly pow: PowPool;
  readonly freeSpace: FreeSpace;
  readonly chain: Chain;
  readonly openHistory: () => Promise<History | null>;
  readonly mempool: Mempool;
  readonly miner: Miner;
  readonly contacts: Contacts;
  readonly wallets: Wallets;
  readonly peers: PeerNetwork;
  readonly metrics: Metrics;
}

/** How long idle worker threads live before they end and free their memory. Headers arrive in bursts. */
const IDLE_MS = { verify: 20_000, pow: 3000 };

/** How often the free disk space is read, for pruning and for the download of blocks. */
const DISK_MS = 10_000;

type PartialComponents = { -readonly [Name in keyof Components]?: Components[Name] };

/**
 * Starts the services of a node in order. If one fails or `signal` aborts, stops those that have started.
 * @throws {KithError} with the code of the part that failed.
 */
export async function createNode(config: NodeConfig, signal: AbortSignal): Promise<StartedNode> {
  const components: PartialComponents = {};
  let startedAt = systemClock.now();
  const stop = await runAll(servicesOf(config, components), signal);
  const { network, datadir } = config;
  const { verify, clockWatch, freeSpace: _free, ...parts } = components as Components;
  // After the correction of a wrong clock, the node must not appear to have run for years.
  clockWatch.events.on('jumped', ({ seconds }) => (startedAt += Math.round(seconds)));
  const facade = createLocalNode({
    ...parts,
    network,
    datadir,
    asnOf: createNetworkGroups(config.asnMap, isLocal(config.listen)).asnOf,
    countries: createCountries(config.countryData, config.log.child('countries')),
    startedAt: () => startedAt,
    signatures: verify.engine,
    settings: config.settings,
  });
  return { facade, stop };
}

function servicesOf(config: NodeConfig, parts: PartialComponents): Service[] {
  return [
    clockWatch(config, parts),
    workerPools(config, parts),
    chain(config, parts),
    mempool(config, parts),
    contacts(config, parts),
    wallets(config, parts),
    // Starts after the wallets and so stops before them, because it gets the addresses for rewards from them.
    miner(config, parts),
    peers(config, parts),
    settings(config, parts),
    disk(config, parts),
    metrics(config, parts),
  ];
}

function clockWatch({ log }: NodeConfig, parts: PartialComponents): Service {
  return {
    name: 'clock watch',
    start() {
      parts.clockWatch = createClockWatch({ clock: systemClock, log: log.child('clock') });
      parts.clockWatch.start();
    },
    stop: () => parts.clockWatch!.stop(),
  };
}

function workerPools({ log }: NodeConfig, parts: PartialComponents): Service {
  return {
    name: 'native',
    async start() {
      const sha256 = installNativeSha256();
      if (sha256.reason !== undefined)
        log.warn('SHA-256 of node:crypto cannot be used; the slower JavaScript version is used instead', {
          reason: sha256.reason,
        });
      parts.verify = await createVerifyPool({ idleMs: IDLE_MS.verify, log: log.child('verify') });
      parts.pow = await createPowPool({ idleMs: IDLE_MS.pow, log: log.child('pow') });
    },
    async stop() {
      await parts.verify?.close();
      await parts.pow?.close();
    },
  };
}

function chain(config: NodeConfig, parts: PartialComponents): Service {
  const off: (() => void)[] = [];
  return {
    name: 'chain',
    async start() {
      const free = createFreeSpace(config.datadir, DISK_MS, systemClock.monotonic);
      parts.freeSpace = free;
      const deps: ChainDeps = {
        network: config.network,
        directory: config.datadir,
        pruneBytes: config.pruneBytes,
        ...sizesForTests(process.env),
        verifyBatch: parts.verify!.verifyBatch,
        powHash,
        powHashMany: parts.pow!.powHashMany,
        isVerified: (tx, rules) => parts.mempool?.isVerified(tx.wid, rules) ?? false,
        neededFrom: () => neededFrom(parts),
        hasRoom: () => (free() ?? Infinity) >= DISK_LOW_BYTES,
        clock: systemClock,
        random: systemRandom,
        log: config.log.child('chain'),
      };
      const opened = await createChain(deps);
      parts.openHistory = () => createHistory(opened, deps);
      opened.events.on('failed', config.onFailure);
      const retry = () => void opened.retryEarly().catch(config.onFailure);
      for (const event of ['jumped', 'slept'] as const) off.push(parts.clockWatch!.events.on(event, retry));
      parts.chain = opened;
    },
    async stop() {
      for (const each of off) each();
      await parts.chain!.close();
    },
  };
}

/** Before the wallets are open it is not known, and every block is kept. */
function neededFrom({ wallets: opened }: PartialComponents): Height | null {
  return opened === undefined ? 0 : opened.neededFrom();
}

function mempool(config: NodeConfig, parts: PartialComponents): Service {
  return {
    name: 'mempool',
    async start(signal) {
      parts.mempool = createMempool({
        chain: parts.chain!,
        verifyBatch: parts.verify!.verifyBatch,
        clock: systemClock,
        log: config.log.child('mempool'),
        file: join(config.datadir, 'mempool.dat'),
      });
      await parts.mempool.start(signal);
    },
    stop: () => parts.mempool!.stop(),
  };
}

function miner(config: NodeConfig, parts: PartialComponents): Service {
  return {
    name: 'miner',
    start() {
      const chain = parts.chain!;
      parts.miner = createMiner({
        chain: {
          ...chain,
          submitBlock(bytes) {
            parts.peers?.arrivals.submitted(bytes);
            return chain.submitBlock(bytes);
          },
        },
        mempool: parts.mempool!,
        clock: systemClock,
        log: config.log.child('miner'),
        pause: () => parts.peers?.miningPause() ?? null,
      });
    },
    stop: () => parts.miner!.stop(),
  };
}

function contacts({ datadir, network, log }: NodeConfig, parts: PartialComponents): Service {
  return {
    name: 'contacts',
    async start(signal) {
      parts.contacts = createContacts({
        directory: datadir,
        network,
        clock: systemClock,
        random: systemRandom,
        log: log.child('contacts'),
        // The wallets start later.
        lastPaid: async (addresses) => (await parts.wallets?.lastPaid(addresses)) ?? new Map(),
        isOwn: (address) => parts.wallets?.checkAddress(address).own ?? false,
      });
      await parts.contacts.start(signal);
    },
    stop: () => parts.contacts!.stop(),
  };
}

function wallets(config: NodeConfig, parts: PartialComponents): Service {
  return {
    name: 'wallets',
    async start(signal) {
      parts.wallets = createWallets({
        directory: config.datadir,
        network: config.network,
        chain: parts.chain!,
        mempool: parts.mempool!,
        contacts: parts.contacts!,
        clock: systemClock,
        random: systemRandom,
        clockWatch: parts.clockWatch!,
        log: config.log.child('wallet'),
        onFailure: config.onFailure,
        propagationOf: (txid) => propagationOf(parts, txid),
        spreadOf: (txid) => spreadOf(parts, txid),
        isSynced: () => parts.peers?.status().phase === 'synced',
        passwordAttempts: config.passwordAttempts,
      });
      await parts.wallets.start(signal);
    },
    stop: () => parts.wallets!.stop(),
  };
}

function propagationOf({ peers }: PartialComponents, txid: string): Propagation | null {
  const seenBy = peers?.seenBy(txid) ?? null;
  if (peers === undefined || seenBy === null) return null;
  const everSeen = (peers.spreadOf(txid)?.firstAfterMs ?? null) !== null;
  return { seenBy, ofPeers: peers.relayingPeers(), everSeen };
}

function spreadOf({ peers }: PartialComponents, txid: string): SentSpread | null {
  const spread = peers?.spreadOf(txid) ?? null;
  if (spread === null) return null;
  const { startedAt, measured, fetched, announced, firstAfterMs, halfAfterMs, points } = spread;
  return {
    startedAt,
    measured,
    fetched,
    announced,
    firstAfter: seconds(firstAfterMs),
    halfAfter: seconds(halfAfterMs),
    points: points.map(({ afterMs, peers: count }) => ({ after: afterMs / 1000, peers: count })),
  };
}

const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);

function peers(config: NodeConfig, parts: PartialComponents): Service {
  return {
    name: 'network',
    async start() {
      parts.peers = await startNetwork(config, config.listen, parts).catch((error: unknown) => {
        const fallback = fallbackFor(config, error);
        if (fallback === null) throw error;
        return startNetwork(config, fallback, parts);
      });
      for (const tx of parts.wallets!.ownPending()) parts.peers.announce(tx);
    },
    stop: () => parts.peers!.stop(),
  };
}

async function startNetwork(
  config: NodeConfig,
  listen: readonly string[],
  parts: PartialComponents,
): Promise<PeerNetwork> {
  const { settings: _settings, ...rest } = config;
  const host = await createNetwork({
    ...rest,
    listen,
    groupOf: createNetworkGroups(config.asnMap, isLocal(listen)).of,
    chain: parts.chain!,
    mempool: parts.mempool!,
    clock: systemClock,
    random: systemRandom,
    factories: { openIdentity, openStore: openPeerStore, openMonthStore, createHost },
    clockWatch: parts.clockWatch!,
    log: config.log.child('network'),
    openHistory: parts.openHistory,
    hasRoom: createRoom(parts.freeSpace!),
    onSeen: (txid) => parts.wallets?.touch(txid),
    software: `kith/${VERSION}`,
  });
  try {
    await host.start();
  } catch (error) {
    // If a port turns out to be in use, the parts that were opened before must not keep the process alive.
    await host.stop().catch(() => undefined);
    throw error;
  }
  return host;
}

/** Applies changed settings that need no restart. */
function settings({ settings: live }: NodeConfig, parts: PartialComponents): Service {
  let off: () => void = () => undefined;
  return {
    name: 'settings',
    start() {
      off = live.onChanged(() => {
        const options = live.current();
        parts.chain!.limitBodies(pruneBytesOf(options));
        parts.peers!.limitUpload(maxUploadOf(options) ?? null);
        parts.peers!.limitUploadMonth(uploadMonthOf(options) ?? null);
        parts.peers!.hideOrigin(options.privateBroadcast);
      });
    },
    stop: () => off(),
  };
}

function disk({ settings: live, log }: NodeConfig, parts: PartialComponents): Service {
  let timer: Repeated | undefined;
  return {
    name: 'disk watch',
    start() {
      const check = createDiskWatch({
        free: parts.freeSpace!,
        options: live.current,
        bodyBytes: () => parts.chain!.bodyBytes(),
        isRead: () => neededFrom(parts) === null,
        prune: (pruneMb) => parts.chain!.limitBodies(pruneMb * 1_000_000),
        keep: (pruneMb) => live.change({ pruneMb }),
        report: live.report,
        ms: systemClock.monotonic,
        log: log.child('disk'),
      });
      timer = repeat(systemClock, DISK_MS, check);
    },
    async stop() {
      timer?.cancel();
      await timer?.idle();
    },
  };
}

function metrics({ datadir, log }: NodeConfig, parts: PartialComponents): Service {
  let measure: NodeMeasure | undefined;
  return {
    name: 'metrics',
    async start(signal) {
      const { chain, mempool, miner, peers } = parts as Components;
      const ms = systemClock.monotonic;
      measure = createNodeMeasure({ datadir, chain, mempool, miner, peers, ms });
      parts.metrics = createMetrics({
        directory: datadir,
        measure: measure.measure,
        clock: systemClock,
        log: log.child('metrics'),
      });
      await parts.metrics.start(signal);
    },
    async stop() {
      await parts.metrics!.stop();
      measure?.stop();
    },
  };
}
