import type { MatchedBlock } from '../../core/consensus/block-rules.ts';
import { createAlarm } from '../../lib/alarm.ts';
import type { Clock } from '../../lib/clock.ts';
import { guarded } from '../../lib/guarded.ts';
import type { Log } from '../../lib/log.ts';
import type { Chain } from '../../chain/chain.ts';
import type { Peer } from '../peers/peer.ts';
import type { PeerViolation } from '../protocol/wire-violation.ts';
import { type BlocksInFlight, createBlocksInFlight } from './blocks-in-flight.ts';
import { createBlockScheduler } from './block-scheduler.ts';
import { createSources } from './block-sources.ts';
import { createBlockSubmission } from './block-submission.ts';
import { createBrokenClaims } from './broken-claims.ts';
import { createWindow } from './download-window.ts';
import type { ExpectedBlocks } from './expected-blocks.ts';
import { createGapSync, type GapSync, type GapSyncDeps } from './gap-sync.ts';
import { createRequestTimeouts } from './request-timeouts.ts';
import { createSideBlocks, type SideBlocksDeps } from './side-blocks.ts';
import { createStalledBlocks } from './stalled-blocks.ts';
import type { Rate } from './sync-rate.ts';

export interface BlockDownloadDeps {
  readonly chain: SideBlocksDeps['chain'] &
    GapSyncDeps['chain'] &
    Pick<Chain, 'bestHeader' | 'missingBlocks' | 'submitBlock' | 'events'>;
  readonly peers: {
    list(): readonly Peer[];
    get(id: string): Peer | undefined;
    report(peerId: string, peerViolation: PeerViolation): void;
  };
  /** The body of a block that is not a lost one arrived. `peerId` is null if it was not requested in full. */
  readonly received: (id: string, peerId: string | null) => void;
  readonly rate: Rate;
  /** Whether the disk has room for further blocks; without it none are requested or taken. By default it has. */
  readonly hasRoom?: (() => boolean) | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Downloads the bodies of the best header chain from all peers in parallel and submits them to the chain in order.
 * docs/block-download.md explains the states of a block in flight.
 */
export interface BlockDownload {
  start(): void;
  stop(): Promise<void>;
  /** Checks again which bodies are missing. Called for new headers, a new peer or a new claim of a peer. */
  consider(): void;
  /** This peer announced a new block, possibly with its body. Without a body, this peer is asked for it first. */
  announced(id: string, peerId: string, block: MatchedBlock | null): void;
  /**
   * Blocks whose compact form is awaited or being reconstructed. They are not requested until `deliver` or `giveUp`.
   */
  readonly expected: ExpectedBlocks;
  /** This block was reconstructed from its compact form. */
  deliver(id: string, block: MatchedBlock): void;
  giveUp(id: string): void;
  forget(peerId: string): void;
  /** Number of blocks on the path to the best header that were not submitted to the chain yet. */
  missing(): number;
  /** See GapSync. */
  readonly notices: GapSync['notices'];
}

/** How often the blocks in flight are checked. */
const TICK_MS = 250;
/** How often they are checked while there is nothing to download. */
const IDLE_MS = 5000;

export function createBlockDownload(deps: BlockDownloadDeps): BlockDownload {
  const { chain, clock, hasRoom = () => true } = deps;
  const inFlight = createBlocksInFlight(deps);
  const parts = createParts(deps, inFlight);
  const { window, sources, broken, scheduler, submission, side, gaps } = parts;
  const alarm = createAlarm(clock, guarded(deps.log, 'bodies', tick));
  const off: (() => void)[] = [];
  let running = false;

  function tick(): void {
    try {
      parts.advance();
    } finally {
      if (running) alarm.scheduleBy(clock.monotonic() + (parts.isIdle() ? IDLE_MS : TICK_MS));
    }
  }

  const lookSoon = (): void => {
    if (running) alarm.scheduleBy(clock.monotonic() + TICK_MS);
  };

  /** Stops all requests and submissions. */
  function end(): void {
    running = false;
    for (const part of [alarm, broken, scheduler, submission, side, gaps]) part.stop();
    for (const each of off.splice(0)) each();
  }
  inFlight.events.on('failed', end);
  inFlight.events.on('received', ({ id, peer, purpose }) => {
    if (purpose !== 'gap') deps.received(id, peer);
  });

  /** Updates the window, calls `take` to add a block that has arrived, and requests what is missing. */
  function consider(take?: () => unknown): void {
    scheduler.plan();
    take?.();
    scheduler.assign();
    lookSoon();
  }

  return {
    start() {
      running = true;
      submission.start();
      scheduler.start();
      for (const event of ['headers', 'invalid', 'tip'] as const) off.push(chain.events.on(event, lookSoon));
      lookSoon();
    },
    async stop() {
      end();
      await inFlight.settled();
    },
    consider: () => consider(),
    announced(id, peerId, block) {
      sources.announced(id, peerId);
      // A block that is not taken is requested when there is room.
      consider(() => block !== null && hasRoom() && submission.take(id, block));
    },
    expected: inFlight.expected,
    deliver(id, block) {
      inFlight.endExpected(id);
      consider(() => hasRoom() && submission.take(id, block));
    },
    giveUp(id) {
      inFlight.endExpected(id);
      consider();
    },
    forget(peerId) {
      for (const part of [inFlight, sources, gaps]) part.forget(peerId);
      scheduler.assign();
    },
    missing: () => window.entries.length + inFlight.submitting(),
    notices: gaps.notices,
  };
}

/** Creates the parts of the download. They share the table of blocks in flight. */
function createParts(deps: BlockDownloadDeps, inFlight: BlocksInFlight) {
  const { chain, peers, clock, log, hasRoom = () => true } = deps;
  const window = createWindow(inFlight);
  const timeouts = createRequestTimeouts();
  const sources = createSources({ chain, clock });
  const broken = createBrokenClaims({ peers, sources, clock, log });
  const scheduler = createBlockScheduler({ chain, peers, inFlight, window, sources, broken, hasRoom, log });
  const submission = createBlockSubmission({
    chain,
    peers,
    inFlight,
    window,
    scheduler,
    sources,
    timeouts,
    rate: deps.rate,
    log,
  });
  const stalled = createStalledBlocks({ inFlight, peers, sources, timeouts, clock });
  const side = createSideBlocks({ chain, peers, inFlight, window, sources, broken, submission, log });
  const gaps = createGapSync({
    chain,
    peers,
    inFlight,
    sources,
    busy: () => window.entries.length > 0,
    clock,
    log,
  });

  return {
    window,
    sources,
    broken,
    scheduler,
    submission,
    side,
    gaps,
    advance(): void {
      if (scheduler.isOutdated()) scheduler.plan();
      stalled.check(window.entries[0]);
      scheduler.assign();
      if (!hasRoom()) return;
      side.check();
      gaps.check();
    },
    /** Whether there is nothing to download and no peer claims a better chain. */
    isIdle(): boolean {
      const { work } = chain.tip();
      if (window.entries.length > 0 || !inFlight.isIdle() || chain.bestHeader().work > work) return false;
      return peers.list().every(({ tip }) => tip.work <= work) && chain.gaps(1, () => true).length === 0;
    },
  };
}
