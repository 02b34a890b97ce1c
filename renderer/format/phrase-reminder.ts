import type { Balance } from '../../shared/contract/wallet.ts';
import { MOTES_PER_KITH } from '../../shared/units.ts';

/** How urgent it is to write down a recovery phrase. */
export type PhraseUrgency = 'early' | 'due' | 'overdue';

/** From this balance on, the note about the recovery phrase is as prominent as an error. */
const OVERDUE_MOTES = 100 * MOTES_PER_KITH;

/** What is lost with the computer, in motes: everything in the wallet, unconfirmed and immature coins too. */
export function atStake({ available, frozen, pendingChange, pendingIn, immature }: Balance): number {
  return available + frozen + pendingChange + pendingIn + immature;
}

export function phraseUrgency(stake: number): PhraseUrgency {
  if (stake === 0) return 'early';
  return stake < OVERDUE_MOTES ? 'due' : 'overdue';
}
