import type { Height } from '../../shared/units.ts';
import type { BinaryString } from '../core/codec/binary.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import {
  applyConnected,
  removeImmature,
  removeUpgradable,
  spendersOf,
  spendersOfCoins,
} from './block-changes.ts';
import type { BlockRates } from './block-rates.ts';
import type { ChainMoves, ChainView } from './chain-view.ts';
import type { Orphans } from './orphans.ts';
import type { Pool } from './pool.ts';
import type { ReorgReadd } from './reorg-readd.ts';

export interface FollowerDeps {
  readonly chain: ChainView;
  readonly pool: Pool;
  readonly orphans: Orphans;
  readonly returning: ReorgReadd;
  readonly rates: Pick<BlockRates, 'connected' | 'disconnected'>;
  /** Submits the orphans that waited for this transaction. */
  readonly arrived: (txid: BinaryString) => void;
  readonly clock: Clock;
}

/** Follows the chain until `stop`. */
export interface Follower {
  /** Resolves when no reorganisation is running, that is when the new tip was announced. */
  settled(): Promise<void>;
  stop(): void;
}

/** The time from the first disconnected block to the announcement of the new tip. */
interface Reorganisation {
  /** The tip before the reorganisation. */
  readonly left: { readonly work: bigint; readonly height: Height };
  readonly ended: PromiseWithResolvers<void>;
}

// Without a step for this time, in milliseconds, a reorganisation counts as finished. A chain that has less work than
// before announces no tip; this happens when blocks turn out to break a rule that this version enforces later.
const AT_REST_MS = 500;

/** Applies each connected and disconnected block to the pool. */
export function followChain(deps: FollowerDeps): Follower {
  const { chain, pool, orphans, returning, rates, arrived, clock } = deps;
  let policyLock = chain.nextRules().policyLock;
  let reorganisation: Reorganisation | null = null;
  let resting: Timer | undefined;

  const checkRules = (): void => {
    const now = chain.nextRules().policyLock;
    if (now === policyLock) return;
    policyLock = now;
    removeUpgradable(pool);
  };

  const settle = (): void => {
    resting?.cancel();
    const ended = reorganisation;
    if (ended && chain.tip().height < ended.left.height) removeTooEarly(chain.tip().height, pool);
    reorganisation = null;
    returning.settled();
    ended?.ended.resolve();
  };

  /**
   * The re-add must not start in a short pause within a reorganisation, because the next block may contain these
   * transactions.
   */
  const rest = (work: bigint): void => {
    resting?.cancel();
    if (reorganisation === null || work > reorganisation.left.work) settle();
    else resting = clock.after(AT_REST_MS, settle);
  };

  const connected = (step: ChainMoves['connected']): void => {
    const { block } = step;
    applyConnected(block, pool, orphans);
    rates.connected(step);
    returning.connected(block);
    checkRules();
    if (orphans.size === 0) return;
    orphans.dropOld(clock.monotonic());
    for (const { txidBinary } of block.transactions) arrived(txidBinary);
  };

  const disconnected = ({ block, entry, delta }: ChainMoves['disconnected']): void => {
    reorganisation ??= { left: entry, ended: Promise.withResolvers() };
    rates.disconnected(entry.height);
    // The coins of the coinbase no longer exist. Without the body no transaction of the block can be re-added. So the
    // entries that spend coins of the block are removed.
    if (pool.graph.size > 0) {
      for (const spender of block
        ? spendersOf(block.transactions[0]!, pool)
        : spendersOfCoins(delta.spent, pool))
        if (spender.alive) pool.removeWithDescendants(spender, 'reorg');
    }
    returning.disconnected(block);
    checkRules();
    rest(0n);
  };

  const off = [
    chain.events.on('connected', connected),
    chain.events.on('disconnected', disconnected),
    chain.events.on('tip', ({ work }) => rest(work)),
  ];
  return {
    async settled() {
      while (reorganisation) await reorganisation.ended.promise;
    },
    stop() {
      off.forEach((end) => end());
      resting?.cancel();
      reorganisation?.ended.resolve();
      reorganisation = null;
    },
  };
}

/**
 * Removes entries that are not valid at a lower tip: those with coins that are immature again, and those whose first
 * valid height is not reached.
 */
function removeTooEarly(tip: Height, pool: Pool): void {
  removeImmature(tip, pool);
  removeUpgradable(pool);
}
