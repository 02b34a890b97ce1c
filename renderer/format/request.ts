import type { ReceiveRequest } from '../../shared/contract/wallet.ts';
import { amountWords } from './amount.ts';

/** The state of a payment request in words. */
export function requestLine({ state, received }: Pick<ReceiveRequest, 'state' | 'received'>): string {
  switch (state) {
    case 'open':
      return 'Open';
    case 'pending':
      return 'Payment pending';
    case 'partly-paid':
      return `Partly paid: ${amountWords(received)}`;
    case 'paid':
      return `Paid: ${amountWords(received)}`;
    case 'expired':
      return received === 0 ? 'Expired' : `Expired, received ${amountWords(received)}`;
  }
}
