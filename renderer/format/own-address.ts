import type { AddressChain, AddressState } from '../../shared/contract/vocabulary.ts';
import type { OwnAddressEntry } from '../../shared/contract/wallet-lists.ts';
import { group } from './number.ts';

/** Why a wallet that watches a list of addresses offers no new address. */
export const FIXED_ADDRESSES = 'This wallet watches a list of addresses and has no keys for new ones.';

export const CHAIN_OPTIONS: readonly {
  readonly value: AddressChain;
  readonly label: string;
  readonly detail: string;
}[] = [
  { value: 'receive', label: 'Receiving', detail: 'given to others' },
  { value: 'change', label: 'Change', detail: 'used by the wallet itself' },
];

export const ADDRESS_FILTERS: readonly { readonly value: AddressState | 'all'; readonly label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'unused', label: 'Unused' },
  { value: 'used', label: 'Used' },
];

/** How often an address was paid. */
export function addressUse({ payments }: Pick<OwnAddressEntry, 'payments'>): string {
  if (payments === 0) return 'Unused';
  return payments === 1 ? 'Used once' : `Used ${group(payments)} times`;
}
