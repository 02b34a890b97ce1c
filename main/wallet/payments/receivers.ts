import { isLinkProblem, parseTarget } from '../../../shared/payment-link.ts';
import { compact } from '../../../shared/pasted.ts';
import { isMotes, type Motes } from '../../../shared/units.ts';
import { DUST } from '../../core/policy/policy-limits.ts';
import { decodeAddress, encodeAddress, isAddressProblem } from '../../core/primitives/address.ts';
import { type Lock, LOCK_KEY, LOCK_POLICY } from '../../core/primitives/coin.ts';
import { KEY_BYTES } from '../../core/primitives/limits.ts';
import { KithError } from '../../lib/errors.ts';
import type { OpenWallet } from '../open/open-wallet.ts';

/** A request to pay, as in the contract's `payment`. The amount `all` sends all spendable coins. */
export interface PaymentRequest {
  readonly name: string;
  readonly to: readonly {
    readonly address: string;
    readonly amount: number | 'all';
    /** Becomes the label of the address when the payment is sent. */
    readonly label?: string | undefined;
  }[];
  readonly feerate?: number | undefined;
  readonly expires?: number | undefined;
  readonly coins?: readonly { readonly txid: string; readonly index: number }[] | undefined;
  /** Label in the history. */
  readonly label?: string | undefined;
}

export interface Receiver {
  readonly lock: Lock;
  readonly amount: Motes | 'all';
}

/** The outputs that pay the receivers. @throws {KithError} `address-…`, `wallet-dust`, `wallet-amount` */
export function readReceivers(
  network: { readonly hrp: string },
  request: Pick<PaymentRequest, 'to'>,
  allowsPolicyLocks: boolean,
): Receiver[] {
  const { to } = request;
  if (to.length === 0 || (to.length > 1 && to.some(({ amount }) => amount === 'all')))
    throw new KithError('wallet-amount');
  const receivers = to.map(({ address, amount }) => ({
    lock: readAddress(network.hrp, address, allowsPolicyLocks),
    amount: readAmount(amount),
  }));
  const total = receivers.reduce((sum, { amount }) => sum + (amount === 'all' ? 0 : amount), 0);
  if (!isMotes(total)) throw new KithError('wallet-amount', undefined, { data: { amount: total } });
  return receivers;
}

/** The lock of an address: of a key, or of a policy where the next block enforces these. @throws {KithError} `address-…` */
export function readAddress(hrp: string, address: string, allowsPolicyLocks = false): Lock {
  const lock = decodeAddress(hrp, compact(address));
  if (isAddressProblem(lock)) throw new KithError(lock.problem, undefined, { data: { ...lock, address } });
  // Any person could spend an output with another lock type until a soft fork gives that type a rule.
  const isPolicy = allowsPolicyLocks && lock.lockType === LOCK_POLICY && lock.lock.length === KEY_BYTES;
  if (lock.lockType !== LOCK_KEY && !isPolicy)
    throw new KithError('address-unknown-lock', undefined, { data: { lockType: lock.lockType, address } });
  return lock;
}

function readAmount(amount: number | 'all'): Motes | 'all' {
  if (amount === 'all') return amount;
  if (!isMotes(amount) || amount === 0) throw new KithError('wallet-amount', undefined, { data: { amount } });
  if (amount < DUST) throw new KithError('wallet-dust', undefined, { data: { least: DUST, amount } });
  return amount;
}

/** The receiver in an address or a payment link. */
export interface CheckedTarget {
  /** The address in its canonical form. */
  readonly address: string;
  readonly amount?: Motes;
  readonly label?: string;
  /** Whether it is an address of a wallet of this node. */
  readonly own: boolean;
}

/**
 * Reads an address or a payment link.
 * @throws {KithError} `address-…`, `link-malformed`, `link-amount`, `link-label`, `link-requires`, `link-other`
 */
export function checkTarget(
  { hrp, allowsPolicyLocks }: { readonly hrp: string; readonly allowsPolicyLocks: boolean },
  text: string,
  wallets: Iterable<OpenWallet>,
): CheckedTarget {
  const link = parseTarget(text);
  if (isLinkProblem(link)) throw new KithError(link.problem);
  const lock = readAddress(hrp, link.address, allowsPolicyLocks);
  const own = [...wallets].some((wallet) => wallet.keyring.find(lock) !== undefined);
  return { ...link, address: encodeAddress(hrp, lock), own };
}
