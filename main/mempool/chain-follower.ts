import type { Height } from '../../shared/units.ts';
import type { BinaryString } from '../core/codec/binary.ts';
import type { Block } from '../core/primitives/block.ts';
import type { Clock } from '../lib/clock.ts';
import {
  applyConnected,
  removeImmature,
  removeUpgradable,
  spendersOf,
  spendersOfCoins,
} from './block-changes.ts';
import type { ChainMoves, ChainView } from './chain-view.ts';
import type { Orphans } from './orphans.ts';
import type { Pool } from './pool.ts';
import type { ReorgReadd } from './reorg-readd.ts';

export interface FollowerDeps {
  readonly chain: ChainView;
  readonly pool: Pool;
  readonly orphans: Orphans;
  readonly returning: ReorgReadd;
  /** Takes up what waited for this transaction. */
  readonly arrived: (txid: BinaryString) => void;
  readonly clock: Clock;
}

/** The pool follows until it is told to stop. */
export interface Follower {
  /** Blocks were taken back, and the chain has not come to rest since. */
  readonly moving: boolean;
  stop(): void;
}

// A chain that got lighter (a rule that this node learnt late) has no tip to wait for: this long without a step is rest.
const AT_REST_MS = 500;

/** Keeps the pool true to the chain, step by step. */
export function followChain({ chain, pool, orphans, returning, arrived, clock }: FollowerDeps): Follower {
  let policyLock = chain.nextRules().policyLock;
  /** What the tip was before blocks were taken back; null while none are. */
  let left: { readonly work: bigint; readonly height: Height } | null = null;
  let resting: NodeJS.Timeout | null = null;

  const checkRules = (): void => {
    const now = chain.nextRules().policyLock;
    if (now === policyLock) return;
    policyLock = now;
    removeUpgradable(pool);
  };

  const settle = (): void => {
    if (resting) clearTimeout(resting);
    resting = null;
    if (left && chain.tip().height < left.height) removeTooEarly(chain.tip().height, pool);
    left = null;
    returning.settled();
  };

  /** A halt in the middle of a reorganisation is no rest: what would come back now may be mined by the next block. */
  const rest = (work: bigint): void => {
    if (resting) clearTimeout(resting);
    resting = null;
    if (left === null || work > left.work) settle();
    else resting = setTimeout(settle, AT_REST_MS);
  };

  const connected = (block: Block): void => {
    applyConnected(block, pool, orphans);
    returning.connected(block);
    checkRules();
    if (orphans.size === 0) return;
    orphans.dropOld(clock.ms());
    for (const { txidBinary } of block.transactions) arrived(txidBinary);
  };

  const disconnected = ({ block, entry, delta }: ChainMoves['disconnected']): void => {
    left ??= entry;
    // What the coinbase issued is gone for good, and without the body all that the block created: what spends it can't
    // come back.
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
    chain.events.on('connected', ({ block }) => connected(block)),
    chain.events.on('disconnected', disconnected),
    chain.events.on('tip', ({ work }) => rest(work)),
  ];
  return {
    get moving() {
      return left !== null;
    },
    stop() {
      off.forEach((end) => end());
      if (resting) clearTimeout(resting);
    },
  };
}

/** What was mature or unlocked at the old tip may not be so at one that is lower. */
function removeTooEarly(tip: Height, pool: Pool): void {
  removeImmature(tip, pool);
  removeUpgradable(pool);
}
