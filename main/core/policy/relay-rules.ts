import type { Height } from '../../../shared/units.ts';
import type { ActiveRules } from '../ledger/spend.ts';
import { LOCK_BURN, LOCK_KEY, LOCK_POLICY, type Lock } from '../primitives/coin.ts';
import { isCoinbase, type Transaction } from '../primitives/transaction.ts';
import { type Verdict, violation } from '../violation.ts';
import { type Feerate, meetsFeerate } from './feerate.ts';
import { DUST, EXPIRY_MARGIN, KNOWN_VERSION } from './policy-limits.ts';

/** The relay policy for a transaction alone. It must have passed checkTransaction. */
export function checkRelayed(tx: Transaction, rules: ActiveRules): Verdict {
  return checkNoCoinbase(tx) ?? checkVersion(tx) ?? checkCreatedLocks(tx, rules) ?? checkDust(tx);
}

/**
 * Checks the heights at which a transaction can be mined, for a chain with its tip at `tip`. `expires` is the lowest
 * expiry of the transaction and its unconfirmed ancestors; 0 for never. At least `margin` blocks must remain until
 * then.
 */
export function checkLifetime(
  validFrom: Height,
  expires: Height,
  tip: Height,
  margin = EXPIRY_MARGIN,
): Verdict {
  if (validFrom > tip + 1) return violation('policy-not-yet-valid', { validFrom, tip });
  const least = tip + margin;
  return expires !== 0 && expires < least ? violation('policy-expires-soon', { expires, least }) : null;
}

/**
 * Refuses to spend coins with a lock type that has no rule yet. Any person can spend them, and relaying such payments
 * would help thieves.
 */
export function checkSpentLocks(coins: readonly Lock[], rules: ActiveRules): Verdict {
  for (const [index, { lockType }] of coins.entries()) {
    if (!isMeaningful(lockType, rules)) return violation('policy-lock', { lockType, input: index });
  }
  return null;
}

/** `floor` in motes per byte. */
export function checkFeerate(paid: Feerate, floor: number): Verdict {
  const { fee, size } = paid;
  return meetsFeerate(paid, floor)
    ? null
    : violation('policy-feerate', { fee, size, floor, least: floor * size });
}

/** Whether a soft fork defines or may define the rule of a lock type: 1 to 254. */
export function isUpgradableLock(lockType: number): boolean {
  return lockType !== LOCK_KEY && lockType !== LOCK_BURN;
}

function isMeaningful(lockType: number, rules: ActiveRules): boolean {
  return !isUpgradableLock(lockType) || (lockType === LOCK_POLICY && rules.policyLock);
}

function checkNoCoinbase(tx: Transaction): Verdict {
  return isCoinbase(tx) ? violation('policy-coinbase') : null;
}

function checkVersion(tx: Transaction): Verdict {
  return tx.version === KNOWN_VERSION ? null : violation('policy-version', { version: tx.version });
}

function checkCreatedLocks(tx: Transaction, rules: ActiveRules): Verdict {
  for (const [index, { lockType }] of tx.outputs.entries()) {
    if (!isMeaningful(lockType, rules)) return violation('policy-lock', { lockType, output: index });
  }
  return null;
}

// Burned outputs never enter the UTXO set, so they have no minimum amount.
function checkDust(tx: Transaction): Verdict {
  for (const [index, { amount, lockType }] of tx.outputs.entries()) {
    if (lockType !== LOCK_BURN && amount < DUST)
      return violation('policy-dust', { output: index, amount, least: DUST });
  }
  return null;
}
