import type { Height } from '../../../shared/units.ts';
import { KNOWN_VERSION } from '../../core/policy/policy-limits.ts';
import type { Output } from '../../core/primitives/coin.ts';
import type { Outpoint } from '../../core/primitives/outpoint.ts';
import {
  createTransaction,
  type Transaction,
  type TransactionFields,
} from '../../core/primitives/transaction.ts';

export interface PaymentFields {
  readonly validFrom: Height;
  readonly expires: Height;
  readonly inputs: readonly Outpoint[];
  readonly outputs: readonly Output[];
  /** Bytes of each witness item. */
  readonly witnessBytes: number;
}

/**
 * An unsigned transaction with zero bytes in place of each witness item, so that its size is final. The txid does not
 * commit to signatures.
 */
export function createUnsigned({ witnessBytes, ...fields }: PaymentFields): Transaction {
  const witness = fields.inputs.map(() => new Uint8Array(witnessBytes));
  return createTransaction({ ...fields, version: KNOWN_VERSION, witness });
}

/** The payment with one 64-byte signature per input, in the order of the inputs. */
export function withSignatures(unsigned: Transaction, signatures: readonly Uint8Array[]): Transaction {
  const { version, validFrom, expires, inputs, outputs }: TransactionFields = unsigned;
  return createTransaction({ version, validFrom, expires, inputs, outputs, witness: signatures });
}
