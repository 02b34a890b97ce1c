import type { Balance } from '../../shared/contract/wallet.ts';
import { amountWords } from './amount.ts';
import { group } from './number.ts';

/** The lines under a balance: what is on its way and what still ripens; none when there is nothing to say. */
export function balanceNotes(balance: Balance): string[] {
  const notes: string[] = [];
  if (balance.pending > 0) notes.push(`${amountWords(balance.pending)} on the way in`);
  if (balance.pending < 0) notes.push(`${amountWords(-balance.pending)} on the way out`);
  if (balance.immature > 0) notes.push(`${amountWords(balance.immature)} mined, not spendable yet`);
  return notes;
}

/** For which moment a balance is true; said while the node still catches up. */
export function asOf(balance: Balance): string {
  return `as of block ${group(balance.asOfHeight)}`;
}
