import type { BinaryString } from '../../core/codec/binary.ts';
import type { Block } from '../../core/primitives/block.ts';
import type { Clock } from '../../lib/clock.ts';
import { applyConnected, removeImmature, removeUpgradable, spendersOf } from './block-changes.ts';
import type { ChainView } from './chain-view.ts';
import type { Orphans } from './orphans.ts';
import type { Pool } from './pool.ts';
import type { Returning } from './returning.ts';

export interface FollowerDeps {
  readonly chain: ChainView;
  readonly pool: Pool;
  readonly orphans: Orphans;
  readonly returning: Returning;
  /** Takes up what waited for this transaction. */
  readonly arrived: (txid: BinaryString) => void;
  readonly clock: Clock;
}

/** Keeps the pool true to the chain, step by step; gives what ends it. */
export function followChain({ chain, pool, orphans, returning, arrived, clock }: FollowerDeps): () => void {
  let policyLock = chain.nextRules().policyLock;
  let shortened = false;

  const checkRules = (): void => {
    const now = chain.nextRules().policyLock;
    if (now === policyLock) return;
    policyLock = now;
    removeUpgradable(pool);
  };

  const connected = (block: Block): void => {
    applyConnected(block, pool, orphans);
    returning.connected(block);
    checkRules();
    if (orphans.size === 0) return;
    orphans.dropOld(clock.ms());
    for (const { txidBinary } of block.transactions) arrived(txidBinary);
  };

  const disconnected = (block: Block): void => {
    shortened = true;
    const coinbase = block.transactions[0];
    // What it issued is gone for good: the payments that it made can't come back.
    if (coinbase && pool.graph.size > 0) {
      for (const spender of spendersOf(coinbase, pool)) {
        if (spender.alive) pool.removeWithDescendants(spender, 'reorg');
      }
    }
    returning.disconnected(block);
    checkRules();
  };

  const settled = (): void => {
    if (shortened) removeImmature(chain.tip().height, pool);
    shortened = false;
    returning.settled();
  };

  const off = [
    chain.events.on('connected', ({ block }) => connected(block)),
    chain.events.on('disconnected', ({ block }) => disconnected(block)),
    chain.events.on('tip', settled),
  ];
  return () => off.forEach((end) => end());
}
