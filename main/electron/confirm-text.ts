import { type AmountStyle, PLAIN_STYLE, restyled } from '../../shared/amount-style.ts';
import { cleanLabel, isolated } from '../../shared/labels.ts';
import { outputSums, receiversOf } from '../../shared/payment-outputs.ts';
import { formatKith, group, TICKER } from '../../shared/units.ts';
import type { PaymentConfirmation } from '../api/base.ts';

/** Receivers that the dialog itself shows. It does not scroll, so more of them are listed in a window. */
const MAX_IN_DIALOG = 8;
/** Of a payment to more receivers: the largest ones that the dialog names, and its warnings. The window has all. */
const LARGEST = 3;
const WARNINGS_OF_MANY = 4;
const MAX_WARNING = 600;
const NEW_CONTACT = 'New contact or address: compare the address with the one that the receiver gave you.';

/** The text of the dialog. Only the button `send` sends or signs the payment. */
export interface ConfirmText {
  readonly message: string;
  readonly detail: string;
  readonly send: string;
  /** Whether not every receiver is in the text, so that a window must list them before the payment can be sent. */
  readonly needsList: boolean;
}

/** An amount with its unit. */
export const money = (amount: number): string => `${formatKith(amount)} ${TICKER}`;

/** The address in groups of four characters, which make a swapped address easier to notice. */
export function groupAddress(address: string): string {
  return (address.match(/.{1,4}/g) ?? []).join(' ');
}

// A warning may quote foreign text; its control and direction characters could rearrange the dialog.
const clean = (text: string): string => cleanLabel(text).slice(0, MAX_WARNING);

/**
 * Everything that the user must see before a payment is sent: every receiver with its amount, the fee, the change,
 * the expiry, the warnings and the wallet. Of more than eight receivers it has their number, what is known of them, and the largest.
 */
export function confirmText(question: PaymentConfirmation, style: AmountStyle = PLAIN_STYLE): ConfirmText {
  const { message, detail, send, needsList } = plainText(question);
  const [inStyle, rest, next] = [message, detail, send].map((text) => restyled(text, style)) as [
    string,
    string,
    string,
  ];
  return { message: inStyle, detail: rest, send: next, needsList };
}

/** The text with amounts as the node writes them, also in its warnings. */
function plainText({ wallet, payment, purpose }: PaymentConfirmation): ConfirmText {
  const receivers = receiversOf(payment.outputs);
  const { paid: sum } = outputSums(payment.outputs);
  const from = `“${isolated(clean(wallet))}”`;
  const [message, send] =
    purpose === 'sign'
      ? [`Sign a payment of ${money(sum)} from ${from}?`, 'Sign payment']
      : titlesOf(payment, from, money(sum));
  const needsList = receivers.length > MAX_IN_DIALOG;
  const who = needsList ? manyReceivers(receivers) : receivers.flatMap(receiverPart);
  const lines = [...who, ...sumLines(payment), ...warningLines(payment.warnings, needsList)];
  return { message, detail: lines.join('\n'), send, needsList };
}

type Receivers = PaymentConfirmation['payment']['outputs'];

const receiverPart = (receiver: Receivers[number]): string[] => [
  money(receiver.amount),
  ...receiverLines(receiver),
  '',
];

/** What a person can check of many receivers without reading each. */
function manyReceivers(receivers: Receivers): string[] {
  const contacts = receivers.filter(({ contact }) => contact !== undefined).length;
  const unpaid = receivers.filter(({ contactIsNew }) => contactIsNew === true).length;
  const repeated = receivers.length - new Set(receivers.map(({ address }) => address)).size;
  const largest = receivers.toSorted((a, b) => b.amount - a.amount).slice(0, LARGEST);
  return [
    `To ${group(receivers.length)} receivers: ${contacts} of your contacts, ${receivers.length - contacts} other addresses`,
    ...(unpaid > 0 ? [`New contacts or addresses: ${unpaid}. They are marked in the list.`] : []),
    ...(repeated > 0 ? [`Addresses that are there more than once: ${repeated}`] : []),
    '',
    'The largest amounts:',
    '',
    ...largest.flatMap(receiverPart),
  ];
}

function sumLines({
  fee,
  inputs,
  outputs,
  expires,
  coinsChosen,
  odds,
}: PaymentConfirmation['payment']): string[] {
  const { paid, change } = outputSums(outputs);
  const lines = [`Fee: ${money(fee)}`, `Total: ${money(paid + fee)}`];
  const what = receiversOf(outputs).length === 0 ? 'Result' : 'Change';
  if (change > 0) lines.push(`${what}: ${money(change)}, back to this wallet`);
  if (coinsChosen) lines.push(chosenCoins(inputs));
  if (expires > 0) lines.push(`Expires if not mined by block ${expires}`);
  if (odds !== undefined) lines.push('', odds.sentence);
  return lines;
}

function warningLines(warnings: PaymentConfirmation['payment']['warnings'], areMany: boolean): string[] {
  const shown = areMany ? warnings.slice(0, WARNINGS_OF_MANY) : warnings;
  const more = warnings.length - shown.length;
  return [
    ...shown.flatMap(({ message }) => ['', `Warning: ${clean(message)}`]),
    ...(more > 0 ? ['', `More warnings, which are in the list: ${more}`] : []),
  ];
}

/**
 * The name of the contact, if it is one, before the complete address. A script of the page can add and rename contacts, so
 * the name alone identifies only a receiver that was paid under it.
 */
function receiverLines({ address, contact, contactIsNew }: Receivers[number]): string[] {
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
