/** The locks that follow from the set-up in a wallet file. */
import { policyHash } from '../../core/ledger/policy-tree.ts';
import { type Lock, LOCK_KEY, LOCK_POLICY } from '../../core/primitives/coin.ts';
import { KEY_BYTES } from '../../core/primitives/limits.ts';
import { KithError } from '../../lib/errors.ts';
import { CHAIN } from '../keys/key-path.ts';
import type { KeyLists } from './public-keys-file.ts';
import { decodeSetup, isSetupProblem, placeIn, policyOf } from './setup-file.ts';
import { policyTree, type WalletPolicy } from './wallet-policy.ts';

interface KeysAndSetup extends KeyLists {
  /** The set-up file; null for a wallet whose locks are its keys. */
  readonly setup: Uint8Array | null;
}

/**
 * The policy of a wallet file; the reader of the file has checked its set-up.
 * @throws {KithError} `wallet-file-damaged` for a set-up without the keys of the wallet
 */
export function policyIn({ receive, change, setup }: KeysAndSetup): WalletPolicy | null {
  if (setup === null) return null;
  const file = decodeSetup(setup);
  if (isSetupProblem(file)) throw new KithError('wallet-file-damaged');
  const place = placeIn(file, { receive, change });
  if (place < 0) throw new KithError('wallet-file-damaged');
  return policyOf(file, place);
}

/**
 * The lock of the first address of a wallet file.
 * @throws {KithError} as `policyIn` does
 */
export function firstLockIn(file: KeysAndSetup): Lock {
  const policy = policyIn(file);
  if (policy === null) return { lockType: LOCK_KEY, lock: file.receive.subarray(0, KEY_BYTES) };
  const tree = policyTree(policy, file, { chain: CHAIN.receive, index: 0 });
  return { lockType: LOCK_POLICY, lock: policyHash(tree) };
}
