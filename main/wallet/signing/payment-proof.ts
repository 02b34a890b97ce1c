/** Proofs that a person made a payment: docs/formats/payment-proof.md. */
import * as z from 'zod';
import { cleanLabel, MAX_LABEL } from '../../../shared/labels.ts';
import { isMotes, type Motes } from '../../../shared/units.ts';
import { equalBytes } from '../../core/codec/bytes.ts';
import { toHex } from '../../core/codec/hex.ts';
import { verifyReference } from '../../core/crypto/ed25519.ts';
import { encodeAddress } from '../../core/primitives/address.ts';
import type { Lock, Output } from '../../core/primitives/coin.ts';
import { MAX_TRANSACTION_BYTES } from '../../core/primitives/limits.ts';
import { decodeTransaction, sighash, type Transaction } from '../../core/primitives/transaction.ts';
import { isViolation } from '../../core/violation.ts';
import type { Clock } from '../../lib/clock.ts';
import { KithError } from '../../lib/errors.ts';
import { checkedSchema, checkLine, jsonOf } from '../files/checked-text.ts';
import { hexField, networkField } from '../files/file-fields.ts';
import type { WalletNetwork } from '../ledger/ports.ts';
import { readAddress } from '../payments/receivers.ts';
import { verifyMessage } from './signed-message.ts';

/** A coin that the payment spent, and the signature of its key over the statement. */
export interface ProvenInput {
  readonly spent: Output;
  readonly signature: Uint8Array;
}

export interface PaymentProof {
  readonly tx: Transaction;
  readonly receiver: Lock;
  readonly challenge: string;
  /** The block with the payment when the proof was made; null if it was in none. */
  readonly block: { readonly id: string; readonly height: number } | null;
  /** In the order of the inputs of the transaction. */
  readonly inputs: readonly ProvenInput[];
}

type ProofNetwork = Pick<WalletNetwork, 'id' | 'idHex' | 'hrp'>;

export const PROOF_SCHEMA = 1;
/** Maximum length of a proof in characters: a transaction of the maximum size and what is said of its inputs. */
export const MAX_PROOF = 600_000;
const MAGIC = 'kithproof';
/** A transaction of the maximum size has fewer inputs. */
const MAX_INPUTS = 1100;
/** Number of signatures that are verified before the event loop runs: a few milliseconds. */
const CHECKS_PER_TURN = 4;

/** The text that every key signs. Its last line is the challenge, so that no two statements have the same text. */
export function proofStatement(
  hrp: string,
  { tx, receiver, challenge }: Omit<PaymentProof, 'inputs' | 'block'>,
): string {
  return [`Kith payment proof ${PROOF_SCHEMA}`, tx.txidHex, encodeAddress(hrp, receiver), challenge].join(
    '\n',
  );
}

export function encodeProof({ idHex, hrp }: ProofNetwork, proof: PaymentProof): string {
  const body = JSON.stringify({
    network: idHex,
    transaction: toHex(proof.tx.bytes),
    receiver: encodeAddress(hrp, proof.receiver),
    challenge: proof.challenge,
    block: proof.block,
    inputs: proof.inputs.map(({ spent, signature }) => ({
      address: encodeAddress(hrp, spent),
      amount: spent.amount,
      signature: toHex(signature),
    })),
  });
  return `${checkLine(MAGIC, PROOF_SCHEMA, Buffer.from(body))}\n${body}\n`;
}

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const address = z.string().regex(/^[0-9a-z]{1,160}$/);

const bodySchema = z.strictObject({
  network: networkField,
  transaction: hexField(1, MAX_TRANSACTION_BYTES),
  receiver: address,
  challenge: z
    .string()
    .min(1)
    .max(MAX_LABEL)
    .refine((text) => cleanLabel(text) === text),
  block: z.strictObject({ id: hash, height: z.int().min(0).max(0xffff_ffff) }).nullable(),
  inputs: z
    .array(
      z.strictObject({
        address,
        amount: z.int().refine((amount): amount is Motes => isMotes(amount)),
        signature: hexField(64, 64),
      }),
    )
    .min(1)
    .max(MAX_INPUTS),
});

/**
 * Reads a pasted proof. Checks its form only, no signature.
 * @throws {KithError} `proof-malformed`, `proof-damaged`, `proof-newer`, `proof-other-network`, `address-…`
 */
export function decodeProof({ idHex, hrp }: ProofNetwork, text: string): PaymentProof {
  const [first = '', body = '', ...rest] = text
    .slice(0, MAX_PROOF + 1)
    .trim()
    .split(/\r?\n/);
  if (text.length > MAX_PROOF || rest.length > 0) throw new KithError('proof-malformed');
  const schema = checkedSchema([MAGIC, PROOF_SCHEMA], first.trim(), Buffer.from(body));
  if (typeof schema === 'string')
    throw new KithError(schema === 'foreign' ? 'proof-malformed' : `proof-${schema}`);
  const fields = bodySchema.safeParse(jsonOf(body)).data;
  if (fields === undefined) throw new KithError('proof-malformed');
  if (fields.network !== idHex) throw new KithError('proof-other-network');
  const tx = decodeTransaction(fields.transaction);
  if (isViolation(tx) || tx.inputs.length !== fields.inputs.length) throw new KithError('proof-malformed');
  return {
    tx,
    receiver: readAddress(hrp, fields.receiver),
    challenge: fields.challenge,
    block: fields.block,
    inputs: fields.inputs.map(({ address, amount, signature }) => ({
      spent: { ...readAddress(hrp, address), amount },
      signature,
    })),
  };
}

/** What the receiver gets in the payment, in motes. */
export function paidTo(tx: Transaction, { lockType, lock }: Lock): number {
  return tx.outputs
    .filter((output) => output.lockType === lockType && equalBytes(output.lock, lock))
    .reduce((sum, { amount }) => sum + amount, 0);
}

/**
 * Checks that the payment pays the receiver, and that the key of each coin that the proof names has signed the payment and
 * the statement. These are the coins of the payment only if the chain or the mempool has it with the same signatures
 * (main/api/verify-proof.ts): the txid does not cover them, but they cover the amounts and locks of the coins.
 * @throws {KithError} `proof-invalid`
 */
export async function checkProof(
  { id, hrp }: ProofNetwork,
  proof: PaymentProof,
  clock: Pick<Clock, 'soon'>,
): Promise<void> {
  const { tx, inputs } = proof;
  const statement = proofStatement(hrp, proof);
  const message = sighash(
    id,
    tx,
    inputs.map(({ spent }) => spent),
  );
  let valid = paidTo(tx, proof.receiver) > 0 && tx.witness.length === inputs.length;
  for (let i = 0; i < inputs.length && valid; i++) {
    if (i % CHECKS_PER_TURN === CHECKS_PER_TURN - 1) await clock.soon();
    const { spent, signature } = inputs[i]!;
    valid =
      verifyReference(spent.lock, tx.witness[i]!, message) &&
      verifyMessage(id, spent.lock, statement, signature);
  }
  if (!valid) throw new KithError('proof-invalid');
}
