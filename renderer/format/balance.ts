import type { Balance } from '../../shared/contract/wallet.ts';
import { amountWords } from './amount.ts';
import { group } from './number.ts';

/** A part of a balance with its name, in motes. */
export interface BalancePart {
  readonly name: string;
  readonly motes: number;
  /** Shown with a plus or minus sign: it moves between this wallet and others. */
  readonly signed?: boolean;
}

/** All parts of a balance, for the head of the wallet. Frozen coins and pending change are named only if there are any. */
export function balanceParts(balance: Balance): BalancePart[] {
  const { available, frozen, pendingChange, pendingIn, pendingOut, immature } = balance;
  return [
    { name: 'Available', motes: available },
    ...(frozen === 0 ? [] : [{ name: 'Frozen', motes: frozen }]),
    ...(pendingChange === 0 ? [] : [{ name: 'Pending change', motes: pendingChange }]),
    { name: 'Pending in', motes: pendingIn, signed: true },
    { name: 'Pending out', motes: -pendingOut, signed: true },
    { name: 'Immature', motes: immature },
  ];
}

/** The lines under the available amount: the other parts that are not 0. */
export function balanceNotes({ frozen, pendingChange, pendingIn, pendingOut, immature }: Balance): string[] {
  return [
    ...(pendingIn === 0 ? [] : [`${amountWords(pendingIn)} pending in`]),
    ...(pendingOut === 0 ? [] : [`${amountWords(pendingOut)} pending out`]),
    ...(frozen === 0 ? [] : [`${amountWords(frozen)} frozen`]),
    ...(pendingChange === 0 ? [] : [`${amountWords(pendingChange)} change, available after the next block`]),
    ...(immature === 0 ? [] : [`${amountWords(immature)} immature`]),
  ];
}

/** In words, the block for which a balance is valid. Shown while the node is syncing. */
export function heightNote(balance: Balance): string {
  return `as of block ${group(balance.asOfHeight)}`;
}
