/** The file of an unsigned or partly signed payment, as bytes: docs/formats/unsigned-payment.md. */
import { cleanLabel, MAX_LABEL } from '../../../shared/labels.ts';
import { isMotes, type Motes } from '../../../shared/units.ts';
import { equalBytes } from '../../core/codec/bytes.ts';
import type { Reader } from '../../core/codec/reader.ts';
import type { Writer } from '../../core/codec/writer.ts';
import type { Hash } from '../../core/crypto/hash.ts';
import { decodePolicy, encodePolicy, policyHash, type PolicyNode } from '../../core/ledger/policy-tree.ts';
import { type Lock, LOCK_KEY, LOCK_POLICY } from '../../core/primitives/coin.ts';
import {
  KEY_BYTES,
  MAX_LOCK_BYTES,
  MAX_TRANSACTION_BYTES,
  SIGNATURE_BYTES,
} from '../../core/primitives/limits.ts';
import { outpointKey } from '../../core/primitives/outpoint.ts';
import { decodeTransaction, type Transaction } from '../../core/primitives/transaction.ts';
import { isViolation } from '../../core/violation.ts';
import { beginChecked, endChecked, readChecked } from '../../storage/checked-binary.ts';
import type { KeyPath } from '../keys/key-path.ts';
import { type Claims, claimSets, leavesOf } from '../keys/policy-claims.ts';

/** A coin that the payment spends. The signature hash covers amount and lock; the key path is a hint. */
export interface PaymentInput extends Lock {
  readonly amount: Motes;
  /** The tree of a policy lock, without claims; null for a key. */
  readonly tree: PolicyNode | null;
  /** Where the wallet that prepared the payment has the key; null if it does not know. */
  readonly keyPath: KeyPath | null;
}

/** A signature of one key for one input. */
export interface PartialSignature {
  readonly input: number;
  /** The leaves that the completed input will claim; 1 for a key lock. */
  readonly claims: Claims;
  /** The leaf with the key; 0 for a key lock. */
  readonly leaf: number;
  readonly signature: Uint8Array;
}

/** A payment with everything that a signer needs to check and show it without a node. */
export interface PaymentFile {
  readonly network: Hash;
  /** Without witness items. */
  readonly tx: Transaction;
  readonly inputs: readonly PaymentInput[];
  /** For each output the key path of change; null for what is paid. A hint, as for inputs. */
  readonly change: readonly (KeyPath | null)[];
  /** For the people who sign; cleaned, at most 200 characters. */
  readonly note: string;
  /** Ascending by input, claims and leaf; no two are equal in these. */
  readonly signatures: readonly PartialSignature[];
}

export type PaymentFileProblem = 'payment-file-malformed' | 'payment-file-newer';

/** Maximum size in bytes. A payment of 900 inputs that three people have signed fits. */
export const MAX_PAYMENT_FILE_BYTES = 1_000_000;

const FORMAT = { magic: Buffer.from('KITHPAY'), format: 1, mostBytes: MAX_PAYMENT_FILE_BYTES };
const MAX_NOTE_BYTES = 800;

/** The bytes of a payment file. The same payment with the same signatures always has the same bytes. */
export function encodePaymentFile(file: PaymentFile): Uint8Array {
  const writer = beginChecked(FORMAT, 2048).bytes(file.network).varbytes(file.tx.bytes);
  for (const input of file.inputs) {
    writer.u64(input.amount).u8(input.lockType).varbytes(input.lock);
    writer.varbytes(input.tree === null ? new Uint8Array(0) : encodePolicy(input.tree));
    writePath(writer, input.keyPath);
  }
  for (const path of file.change) writePath(writer, path);
  writer.varbytes(Buffer.from(file.note));
  writer.varuint(file.signatures.length);
  for (const { input, claims, leaf, signature } of file.signatures)
    writer.varuint(input).varuint(claims).u8(leaf).bytes(signature);
  return endChecked(writer);
}

/** Reads a payment file. Never throws; checks the size first, then magic, checksum and the rest. */
export function decodePaymentFile(bytes: Uint8Array): PaymentFile | PaymentFileProblem {
  const reader = readChecked(FORMAT, bytes);
  if (typeof reader === 'string') return `payment-file-${reader}`;
  const file = readBody(reader);
  return file === null || reader.finish() !== null ? 'payment-file-malformed' : file;
}

export const isPaymentFileProblem = (value: PaymentFile | PaymentFileProblem): value is PaymentFileProblem =>
  typeof value === 'string';

