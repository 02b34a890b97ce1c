import type { Faster } from '../../shared/contract/vocabulary.ts';
import type { HistoryEntry } from '../../shared/contract/wallet.ts';

/** Something that the user can do about a pending payment, with the label of its button. */
export interface FasterWay {
  readonly how: Faster;
  readonly label: string;
}

/** What can be done about a payment; nothing for one that is in a block or that cannot be mined any more. */
export function fasterWays({ state, kind, fee }: HistoryEntry): readonly FasterWay[] {
  if (state === 'pending' && kind === 'received') return [{ how: 'bump', label: 'Speed up' }];
  // Without a fee, other wallets have a part in the payment.
  if ((state !== 'queued' && state !== 'sent') || fee === null) return [];
  const faster = { how: 'speed-up', label: 'Speed up' } as const;
  return kind === 'sent' ? [faster, { how: 'cancel', label: 'Cancel payment' }] : [faster];
}
