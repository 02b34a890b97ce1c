import type { CoinState } from '../../shared/contract/vocabulary.ts';
import type { OwnCoinEntry } from '../../shared/contract/wallet-lists.ts';
import { group } from './number.ts';

export const COIN_FILTERS: readonly { readonly value: CoinState | 'all'; readonly label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'available', label: 'Available' },
  { value: 'pending', label: 'Pending' },
  { value: 'immature', label: 'Immature' },
  { value: 'frozen', label: 'Frozen' },
];

const STATES: Readonly<Record<CoinState, string>> = {
  available: 'Available',
  pending: 'Pending',
  immature: 'Immature',
  frozen: 'Frozen',
};

/** The state of a coin in a table. A frozen coin that cannot be spent anyway has both. */
export function coinState({ state, frozen }: Pick<OwnCoinEntry, 'state' | 'frozen'>): string {
  return frozen && state !== 'frozen' ? `${STATES[state]}, frozen` : STATES[state];
}

/** Why a coin cannot be spent, as a sentence; null if it can. */
export function coinStateNote(coin: OwnCoinEntry): string | null {
  if (coin.matureAt !== null) return `Can be spent from block ${group(coin.matureAt)} on.`;
  if (coin.state === 'pending') return 'Its payment is in no block yet.';
  if (coin.frozen) return 'No payment spends it until you unfreeze it.';
  return null;
}

const KINDS: Readonly<Record<OwnCoinEntry['kind'], string>> = {
  received: 'received',
  change: 'change',
  mined: 'mined',
};

/** What a coin is from: its label, or how it came into the wallet. */
export function coinOrigin({ label, kind }: Pick<OwnCoinEntry, 'label' | 'kind'>): string {
  return label === '' ? KINDS[kind] : label;
}
