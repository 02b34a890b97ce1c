import { formatKith, TICKER } from '../../shared/units.ts';
import type { PaymentQuestion } from '../api/base.ts';

/** Receivers that are spelled out; a payment to more names the rest as a sum. */
const SHOWN = 8;
const MAX_WARNING = 300;

export interface ConfirmText {
  readonly message: string;
  readonly detail: string;
  readonly send: string;
}

const money = (amount: number): string => `${formatKith(amount)} ${TICKER}`;

/** Groups of four: a swapped address is seen where a long run of letters is skipped over. */
export function groupAddress(address: string): string {
  return (address.match(/.{1,4}/g) ?? []).join(' ');
}

// A warning may name what somebody else wrote; control and direction characters could rearrange the dialog.
const clean = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, ' ').slice(0, MAX_WARNING);

/** Everything that a person must see before money leaves: who, how much, the fee, until when, from which wallet. */
export function confirmText({ wallet, payment }: PaymentQuestion): ConfirmText {
  const receivers = payment.outputs.filter((output) => !output.change);
  const sum = receivers.reduce((total, output) => total + output.amount, 0);
  const lines = receivers
    .slice(0, SHOWN)
    .flatMap((output) => [money(output.amount), `to ${groupAddress(output.address)}`, '']);
  const rest = receivers.slice(SHOWN);
  if (rest.length > 0) {
    const more = rest.reduce((total, output) => total + output.amount, 0);
    lines.push(`and ${money(more)} to ${rest.length} more`, '');
  }
  lines.push(`Fee: ${money(payment.fee)}`, `Leaves the wallet: ${money(sum + payment.fee)}`);
  if (payment.expires > 0) lines.push(`Expires by itself if not mined by block ${payment.expires}`);
  for (const warning of payment.warnings) lines.push('', `Mind: ${clean(warning.message)}`);
  return {
    message: `Send ${money(sum)} from “${clean(wallet)}”?`,
    detail: lines.join('\n'),
    send: `Send ${money(sum)}`,
  };
}
