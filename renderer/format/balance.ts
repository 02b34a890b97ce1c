import type { Balance } from '../../shared/contract/wallet.ts';
import { amountWords } from './amount.ts';
import { group } from './number.ts';

/** The three sums that a page shows, in motes. Own change that can be spent is available, not pending. */
export interface BalanceSums {
  readonly available: number;
  readonly pending: number;
  readonly immature: number;
}

/**
 * Splits a balance into the part that can be spent now and the part that cannot. Their sum is the content of the
 * wallet.
 */
export function balanceSums({ confirmed, pending, immature, spendable }: Balance): BalanceSums {
  return { available: spendable, pending: confirmed + pending - spendable, immature };
}

/** The lines under a balance for pending and immature amounts; none if both are 0. */
export function balanceNotes(balance: Balance): string[] {
  const { pending, immature } = balanceSums(balance);
  const notes: string[] = [];
  if (pending !== 0) notes.push(`${amountWords(pending)} pending`);
  if (immature > 0) notes.push(`${amountWords(immature)} immature`);
  return notes;
}

/** In words, the block for which a balance is valid. Shown while the node is syncing. */
export function asOf(balance: Balance): string {
  return `as of block ${group(balance.asOfHeight)}`;
}
