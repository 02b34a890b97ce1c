import type { Notice } from '../../shared/contract/fields.ts';
import type { Time } from '../lib/clock.ts';
import type { Chain } from '../chain/chain.ts';
import type { ClockHealth } from './peers/clock-health.ts';
import { isSyncing, type SyncProgress } from './sync/sync-progress.ts';

export interface MiningPauseDeps {
  readonly chain: Pick<Chain, 'tip' | 'bestHeader'>;
  readonly clock: Pick<Time, 'monotonic'>;
  /** Target seconds between blocks. */
  readonly spacing: number;
  /** The least work that the correct chain must have, for example from a join link. */
  readonly knownWork: bigint;
  readonly peers: { list(): readonly unknown[] };
  /** Number of addresses that could still be dialled. */
  addresses(): number;
  progress(): SyncProgress;
  readonly clockHealth: ClockHealth;
  /** Whether the node sends nothing and has no connections, because the upload limit of the month is used up. */
  isClosed(): boolean;
}

/** Decides when mining must pause because a new block could not become part of the best chain. */
export interface MiningPause {
  /** Records whether the sync makes progress. Called about every two seconds. */
  check(): void;
  /** Why mining is paused; null when it is not. Codes: `clock-wrong`, `upload-used-up`, `sync-unfinished`, `peers-awaited`. */
  reason(): Notice | null;
}

/**
 * How long a node that knows addresses waits for its first peer before it mines alone. Every network has a first node.
 */
const ALONE_MS = 30_000;
/**
 * How long missing bodies of better headers pause mining. Without a limit, an attacker who mines two headers and
 * withholds their bodies would stop all miners permanently. The limit is shorter for a node that has been synced at
 * least once since its start.
 */
const STUCK_MS = { synced: 120_000, unsynced: 600_000 } as const;
const STUCK_SPACINGS = 2;
/**
 * How long mining stays paused after catching up, because a peer that was syncing itself may send more blocks a moment
 * later.
 */
const SETTLED_MS = 2000;

export function createMiningPause(deps: MiningPauseDeps): MiningPause {
  const { chain, clock, peers } = deps;
  const startedAt = clock.monotonic();
  let metPeer = false;
  let wasSynced = false;
  // True from the time when this node falls behind until its tip is the best known block. A node at the tip that lacks
  // one body is not catching up: that is normal for a moment with each new block.
  let catchingUp = true;
  let caughtUpAt = -Infinity;
  let mark = '';
  let movedAt = startedAt;

  function check(): void {
    const now = deps.progress();
    metPeer ||= peers.list().length > 0;
    if (isSyncing(now)) catchingUp = true;
    else if (catchingUp && chain.tip().work >= chain.bestHeader().work) {
      catchingUp = false;
      if (metPeer) caughtUpAt = clock.monotonic();
    }
    wasSynced ||= metPeer && !catchingUp;
    const next = catchingUp ? `${now.phase} ${now.height} ${now.headers} ${now.progress}` : '';
    if (catchingUp && next === mark) return;
    mark = next;
    movedAt = clock.monotonic();
  }

  const isStuck = (): boolean => {
    const timeouts = wasSynced ? STUCK_MS.synced : STUCK_MS.unsynced;
    return clock.monotonic() - movedAt > Math.max(timeouts, STUCK_SPACINGS * deps.spacing * 1000);
  };
  const isAwaitingPeers = (): boolean =>
    !metPeer && deps.addresses() > 0 && clock.monotonic() - startedAt < ALONE_MS;

  return {
    check,
    reason() {
      check();
      const wrong = deps.clockHealth();
      if (wrong?.wastesMining === true) return wrong.notice;
      if (deps.isClosed())
        return notice(
          'upload-used-up',
          'Mining is paused until the next month: the upload limit is used up, so no other node would get the blocks.',
        );
      if (chain.tip().work < deps.knownWork) {
        return notice(
          'sync-unfinished',
          'Mining is paused until this node has synced to the block in the join link.',
        );
      }
      if ((catchingUp && !isStuck()) || clock.monotonic() - caughtUpAt < SETTLED_MS) {
        const { height, headers } = deps.progress();
        const of = headers > height ? ` of ${headers}` : '';
        return notice(
          'sync-unfinished',
          `Mining is paused until this node is synced: it is at block ${height}${of}.`,
        );
      }
      if (!isAwaitingPeers()) return null;
      return notice(
        'peers-awaited',
        `Mining starts when another node is connected, or after ${ALONE_MS / 1000} seconds without one.`,
      );
    },
  };
}

const notice = (code: string, message: string): Notice => ({ code, message });
