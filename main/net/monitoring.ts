import type { Notice } from '../../shared/contract/fields.ts';
import { toHex } from '../core/codec/hex.ts';
import { createAlarm } from '../lib/alarm.ts';
import type { Clock } from '../lib/clock.ts';
import { guarded } from '../lib/guarded.ts';
import { createMiningPause } from './mining-pause.ts';
import { createServicesAnnouncer } from './peers/announce-services.ts';
import { createChainHealth } from './peers/chain-health.ts';
import { createClockHealth } from './peers/clock-health.ts';
import { type Clocks, createClocks } from './peers/clock-offsets.ts';
import type { Peers } from './peers/peers.ts';
import type { NetworkDeps } from './ports.ts';
import { peerViolation } from './protocol/wire-violation.ts';
import { createSnapshotTrust } from './sync/snapshot-trust.ts';
import type { ShownProgress } from './sync/sync-estimate.ts';
import { isSyncing } from './sync/sync-progress.ts';
import { createSyncStatus, type Syncing } from './syncing.ts';
import { GRAYLIST_SCORE } from './transport/gossip-scores.ts';
import type { Gossip } from './transport/gossip.ts';
import type { GroupOf } from './transport/multiaddrs.ts';

export interface MonitoringDeps extends Pick<
  NetworkDeps,
  'network' | 'chain' | 'clock' | 'clockWatch' | 'namedBlock' | 'log'
> {
  readonly peers: Peers;
  readonly groupOf: GroupOf;
  readonly gossip: Pick<Gossip, 'score'>;
  readonly syncing: Syncing;
  /** The lowest height from which on bodies are stored; 0 for an archive node. */
  servesFrom(): number;
  /** Number of addresses that could still be dialled. */
  addresses(): number;
  /** Whether the upload limit of the month is used up, so that the node has no connections. */
  isClosed(): boolean;
}

/** Monitors this node: progress of the sync, health of chain and clock, and whether mining makes sense. */
export interface Monitoring {
  readonly clocks: Pick<Clocks, 'record' | 'forget' | 'offset'>;
  start(): void;
  stop(): void;
  progress(): ShownProgress;
  /** Number of additional full-relay connections to open while a problem is suspected. */
  extra(): number;
  /** What is wrong with the clock of this computer. */
  clockNotice(): Notice | null;
  miningPause(): Notice | null;
  notices(): readonly Notice[];
}

/**
 * The state is checked at this interval while peers are connected, and at the latest after this time when an event
 * changed something.
 */
const WATCH_MS = 2000;
/**
 * For this time after the wall clock was set, scores of the gossip router ban no peer, because the router measures with
 * the wall clock.
 */
const JUMP_RECENT_MS = 10 * 60_000;

export function createMonitoring(deps: MonitoringDeps): Monitoring {
  const { chain, clock, clockWatch, peers, gossip, syncing } = deps;
  const { params } = deps.network;
  const clocks = createClocks({ clock, clockWatch, futureLimit: params.futureLimit });
  const { early } = syncing.headers;
  const clockHealth = createClockHealth({ chain, params, clock, peers, offset: clocks.offset, early });
  const awaitsClock = () => clockHealth()?.holdsBlocks ?? false;
  const sync = createSyncStatus({ chain, peers, clock, syncing, awaitsClock });
  const { progress } = sync;
  const health = createChainHealth({
    chain,
    params,
    peers,
    clock,
    isSyncing: () => isSyncing(progress()),
    awaitsClock,
  });
  const trust = createSnapshotTrust({
    chain,
    params,
    peers,
    groupOf: deps.groupOf,
    named: deps.namedBlock ?? null,
  });
  const services = createServicesAnnouncer({ servesFrom: deps.servesFrom, announce: peers.announceServed });
  const miningPause = createMiningPause({
    chain,
    clock,
    spacing: params.spacing,
    knownWork: syncing.knownWork,
    peers,
    addresses: deps.addresses,
    isClosed: deps.isClosed,
    progress,
    clockHealth,
  });

  function checkPeers(): void {
    for (const { id, tip } of peers.list()) {
      const block = chain.entry(toHex(tip.id));
      if (block !== undefined) clocks.accepted(id, block.time);
    }
  }

  function checkGossip(): void {
    clockWatch.check();
    if (clockWatch.sinceJumpMs() < JUMP_RECENT_MS) return;
    for (const { id } of peers.list())
      if (gossip.score(id) <= GRAYLIST_SCORE) peers.report(id, peerViolation('gossip-score'));
  }

  const check = guarded(deps.log, 'watch', () => {
    checkPeers();
    for (const part of [health, trust, services, sync, miningPause]) part.check();
    checkGossip();
  });
  const schedule = createSchedule({ chain, peers, clock, check });

  return {
    clocks,
    start() {
      health.start();
      schedule.start();
    },
    stop() {
      schedule.stop();
      health.stop();
    },
    progress,
    extra: health.extra,
    clockNotice: () => clockHealth()?.notice ?? null,
    miningPause: miningPause.reason,
    notices: () => [...trust.notices(), ...health.notices()],
  };
}

interface ScheduleDeps extends Pick<MonitoringDeps, 'chain' | 'peers'> {
  readonly clock: Pick<Clock, 'monotonic' | 'after'>;
  check(): void;
}

/** Decides when the state is checked. Without peers only events can change it. */
function createSchedule({ chain, peers, clock, check }: ScheduleDeps): { start(): void; stop(): void } {
  const off: (() => void)[] = [];
  const soon = (): void => alarm.scheduleBy(clock.monotonic() + WATCH_MS);
  const alarm = createAlarm(clock, () => {
    check();
    // Checked regularly while there are peers, because speeds and durations are measured.
    if (peers.list().length > 0) soon();
  });
  return {
    start() {
      for (const event of ['handshakeCompleted', 'disconnected', 'tip'] as const)
        off.push(peers.events.on(event, soon));
      for (const event of ['headers', 'connected', 'tip'] as const) off.push(chain.events.on(event, soon));
      soon();
    },
    stop() {
      for (const each of off.splice(0)) each();
      alarm.stop();
    },
  };
}