function readBody(reader: Reader): PaymentFile | null {
  const network = reader.bytes(32);
  const tx = readUnsigned(reader);
  if (tx === null) return null;
  const inputs: PaymentInput[] = [];
  for (let i = 0; i < tx.inputs.length && reader.failed === null; i++) {
    const input = readInput(reader);
    if (input === null) return null;
    inputs.push(input);
  }
  const change: (KeyPath | null)[] = [];
  for (let i = 0; i < tx.outputs.length && reader.failed === null; i++) change.push(readPath(reader));
  const note = Buffer.from(reader.varbytes(MAX_NOTE_BYTES));
  const text = note.toString('utf8');
  // A note in another form could look different from what is compared.
  if (!Buffer.from(text).equals(note) || text !== cleanLabel(text) || text.length > MAX_LABEL) return null;
  const signatures = readSignatures(reader, inputs);
  if (signatures === null || reader.failed !== null || !paysItsFee(tx, inputs)) return null;
  return { network, tx, inputs, change, note: text, signatures };
}

function readUnsigned(reader: Reader): Transaction | null {
  const tx = decodeTransaction(reader.varbytes(MAX_TRANSACTION_BYTES));
  if (reader.failed !== null || isViolation(tx)) return null;
  const { inputs, outputs, witness } = tx;
  if (inputs.length === 0 || outputs.length === 0 || witness.length > 0) return null;
  const isDistinct = new Set(inputs.map(outpointKey)).size === inputs.length;
  const areValid = outputs.every(
    ({ amount, lock }) => amount > 0 && isMotes(amount) && lock.length <= MAX_LOCK_BYTES,
  );
  return isDistinct && areValid ? tx : null;
}

function readInput(reader: Reader): PaymentInput | null {
  const amount = reader.u64();
  const lockType = reader.u8();
  const lock = reader.varbytes(MAX_LOCK_BYTES);
  const encoded = reader.varbytes(8192);
  const keyPath = readPath(reader);
  if (reader.failed !== null || !isMotes(amount) || amount === 0 || lock.length !== KEY_BYTES) return null;
  if (lockType === LOCK_KEY)
    return encoded.length > 0 ? null : { amount, lockType, lock, tree: null, keyPath };
  const tree = lockType === LOCK_POLICY ? decodePolicy(encoded) : null;
  if (tree === null || leavesOf(tree) === null || claimSets(tree) === null) return null;
  return equalBytes(policyHash(tree), lock) ? { amount, lockType, lock, tree, keyPath } : null;
}

function readSignatures(reader: Reader, inputs: readonly PaymentInput[]): PartialSignature[] | null {
  const signatures: PartialSignature[] = [];
  for (let left = reader.count(3 + SIGNATURE_BYTES); left > 0 && reader.failed === null; left--) {
    const [input, claims, leaf] = [reader.varuint(), reader.varuint(), reader.u8()];
    const signature = { input, claims, leaf, signature: reader.bytes(SIGNATURE_BYTES) };
    const before = signatures.at(-1);
    if (before !== undefined && compareSignatures(before, signature) >= 0) return null;
    if (reader.failed === null && !isExpected(inputs[input], signature)) return null;
    signatures.push(signature);
  }
  return signatures;
}

/** Whether an input can need such a signature: its leaf is a key, and the claims satisfy the tree. */
function isExpected(input: PaymentInput | undefined, { claims, leaf }: PartialSignature): boolean {
  if (input === undefined) return false;
  if (input.tree === null) return claims === 1 && leaf === 0;
  const isClaimed = leaf < 16 && (claims & (1 << leaf)) !== 0;
  return isClaimed && leavesOf(input.tree)![leaf]?.kind === 'key' && claimSets(input.tree)!.includes(claims);
}

/** The order of signatures in a file. 0 for signatures of the same key for the same claims of the same input. */
export function compareSignatures(a: PartialSignature, b: PartialSignature): number {
  return a.input - b.input || a.claims - b.claims || a.leaf - b.leaf;
}

function paysItsFee(tx: Transaction, inputs: readonly PaymentInput[]): boolean {
  const [spent, paid] = [inputs, tx.outputs].map((each) => each.reduce((sum, { amount }) => sum + amount, 0));
  return isMotes(spent!) && spent >= paid!;
}

function writePath(writer: Writer, path: KeyPath | null): void {
  if (path === null) writer.u8(0);
  else writer.u8(1 + path.chain).varuint(path.index);
}

function readPath(reader: Reader): KeyPath | null {
  const tag = reader.u8();
  if (tag === 0) return null;
  if (tag > 2) reader.fail('codec-order');
  return { chain: tag === 1 ? 0 : 1, index: reader.varuint() };
}
