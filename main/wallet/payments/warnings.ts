import type { Notice } from '../../../shared/contract/fields.ts';
import type { DraftPayment } from '../../../shared/contract/payment.ts';
import { receiversOf } from '../../../shared/payment-outputs.ts';
import { isolated } from '../../../shared/labels.ts';
import { formatKith, group } from '../../../shared/units.ts';
import { lookalikeFinder } from './lookalike.ts';
import { decodeAddress, isAddressProblem } from '../../core/primitives/address.ts';
import type { OpenWallet } from '../open/open-wallet.ts';
import type { WalletContacts } from '../ledger/ports.ts';

type Amount = { readonly amount: number };

/** Facts about a planned payment that are not in its view. */
export interface PlanFacts {
  /** Whether the payment spends unconfirmed change. */
  readonly spendsUnconfirmedChange: boolean;
  /** Expired or cancelled payments to the same receivers that could still be mined in addition to this one. */
  readonly payableTwice: readonly string[];
  /** For a payment of everything: coins beyond the size limit of the transaction. */
  readonly leftOut: readonly Amount[];
  /** For a payment of everything: coins that cost more to spend than they are worth. */
  readonly uneconomic: readonly Amount[];
  /** Motes that are too few for a change output, and so are added to the fee. */
  readonly addedToFee: number;
  /** Whether it spends all coins that can be spent, and leaves no change. */
  readonly spendsAll: boolean;
  /** Seconds since the same payment to the same receivers; null if there was none in the last 30 minutes. */
  readonly repeatedAfter: number | null;
}

export interface WarningContext {
  readonly wallet: OpenWallet;
  readonly network: { readonly hrp: string };
  readonly contacts: Pick<WalletContacts, 'nameOf' | 'addresses' | 'wasPaid' | 'hasUnpaid'>;
  readonly defaultFeerate: number;
  readonly knownAddresses: Iterable<string>;
  /** Addresses that this wallet has paid. */
  readonly paidAddresses: ReadonlySet<string>;
}

/** From this share of the amount on, and from this multiple of the usual fee rate on, a fee is called high. */
const HIGH_SHARE = 0.01;
const HIGH_FACTOR = 10;
/** A remainder that raises the fee by more than this share is mentioned. */
const ADDED_SHARE = 0.25;

/** Warnings that the user sees before confirming. */
export function paymentWarnings(
  context: WarningContext,
  view: Omit<DraftPayment, 'draft' | 'warnings'>,
  facts: PlanFacts,
): Notice[] {
  const paid = receiversOf(view.outputs);
  return [
    ...feeWarnings(context, view, paid),
    ...addressWarnings(context, paid),
    ...usedAddressWarnings(context, paid, facts),
    ...planWarnings(view, facts),
  ];
}

/** Warnings about the fee and the receivers of a payment that another computer prepared. */
export function receiverWarnings(
  context: Omit<WarningContext, 'wallet'> & { readonly wallet: OpenWallet | null },
  view: Pick<DraftPayment, 'fee' | 'feerate' | 'outputs'>,
): Notice[] {
  const { wallet } = context;
  const paid = receiversOf(view.outputs);
  if (wallet === null) return feeWarnings(context, view, paid);
  const known = { ...context, wallet };
  return [
    ...feeWarnings(context, view, paid),
    ...addressWarnings(known, paid),
    ...usedAddressWarnings(known, paid, { repeatedAfter: null }),
  ];
}

/** Warnings about a fee that is high for the amounts or beside the usual rate. */
export function feeWarnings(
  { defaultFeerate }: Pick<WarningContext, 'defaultFeerate'>,
  { fee, feerate }: { readonly fee: number; readonly feerate: number },
  paid: readonly { readonly amount: number }[],
): Notice[] {
  const amount = paid.reduce((sum, output) => sum + output.amount, 0);
  const warnings: Notice[] = [];
  // A payment of only change has no amount to compare with.
  if (amount > 0 && fee > amount * HIGH_SHARE)
    warnings.push({
      code: 'fee-share',
      message: `The fee of ${formatKith(fee)} KITH is ${percent(fee / amount)} % of the amount.`,
    });
  if (feerate > defaultFeerate * HIGH_FACTOR)
    warnings.push({
      code: 'fee-high',
      message: `The fee rate is ${group(Math.round(feerate / defaultFeerate))} times the usual one.`,
    });
  return warnings;
}

function addressWarnings(context: WarningContext, paid: readonly { readonly address: string }[]): Notice[] {
  const { network, contacts, knownAddresses } = context;
  const lookalikeOf = lookalikeFinder(network.hrp, contacts.addresses(), knownAddresses);
  return paid.flatMap(({ address }) => warningsOf(context, address, lookalikeOf(address)));
}

