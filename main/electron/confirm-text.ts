import { cleanLabel, isolated } from '../../shared/labels.ts';
import { formatKith, TICKER } from '../../shared/units.ts';
import type { PaymentQuestion } from '../api/base.ts';

/** Receivers on one page: a dialog of the system doesn't scroll, and what is cut off nobody has agreed to. */
const A_PAGE = 8;
const MAX_WARNING = 300;

/** One dialog. `next` is what the button besides Cancel says; only that of the last page sends. */
export interface ConfirmPage {
  readonly message: string;
  readonly detail: string;
  readonly next: string;
}

const money = (amount: number): string => `${formatKith(amount)} ${TICKER}`;

/** Groups of four: a swapped address is seen where a long run of letters is skipped over. */
export function groupAddress(address: string): string {
  return (address.match(/.{1,4}/g) ?? []).join(' ');
}

// A warning may name what somebody else wrote; control and direction characters could rearrange the dialog.
const clean = (text: string): string => cleanLabel(text).slice(0, MAX_WARNING);

/**
 * Everything that a person must see before money leaves: every receiver with its amount, the fee, until when, from which
 * wallet. At least one page; the sums stand on each of them, the warnings on the last, before the button that sends.
 */
export function confirmPages({ wallet, payment }: PaymentQuestion): ConfirmPage[] {
  const receivers = payment.outputs.filter((output) => !output.change);
  const sum = receivers.reduce((total, output) => total + output.amount, 0);
  const message = `Send ${money(sum)} from “${isolated(clean(wallet))}”?`;
  const sums = [`Fee: ${money(payment.fee)}`, `Leaves the wallet: ${money(sum + payment.fee)}`];
  if (payment.expires > 0) sums.push(`Expires by itself if not mined by block ${payment.expires}`);
  const warnings = payment.warnings.flatMap((warning) => ['', `Mind: ${clean(warning.message)}`]);
  const count = Math.max(1, Math.ceil(receivers.length / A_PAGE));
  return Array.from({ length: count }, (_, page) => {
    const first = page * A_PAGE;
    const shown = receivers.slice(first, first + A_PAGE);
    const lines = shown.flatMap(({ amount, address }) => [money(amount), `to ${groupAddress(address)}`, '']);
    const last = page === count - 1;
    const place = `Receivers ${first + 1} to ${first + shown.length} of ${receivers.length}`;
    return {
      message,
      detail: [...(count > 1 ? [place, ''] : []), ...lines, ...sums, ...(last ? warnings : [])].join('\n'),
      next: last ? `Send ${money(sum)}` : 'Next receivers',
    };
  });
}
