import { type Height, MAX_MOTES } from '../../../shared/units.ts';
import { LOCK_KEY } from '../primitives/coin.ts';
import { KEY_BYTES, MAX_LOCK_BYTES, MAX_TRANSACTION_BYTES } from '../primitives/limits.ts';
import { coinKey } from '../primitives/coin-key.ts';
import type { Transaction } from '../primitives/transaction.ts';
import { type Verdict, violation } from '../violation.ts';

/**
 * Checks every rule of a transaction, coinbase or not, that needs no coin and no chain (protocol.md §4). Which
 * transaction may be a coinbase is a rule of the block.
 */
export function checkTransaction(tx: Transaction): Verdict {
  return (
    checkSize(tx) ??
    checkHasOutputs(tx) ??
    checkAmounts(tx) ??
    checkLocks(tx) ??
    checkDistinctInputs(tx) ??
    checkValidityRange(tx) ??
    checkWitnessCount(tx)
  );
}

/** Checks `validFrom` and `expires` against the height of the block that contains the transaction. */
export function checkMinableAt(tx: Transaction, height: Height): Verdict {
  if (tx.validFrom > height) return violation('tx-not-yet-valid', { validFrom: tx.validFrom, height });
  if (tx.expires !== 0 && tx.expires < height)
    return violation('tx-expired', { expires: tx.expires, height });
  return null;
}

function checkSize(tx: Transaction): Verdict {
  const size = tx.bytes.length;
  return size > MAX_TRANSACTION_BYTES ? violation('tx-too-large', { size }) : null;
}

// A coinbase may claim nothing: after the end of the subsidy, a block without fees must still be possible.
function checkHasOutputs(tx: Transaction): Verdict {
  return tx.outputs.length === 0 && tx.inputs.length > 0 ? violation('tx-no-outputs') : null;
}

// Checks each amount and the sum: a sum that wraps would mint money (CVE-2010-5139).
function checkAmounts(tx: Transaction): Verdict {
  let sum = 0;
  for (let index = 0; index < tx.outputs.length; index++) {
    const { amount } = tx.outputs[index]!;
    if (amount < 1 || amount > MAX_MOTES) return violation('tx-amount', { index, amount });
    sum += amount;
    if (sum > MAX_MOTES) return violation('tx-output-sum', { index });
  }
  return null;
}

function checkLocks(tx: Transaction): Verdict {
  for (let index = 0; index < tx.outputs.length; index++) {
    const { lockType, lock } = tx.outputs[index]!;
    if (lock.length > MAX_LOCK_BYTES) return violation('tx-lock-size', { index, size: lock.length });
    if (lockType === LOCK_KEY && lock.length !== KEY_BYTES)
      return violation('tx-key-size', { index, size: lock.length });
  }
  return null;
}

// Without this rule a transaction that spends one coin twice would mint money (CVE-2018-17144).
function checkDistinctInputs(tx: Transaction): Verdict {
  if (tx.inputs.length < 2) return null;
  const seen = new Set<string>();
  for (const [index, input] of tx.inputs.entries()) {
    const key = coinKey(input);
    if (seen.has(key)) return violation('tx-duplicate-input', { index });
    seen.add(key);
  }
  return null;
}

function checkValidityRange(tx: Transaction): Verdict {
  const { validFrom, expires } = tx;
  return expires !== 0 && validFrom > expires ? violation('tx-validity', { validFrom, expires }) : null;
}

function checkWitnessCount(tx: Transaction): Verdict {
  const expected = tx.inputs.length === 0 ? 1 : tx.inputs.length;
  const count = tx.witness.length;
  return count === expected ? null : violation('tx-witness-count', { count, expected });
}
