import { equalBytes } from '../../core/codec/bytes.ts';
import type { Lock } from '../../core/primitives/coin.ts';
import { LOCK_KEY } from '../../core/primitives/coin.ts';
import type { Clock } from '../../lib/clock.ts';
import { KithError } from '../../lib/errors.ts';
import { CHAIN, type KeyPath } from '../keys/key-path.ts';
import type { KeySecrets } from '../secrets/key-secrets.ts';
import type { OpenWallet } from '../open/open-wallet.ts';
import type { PartialSignature, PaymentFile } from './payment-file.ts';
import { claimsToSign, leavesWithKey, type MessageOf, messagesOf } from './payment-signatures.ts';

export interface SigningDeps {
  readonly wallet: Pick<OpenWallet, 'keyring'>;
  readonly secrets: KeySecrets;
  readonly clock: Pick<Clock, 'soon'>;
}

/** Number of keys that are derived before the event loop runs: about 10 ms. */
const KEYS_PER_TURN = 10;
/** Largest key index of SLIP-0010: hardened derivation uses the upper half of 32 bits. */
const MAX_INDEX = 0x7fff_ffff;

/**
 * A signature for each input of a payment file, with the wallet's keys. The key paths of the file are not trusted: each key is
 * compared with its lock, and what the file calls change must be the wallet's key for change at that place. Signs nothing unless all
 * of it holds.
 * @throws {KithError} `payment-file-foreign`, `payment-file-change`
 */
export async function createSignatures(file: PaymentFile, deps: SigningDeps): Promise<PartialSignature[]> {
  const paths: KeyPath[] = [];
  for (const [input, coin] of file.inputs.entries()) {
    if (input % KEYS_PER_TURN === KEYS_PER_TURN - 1) await deps.clock.soon();
    const path = await pathOf(deps, coin, coin.keyPath);
    if (path === null) throw new KithError('payment-file-foreign');
    paths.push(path);
  }
  for (const [at, path] of file.change.entries()) {
    if (at % KEYS_PER_TURN === KEYS_PER_TURN - 1) await deps.clock.soon();
    if (path !== null && !(await isOwnChange(deps, file.tx.outputs[at]!, path)))
      throw new KithError('payment-file-change');
  }
  const messageOf = messagesOf(file);
  const signatures: PartialSignature[] = [];
  for (const [input, path] of paths.entries()) {
    if (input % KEYS_PER_TURN === KEYS_PER_TURN - 1) await deps.clock.soon();
    signatures.push(...signaturesFor(file, { input, path, messageOf, ...deps }));
  }
  return signatures;
}

interface InputToSign extends SigningDeps {
  readonly input: number;
  readonly path: KeyPath;
  readonly messageOf: MessageOf;
}

function signaturesFor(
  file: PaymentFile,
  { input, path, messageOf, wallet, secrets }: InputToSign,
): PartialSignature[] {
  const { tree, lock } = file.inputs[input]!;
  const key = tree === null ? lock : wallet.keyring.key(path);
  return leavesWithKey(file, input, key).flatMap((leaf) =>
    claimsToSign(file, input, leaf).map((claims) => {
      const signature = secrets.sign(path, messageOf(input, claims));
      return { input, claims, leaf, signature };
    }),
  );
}

/** Whether the lock of an output is the wallet's for change at the place that the file names. */
async function isOwnChange(deps: SigningDeps, lock: Lock, hint: KeyPath): Promise<boolean> {
  const { keyring } = deps.wallet;
  if (hint.chain !== CHAIN.change) return false;
  const known = keyring.find(lock);
  if (known !== undefined) return known.chain === hint.chain && known.index === hint.index;
  // A wallet with a policy knows all its locks, and does not watch its plain keys.
  return keyring.policy === null && (await pathOf(deps, lock, hint)) !== null;
}

/** Where the wallet has the key of a lock: among its known keys, or at the place that the file names. */
async function pathOf(
  { wallet: { keyring }, secrets }: SigningDeps,
  { lockType, lock }: Lock,
  hint: KeyPath | null,
): Promise<KeyPath | null> {
  const known = keyring.find({ lockType, lock });
  if (known !== undefined) return known;
  if (hint === null || hint.index > MAX_INDEX || lockType !== LOCK_KEY) return null;
  return equalBytes(await secrets.publicKeys(hint.chain, hint.index, 1), lock) ? hint : null;
}
