import type { Notice } from '../../../shared/contract/fields.ts';
import type { PaymentFileView } from '../../../shared/contract/payment-files.ts';
import { formatKith } from '../../../shared/units.ts';
import { toHex } from '../../core/codec/hex.ts';
import { encodeAddress } from '../../core/primitives/address.ts';
import { SIGNATURE_BYTES } from '../../core/primitives/limits.ts';
import { type OutpointKey, outpointKey } from '../../core/primitives/outpoint.ts';
import { createTransaction } from '../../core/primitives/transaction.ts';
import { CHAIN, type KeyPath } from '../keys/key-path.ts';
import type { OpenWallet } from '../open/open-wallet.ts';
import { lastAllowed } from '../open/receiving-keys.ts';
import type { PaymentFile } from './payment-file.ts';
import { missingInputs } from './payment-signatures.ts';
import { claimedBytes, claimSets } from '../keys/policy-claims.ts';
import { decodeSetup, firstKey, isSetupProblem } from '../files/setup-file.ts';
import { receiverWarnings, type WarningContext } from '../payments/warnings.ts';

/** What a payment file does, with what this node cannot check about it. `wallet`: the one that would sign or send it. */
export function viewPaymentFile(
  file: PaymentFile,
  wallet: OpenWallet | null,
  context: Omit<WarningContext, 'wallet'>,
): PaymentFileView {
  const { tx, inputs } = file;
  const { hrp } = context.network;
  const spent = inputs.reduce((sum, { amount }) => sum + amount, 0);
  const fee = spent - tx.outputs.reduce((sum, { amount }) => sum + amount, 0);
  const feerate = Math.floor((fee / signedBytes(file)) * 100) / 100;
  const outputs = tx.outputs.map((output, at) => ({
    address: encodeAddress(hrp, output),
    amount: output.amount,
    change: isChange(file, at, wallet),
  }));
  const missing = missingInputs(file);
  return {
    wallet: wallet?.name ?? null,
    canSign: wallet !== null && wallet.kind !== 'watch-only',
    txid: tx.txidHex,
    note: file.note,
    fee,
    feerate,
    inputs: inputs.map((input, at) => ({
      txid: toHex(tx.inputs[at]!.txid),
      index: tx.inputs[at]!.index,
      amount: input.amount,
      address: encodeAddress(hrp, input),
      own: wallet?.keyring.find(input) !== undefined,
    })),
    outputs,
    expires: tx.expires,
    signed: inputs.length - missing,
    complete: missing === 0,
    signers: signersOf(file, wallet),
    warnings: [
      ...uncheckedWarnings(file, wallet),
      ...receiverWarnings({ ...context, wallet }, { fee, feerate, outputs }),
    ],
  };
}

/** For a shared wallet: who has signed every input, in the order of the set-up. Empty for other wallets. */
function signersOf(file: PaymentFile, wallet: OpenWallet | null): PaymentFileView['signers'] {
  const setup = wallet === null || wallet.file.setup === null ? null : decodeSetup(wallet.file.setup);
  if (setup === null || isSetupProblem(setup) || setup.kind !== 'shared') return [];
  const own = firstKey({ receive: wallet!.keyring.receive, change: wallet!.keyring.change });
  return setup.people.map((person, place) => ({
    name: person.name,
    own: firstKey(person) === own,
    signed: file.inputs.every((_, at) =>
      file.signatures.some(({ input, leaf }) => input === at && leaf === place),
    ),
  }));
}

/**
 * Whether an output goes back to the wallet, to a key that a restore finds. If this node does not know its key, the file
 * decides; a warning says so, and signing refuses it if it is not true.
 */
function isChange(file: PaymentFile, at: number, wallet: OpenWallet | null): boolean {
  const path = changePath(file, at, wallet);
  return path !== null && !isFar(path, wallet);
}

/**
 * The key of an output that is change: by the wallet's keys if it knows them, by the file otherwise. A wallet with a policy knows
 * all its locks.
 */
function changePath(file: PaymentFile, at: number, wallet: OpenWallet | null): KeyPath | null {
  const own = wallet?.keyring.find(file.tx.outputs[at]!);
  const hint = wallet?.keyring.policy ? null : file.change[at]!;
  const path = own ?? hint;
  return path?.chain === CHAIN.change ? path : null;
}

/**
 * Whether a key is beyond those that the wallet itself would use for change. Only the computer that prepared the payment may
 * know its number, and a restore from the recovery phrase does not look there: the money would be lost without it.
 */
function isFar({ chain, index }: KeyPath, wallet: OpenWallet | null): boolean {
  return wallet !== null && index > lastAllowed(wallet.ledger, chain);
}

function uncheckedWarnings(file: PaymentFile, wallet: OpenWallet | null): Notice[] {
  const { tx } = file;
  const warnings: Notice[] = [];
  if (wallet === null || !tx.inputs.every((input) => isKnownCoin(wallet, outpointKey(input))))
    warnings.push({
      code: 'coins-unchecked',
      message:
        'This node cannot check whether the coins of this payment still exist. If one was spent, the payment is refused when it is sent, and nothing is lost.',
    });
  const claimed = tx.outputs.filter(
    (output, at) => file.change[at] !== null && wallet?.keyring.find(output) === undefined,
  );
  if (claimed.length > 0)
    warnings.push({
      code: 'change-unchecked',
      message: `The file says that ${formatKith(claimed.reduce((sum, { amount }) => sum + amount, 0))} KITH go back to the wallet. This is checked when the payment is signed.`,
    });
  warnings.push(...farChangeWarnings(file, wallet));
  if (wallet !== null && tx.expires !== 0 && tx.expires <= wallet.ledger.syncedTo.height)
    warnings.push({ code: 'payment-expired', message: 'This payment has expired. Prepare it again.' });
  if (tx.expires === 0)
    warnings.push({
      code: 'never-expires',
      message: 'This payment never expires. Who has the signed file can send it at any time.',
    });
  return warnings;
}

function farChangeWarnings(file: PaymentFile, wallet: OpenWallet | null): Notice[] {
  const far = file.tx.outputs.flatMap(({ amount }, at) => {
    const path = changePath(file, at, wallet);
    return path !== null && isFar(path, wallet) ? [{ amount, index: path.index }] : [];
  });
  if (far.length === 0) return [];
  const amount = formatKith(far.reduce((sum, each) => sum + each.amount, 0));
  const highest = far.reduce((most, { index }) => Math.max(most, index), 0);
  return [
    {
      code: 'change-far',
      message: `${amount} KITH go to a change address of this wallet that a restore from the recovery phrase may not find: its index is up to ${highest}. It is shown as a receiver. Sign only if this wallet has used so many addresses, and write the index down.`,
    },
  ];
}

/** Whether the wallet knows a coin, mined or pending. */
export function isKnownCoin({ ledger }: Pick<OpenWallet, 'ledger'>, key: OutpointKey): boolean {
  return ledger.coins.has(key) || ledger.unconfirmed.has(key.slice(0, 64));
}

/** Bytes of the payment once it is signed. */
function signedBytes({ tx, inputs }: PaymentFile): number {
  const witness = inputs.map(({ tree }) => {
    const bytes = tree === null ? SIGNATURE_BYTES : claimedBytes(tree, claimSets(tree)![0]!);
    return new Uint8Array(bytes);
  });
  return createTransaction({ ...tx, witness }).bytes.length;
}
