import { compact } from '../../shared/pasted.ts';
import { parseTarget } from '../../shared/payment-link.ts';
import { receiversOf } from '../../shared/payment-outputs.ts';
import type { Notice } from '../../shared/contract/fields.ts';
import type { PaymentConfirmation } from '../api/base.ts';

/** Longest clipboard text that is looked at, in characters; an address and a link are shorter. */
const MAX_TEXT = 8000;

/**
 * Warns if the clipboard has another address of this network than when the user pasted the receiver. Programs that replace
 * copied addresses by their own wait for the clipboard to change.
 */
export async function clipboardWarning(
  { payment, pasted }: PaymentConfirmation,
  read: () => Promise<string>,
): Promise<Notice[]> {
  if (pasted === undefined) return [];
  const now = await read();
  if (now.length > MAX_TEXT || compact(now) === compact(pasted)) return [];
  const target = parseTarget(now);
  if ('problem' in target) return [];
  const { address } = target;
  const paid = receiversOf(payment.outputs).map((receiver) => receiver.address);
  const isAddress = paid.some(
    (each) => each.length === address.length && prefixOf(each) === prefixOf(address),
  );
  if (!isAddress || paid.includes(address)) return [];
  return [
    {
      code: 'clipboard-changed',
      message:
        'The clipboard has another address now than when you pasted this one. Another program may have replaced one of them: compare the address above with its source.',
    },
  ];
}

/** What an address of a network begins with, up to its separator. */
const prefixOf = (address: string): string => address.slice(0, address.lastIndexOf('1') + 1);
