import { cleanLabel, isolated } from '../../shared/labels.ts';
import { outputSums, receiversOf } from '../../shared/payment-outputs.ts';
import { formatKith, TICKER } from '../../shared/units.ts';
import type { PaymentConfirmation } from '../api/base.ts';

/** Number of receivers per page. A native dialog does not scroll, and the user must see every receiver. */
const RECEIVERS_PER_PAGE = 8;
const MAX_WARNING = 600;
const NEW_CONTACT = 'New contact or address: compare the address with the one that the receiver gave you.';

/**
 * One page of the dialog. `next` is the label of the button beside Cancel. Only the button of the last page sends the
 * payment.
 */
export interface ConfirmPage {
  readonly message: string;
  readonly detail: string;
  readonly next: string;
}

const money = (amount: number): string => `${formatKith(amount)} ${TICKER}`;

/** The address in groups of four characters, which make a swapped address easier to notice. */
export function groupAddress(address: string): string {
  return (address.match(/.{1,4}/g) ?? []).join(' ');
}

// A warning may quote foreign text; its control and direction characters could rearrange the dialog.
const clean = (text: string): string => cleanLabel(text).slice(0, MAX_WARNING);

/**
 * Everything that the user must see before a payment is sent: every receiver with its amount, the fee, the change,
 * the expiry and the wallet. At least one page. Each page has the totals; the last one has the warnings and the button that sends.
 */
export function confirmPages({ wallet, payment, purpose }: PaymentConfirmation): ConfirmPage[] {
  const receivers = receiversOf(payment.outputs);
  const { paid: sum, change } = outputSums(payment.outputs);
  const from = `“${isolated(clean(wallet))}”`;
  const [message, send] =
    purpose === 'sign'
      ? [`Sign a payment of ${money(sum)} from ${from}?`, 'Sign payment']
      : titlesOf(payment, from, money(sum));
  const sums = [`Fee: ${money(payment.fee)}`, `Total: ${money(sum + payment.fee)}`];
  if (change > 0)
    sums.push(`${receivers.length === 0 ? 'Result' : 'Change'}: ${money(change)}, back to this wallet`);
  if (payment.coinsChosen) sums.push(chosenCoins(payment.inputs));
  if (payment.expires > 0) sums.push(`Expires if not mined by block ${payment.expires}`);
  const warnings = payment.warnings.flatMap((warning) => ['', `Warning: ${clean(warning.message)}`]);
  const count = Math.max(1, Math.ceil(receivers.length / RECEIVERS_PER_PAGE));
  return Array.from({ length: count }, (_, page) => {
    const first = page * RECEIVERS_PER_PAGE;
    const shown = receivers.slice(first, first + RECEIVERS_PER_PAGE);
    const lines = shown.flatMap((receiver) => [money(receiver.amount), ...receiverLines(receiver), '']);
    const last = page === count - 1;
    const place = `Receivers ${first + 1} to ${first + shown.length} of ${receivers.length}`;
    return {
      message,
      detail: [...(count > 1 ? [place, ''] : []), ...lines, ...sums, ...(last ? warnings : [])].join('\n'),
      next: last ? send : 'Next receivers',
    };
  });
}

/**
 * The name of the contact, if it is one, before the complete address. A script of the page can add and rename contacts, so
 * the name alone identifies only a receiver that was paid under it.
 */
function receiverLines({
  address,
  contact,
  contactIsNew,
}: PaymentConfirmation['payment']['outputs'][number]): string[] {
  if (contact === undefined) return [`to ${groupAddress(address)}`];
  const lines = [`to “${isolated(clean(contact))}”`, groupAddress(address)];
  return contactIsNew === true ? [...lines, NEW_CONTACT] : lines;
}

function chosenCoins(inputs: PaymentConfirmation['payment']['inputs']): string {
  const sum = money(inputs.reduce((total, { amount }) => total + amount, 0));
  return inputs.length === 1
    ? `Spends 1 selected coin: ${sum}`
    : `Spends ${inputs.length} selected coins: ${sum}`;
}

/** The question, and the label of the button that sends. What a replacement does is in its notices. */
function titlesOf(
  { warnings, replaces, inputs, outputs }: PaymentConfirmation['payment'],
  from: string,
  sum: string,
): readonly [string, string] {
  const does = (code: string) => warnings.some((warning) => warning.code === code);
  if (does('pays-for-parent')) return [`Speed up the incoming payment to ${from}?`, 'Speed up'];
  if (does('cancels-payment')) return [`Cancel the pending payment from ${from}?`, 'Cancel payment'];
  if (replaces === null && receiversOf(outputs).length === 0)
    return [`Combine ${inputs.length} coins of ${from} into one?`, 'Combine coins'];
  return replaces === null
    ? [`Send ${sum} from ${from}?`, `Send ${sum}`]
    : [`Speed up the payment of ${sum} from ${from}?`, 'Speed up'];
}
