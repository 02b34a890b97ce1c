import type { Notice } from '../../../shared/contract/fields.ts';
import type { ConsensusParams } from '../../core/consensus/params.ts';
import { bitsToTarget, workOf } from '../../core/consensus/compact.ts';
import { toHex } from '../../core/codec/hex.ts';
import type { Time } from '../../lib/clock.ts';
import type { Chain } from '../../chain/chain.ts';
import type { HeaderEntry } from '../../chain/header-entry.ts';
import type { Peer } from './peer.ts';

export interface ChainHealthDeps {
  readonly chain: Pick<Chain, 'tip' | 'entry' | 'isActive' | 'events'>;
  readonly params: Pick<ConsensusParams, 'spacing' | 'retarget'>;
  readonly peers: { list(): readonly Peer[] };
  readonly clock: Pick<Time, 'monotonic'>;
  /** Whether a better chain is known and still being connected, so that the current tip must not be relied on. */
  isSyncing(): boolean;
  /** Whether peers have blocks that this node rejects because its own clock is wrong. */
  awaitsClock(): boolean;
}

/**
 * Detects signs that this node is separated from the network: a stale tip, a split, falling behind, a deep
 * reorganisation.
 */
export interface ChainHealth {
  start(): void;
  stop(): void;
  /** Checks again. Called about every two seconds (monitoring.ts). */
  check(): void;
  /** Number of additional full-relay connections to open while a problem is suspected. */
  extra(): number;
  notices(): readonly Notice[];
}

/**
 * The tip counts as stale after this many target spacings without a block. That happens by chance once in 20 times, and
 * justifies additional connections.
 */
const STALE_SPACINGS = 3;
const EXTRA_CONNECTIONS = 2;
/**
 * A split, or falling behind, is reported after it has lasted this many target spacings, and at least LASTING_LEAST_MS.
 */
const LASTING_SPACINGS = 3;
const LASTING_LEAST_MS = 30_000;
/**
 * A branch counts as a rival if it has at most the work of this many blocks less than the active chain: miners still
 * extend it.
 */
const RIVAL_BLOCKS = 6n;
/** More blocks ahead of our tip than this are not explained by propagation delay. */
const MAX_BLOCKS_AHEAD = 6;
/** From this many disconnected blocks on, a reorganisation is reported, for the time below. */
const DEEP_REORG_BLOCKS = 6;
const DEEP_MS = 3_600_000;

export function createChainHealth(deps: ChainHealthDeps): ChainHealth {
  const { chain, params, peers, clock } = deps;
  const off: (() => void)[] = [];
  let movedAt = clock.monotonic();
  let splitSince: number | null = null;
  let behindSince: number | null = null;
  let rivals = 0;
  let ahead = 0;
  let takenBack = 0;
  // The newest block of the active chain that the user has seen as confirmed. Blocks in the middle of a reorganisation
  // do not count.
  let relied: HeaderEntry = chain.tip();
  let deep: { readonly blocks: number; readonly at: number } | null = null;

  const lasting = Math.max(LASTING_LEAST_MS, LASTING_SPACINGS * params.spacing * 1000);
  const lasts = (since: number | null): boolean => since !== null && clock.monotonic() - since >= lasting;
  // If the difficulty is not adjusted, there is no expected time between blocks.
  const isStale = (): boolean =>
    params.retarget &&
    clock.monotonic() - movedAt > Math.max(LASTING_LEAST_MS, STALE_SPACINGS * params.spacing * 1000);

  function isRival({ tip: claim }: Peer): boolean {
    const entry = chain.entry(toHex(claim.id));
    const tip = chain.tip();
    if (entry === undefined || chain.isActive(entry)) return false;
    return entry.work + RIVAL_BLOCKS * workOf(bitsToTarget(tip.bits)) > tip.work && entry.work <= tip.work;
  }

  function rely(): void {
    if (!deps.isSyncing()) relied = chain.tip();
  }

  function onDisconnected(entry: HeaderEntry): void {
    if (entry.height > relied.height) return;
    takenBack++;
    if (entry.prev !== null) relied = entry.prev;
  }

  function median(heights: readonly number[]): number {
    return [...heights].sort((a, b) => a - b)[Math.floor(heights.length / 2)] ?? 0;
  }

  return {
    start() {
      off.push(
        chain.events.on('disconnected', ({ entry }) => onDisconnected(entry)),
        chain.events.on('tip', () => {
          movedAt = clock.monotonic();
          if (takenBack >= DEEP_REORG_BLOCKS) deep = { blocks: takenBack, at: clock.monotonic() };
          takenBack = 0;
          rely();
        }),
      );
    },
    stop: () => off.forEach((each) => each()),
    check() {
      rely();
      const list = peers.list();
      rivals = list.filter(isRival).length;
      ahead = median(list.map(({ tip }) => tip.height)) - chain.tip().height;
      splitSince = rivals >= 2 && rivals * 3 >= list.length ? (splitSince ?? clock.monotonic()) : null;
      // While blocks arrive, a tip far behind is normal.
      behindSince = ahead > MAX_BLOCKS_AHEAD ? Math.max(behindSince ?? clock.monotonic(), movedAt) : null;
    },
    extra: () => (isStale() || splitSince !== null || lasts(behindSince) ? EXTRA_CONNECTIONS : 0),
    notices() {
      const found: Notice[] = [];
      if (lasts(splitSince)) {
        found.push({
          code: 'network-split',
          message: `${rivals} of the connected nodes follow a different chain, which may contain different payments. Wait before you rely on a new payment.`,
        });
      }
      if (lasts(behindSince)) {
        const why = deps.awaitsClock()
          ? 'but the times of those blocks are ahead of the clock of this computer. Set the clock; this node then accepts them.'
          : 'but none of them delivers those blocks. This node is looking for other peers. If this lasts, check for an update.';
        found.push({ code: 'chain-behind', message: `Other nodes are ${ahead} blocks ahead, ${why}` });
      }
      if (deep !== null && clock.monotonic() - deep.at < DEEP_MS) {
        found.push({
          code: 'chain-reorganised',
          message: `The last ${deep.blocks} blocks were replaced by a chain with more work. Check the payments of that time again.`,
        });
      }
      return found;
    },
  };
}
