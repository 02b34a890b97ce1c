import * as z from 'zod';
import { bitsToTarget, workOf } from '../../core/consensus/compact.ts';
import type { HeaderEntry } from '../../chain/header-entry.ts';
import type { PeerStore } from '../peers/peer-store.ts';

/** How many blocks below the best validated chain a branch may end and still be stored. */
const BLOCKS_BELOW = 1440n;

/**
 * The cumulative work below which no chain is stored (ADR 0012). It is the work of the best chain validated here minus
 * one day of blocks at its difficulty, or the work that a join link names, whichever is more.
 */
export function minimumWork(tip: HeaderEntry, named: bigint): bigint {
  const reachable = tip.work - BLOCKS_BELOW * workOf(bitsToTarget(tip.bits));
  return reachable > named ? reachable : named;
}

const saved = z.object({ work: z.string().regex(/^[0-9a-f]{1,64}$/) });

/**
 * The most work that a join link ever named for the correct chain, now or in an earlier run. So a join link protects
 * the node also when it later starts without the link.
 */
export async function keepKnownWork(store: Pick<PeerStore, 'list' | 'put'>, named: bigint): Promise<bigint> {
  let most = 0n;
  for (const { value } of await store.list('work')) {
    const kept = saved.safeParse(value);
    if (kept.success && BigInt(`0x${kept.data.work}`) > most) most = BigInt(`0x${kept.data.work}`);
  }
  if (named <= most) return most;
  await store.put('work', 'named', { work: named.toString(16) }, { sync: true });
  return named;
}
