import type { Hash } from '../../core/crypto/hash.ts';
import { encodePolicy } from '../../core/ledger/policy-tree.ts';
import { policySighash } from '../../core/ledger/policy-lock.ts';
import { createTransaction, sighash, type Transaction } from '../../core/primitives/transaction.ts';
import { equalBytes } from '../../core/codec/bytes.ts';
import type { Clock } from '../../lib/clock.ts';
import { verifyWithLibsodium } from '../../workers/signature.ts';
import { compareSignatures, type PartialSignature, type PaymentFile } from './payment-file.ts';
import { type Claims, claimedTree, claimSets, leavesOf } from '../keys/policy-claims.ts';

/** The hash that the key of an input signs, by the claims of the input. 32 bytes. */
export type MessageOf = (input: number, claims: Claims) => Hash;

/** The hashes to sign. The hash over the payment is computed once. */
export function messagesOf(file: PaymentFile): MessageOf {
  const whole = sighash(file.network, file.tx, file.inputs);
  return (input, claims) => {
    const { tree } = file.inputs[input]!;
    return tree === null ? whole : policySighash(whole, input, claimedTree(tree, claims));
  };
}

/** The key of a leaf of an input. */
export function keyOfLeaf({ inputs }: PaymentFile, input: number, leaf: number): Uint8Array {
  const { tree, lock } = inputs[input]!;
  const node = tree === null ? null : leavesOf(tree)![leaf];
  return node?.kind === 'key' ? node.key : lock;
}

/** The leaves of an input that are this key. */
export function leavesWithKey({ inputs }: PaymentFile, input: number, key: Uint8Array): number[] {
  const { tree, lock } = inputs[input]!;
  if (tree === null) return equalBytes(lock, key) ? [0] : [];
  return leavesOf(tree)!.flatMap((leaf, at) =>
    leaf.kind === 'key' && equalBytes(leaf.key, key) ? [at] : [],
  );
}

/**
 * The sets of claims for which a key should sign an input: those with its leaf, and of these the ones that most other leaves
 * signed already. So any order of signers completes the input, and a later signer signs fewer sets. A signature counts only
 * for its own set: a person who signs one set cannot prevent that another one is completed.
 */
export function claimsToSign(file: PaymentFile, input: number, leaf: number): Claims[] {
  const { tree } = file.inputs[input]!;
  if (tree === null) return [1];
  const others = file.signatures.filter((each) => each.input === input && each.leaf !== leaf);
  const own = claimSets(tree)!.filter((claims) => (claims & (1 << leaf)) !== 0);
  const signed = own.map((claims) => others.filter((each) => each.claims === claims).length);
  const most = Math.max(...signed);
  return own.filter((_, at) => signed[at] === most);
}

/** Signatures that are checked before the event loop runs: 6 ms. */
const CHECKS_PER_TURN = 100;

/** Whether every signature of the file is valid. About 60 µs for each; the mempool checks them again. */
export async function areSignaturesValid(file: PaymentFile, clock: Pick<Clock, 'soon'>): Promise<boolean> {
  const messageOf = messagesOf(file);
  for (const [at, { input, claims, leaf, signature }] of file.signatures.entries()) {
    if (at % CHECKS_PER_TURN === CHECKS_PER_TURN - 1) await clock.soon();
    if (!verifyWithLibsodium(keyOfLeaf(file, input, leaf), signature, messageOf(input, claims))) return false;
  }
  return true;
}

/** Whether two files are the same payment: the same network, transaction and coins. */
export function isSamePayment(a: PaymentFile, b: PaymentFile): boolean {
  return (
    equalBytes(a.network, b.network) &&
    equalBytes(sighash(a.network, a.tx, a.inputs), sighash(b.network, b.tx, b.inputs))
  );
}

/** The file with further signatures. Of two for the same key and claims the first is kept. The order does not matter. */
export function withSignaturesOf(file: PaymentFile, more: readonly PartialSignature[]): PaymentFile {
  const sorted = [...file.signatures, ...more].sort(
    (a, b) => compareSignatures(a, b) || Buffer.compare(a.signature, b.signature),
  );
  const signatures = sorted.filter((each, at) => at === 0 || compareSignatures(sorted[at - 1]!, each) !== 0);
  return { ...file, signatures };
}

/** The claims that complete an input; undefined while signatures are missing. */
function completeClaims({ inputs, signatures }: PaymentFile, input: number): Claims | undefined {
  const { tree } = inputs[input]!;
  const own = signatures.filter((each) => each.input === input);
  if (tree === null) return own.length === 1 ? 1 : undefined;
  const leaves = leavesOf(tree)!;
  const isSigned = (claims: Claims) =>
    leaves.every(
      ({ kind }, leaf) =>
        kind !== 'key' ||
        (claims & (1 << leaf)) === 0 ||
        own.some((each) => each.claims === claims && each.leaf === leaf),
    );
  return claimSets(tree)!.find(isSigned);
}

/** Number of inputs whose signatures are missing. */
export function missingInputs(file: PaymentFile): number {
  return file.inputs.filter((_, input) => completeClaims(file, input) === undefined).length;
}

/** The signed transaction, or null while signatures are missing. */
export function completedPayment(file: PaymentFile): Transaction | null {
  const witness: Uint8Array[] = [];
  for (const [input, { tree }] of file.inputs.entries()) {
    const claims = completeClaims(file, input);
    if (claims === undefined) return null;
    const signatureOf = (leaf: number) =>
      file.signatures.find((each) => each.input === input && each.claims === claims && each.leaf === leaf)!
        .signature;
    witness.push(tree === null ? signatureOf(0) : encodePolicy(claimedTree(tree, claims, signatureOf)));
  }
  const { version, validFrom, expires, inputs, outputs } = file.tx;
  return createTransaction({ version, validFrom, expires, inputs, outputs, witness });
}
