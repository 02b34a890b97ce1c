import { isLinkProblem, parseTarget } from '../../shared/payment-link.ts';
import type { Motes } from '../../shared/units.ts';
import { encodeAddress } from '../core/primitives/address.ts';
import { KithError } from '../lib/errors.ts';
import type { OpenWallet } from './open-wallet.ts';
import { readAddress } from './receivers.ts';

/** The receiver that an address or a payment link names. */
export interface CheckedTarget {
  /** In its canonical form. */
  readonly address: string;
  readonly amount?: Motes;
  readonly label?: string;
  /** It is an address of one of the wallets here. */
  readonly own: boolean;
}

/** @throws {KithError} `address-…`, `link-malformed`, `link-amount`, `link-label`, `link-requires`, `link-other` */
export function checkTarget(hrp: string, text: string, wallets: Iterable<OpenWallet>): CheckedTarget {
  const link = parseTarget(text);
  if (isLinkProblem(link)) throw new KithError(link.problem);
  const lock = readAddress(hrp, link.address);
  const own = [...wallets].some((wallet) => wallet.keyring.find(lock) !== undefined);
  return { ...link, address: encodeAddress(hrp, lock), own };
}