function warningsOf(
  { wallet, network, contacts }: WarningContext,
  address: string,
  lookalike: string | null,
): Notice[] {
  const lock = decodeAddress(network.hrp, address);
  if (!isAddressProblem(lock) && wallet.keyring.find(lock) !== undefined)
    return [{ code: 'address-own', message: 'One of the addresses belongs to this wallet.' }];
  // Also for the address of a contact: it may have been saved from a payment that an attacker made.
  if (lookalike === null) return [];
  const name = contacts.nameOf(lookalike);
  const known = name === undefined ? 'an address that you know' : `the address of “${isolated(name)}”`;
  return [
    {
      code: 'address-lookalike',
      message: `${shorten(address)} looks like ${known}, but is a different one. Compare every character.`,
    },
  ];
}

function usedAddressWarnings(
  { paidAddresses, contacts }: WarningContext,
  paid: readonly { readonly address: string }[],
  { repeatedAfter }: Pick<PlanFacts, 'repeatedAfter'>,
): Notice[] {
  const used = paid.filter(({ address }) => paidAddresses.has(address) || contacts.wasPaid(address));
  const contact = used.find(({ address }) => contacts.nameOf(address) !== undefined);
  if (contact !== undefined) return [usedContactAddress(contacts, contact.address)];
  // The warning about an equal payment says more.
  if (repeatedAfter !== null || used.length === 0) return [];
  return [
    {
      code: 'address-used',
      message:
        'You have paid this address before. The blockchain shows publicly that both payments go to the same receiver; ask for a new address if that matters.',
    },
  ];
}

function usedContactAddress(contacts: WarningContext['contacts'], address: string): Notice {
  const name = `“${isolated(contacts.nameOf(address) ?? '')}”`;
  const remedy = contacts.hasUnpaid(address)
    ? `${name} has an address that you have not paid yet: go back and choose ${name} again to use it.`
    : `Ask ${name} for a new address if that matters.`;
  return {
    code: 'address-used',
    message: `You have paid this address of ${name} before. The blockchain shows publicly that both payments go to the same receiver. ${remedy}`,
  };
}

function planWarnings(
  { expires, fee }: { readonly expires: number; readonly fee: number },
  facts: PlanFacts,
): Notice[] {
  const warnings: Notice[] = [];
  if (facts.spendsAll)
    warnings.push({ code: 'spends-all', message: 'This payment spends everything that can be spent now.' });
  if (facts.addedToFee > (fee - facts.addedToFee) * ADDED_SHARE)
    warnings.push({
      code: 'change-to-fee',
      message: `${formatKith(facts.addedToFee)} KITH are too little for change and are added to the fee.`,
    });
  if (facts.repeatedAfter !== null)
    warnings.push({
      code: 'payment-repeated',
      message: `A payment of the same amount to the same address was sent ${ago(facts.repeatedAfter)}. This would be a second one.`,
    });
  if (facts.spendsUnconfirmedChange)
    warnings.push({
      code: 'spends-unconfirmed',
      message:
        'This payment spends the change of a payment that is not in a block yet. It can be mined only after that payment.',
    });
  if (facts.payableTwice.length > 0)
    warnings.push({
      code: 'retry-may-double',
      message:
        'An earlier payment to the same address expired or was cancelled, but a block could still include it. Then both would be paid.',
    });
  if (facts.leftOut.length > 0)
    warnings.push({
      code: 'coins-left',
      message: `One transaction cannot spend all coins. ${kithOf(facts.leftOut)} in ${coinsOf(facts.leftOut)} remain in the wallet for a second payment.`,
    });
  if (facts.uneconomic.length > 0)
    warnings.push({
      code: 'coins-worthless',
      message: `${kithOf(facts.uneconomic)} in ${coinsOf(facts.uneconomic)} remain in the wallet, because spending them costs more than they are worth.`,
    });
  if (expires === 0)
    warnings.push({
      code: 'never-expires',
      message:
        'This payment never expires: if it is not mined, its coins stay reserved until you replace it.',
    });
  return warnings;
}

/** 1 % and more as whole percent, less with one decimal. */
const percent = (share: number): string =>
  share < 0.095 ? (share * 100).toFixed(1) : group(Math.round(share * 100));

function ago(seconds: number): string {
  const minutes = Math.floor(Math.max(0, seconds) / 60);
  return minutes < 1 ? 'less than a minute ago' : minutes === 1 ? 'a minute ago' : `${minutes} minutes ago`;
}

const kithOf = (coins: readonly Amount[]): string =>
  `${formatKith(coins.reduce((sum, { amount }) => sum + amount, 0))} KITH`;

const coinsOf = (coins: readonly Amount[]): string =>
  coins.length === 1 ? '1 coin' : `${group(coins.length)} coins`;

/** The beginning and the end of an address, to show it in a sentence. Never use it as an address to pay. */
function shorten(address: string): string {
  return address.length <= 24 ? address : `${address.slice(0, 12)}…${address.slice(-8)}`;
}
