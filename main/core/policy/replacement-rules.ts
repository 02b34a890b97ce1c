import { type Verdict, violation } from '../violation.ts';
import { compareFeerates, type Feerate } from './feerate.ts';
import { MAX_REPLACED, REPLACEMENT_INCREMENT } from './policy-limits.ts';

/** A transaction with conflicts in the mempool, and the entries that it would replace. */
export interface Replacement {
  readonly candidate: Feerate;
  /** Entries that spend the same coins. */
  readonly direct: readonly Feerate[];
  /** The conflicts and their descendants. */
  readonly evicted: { readonly count: number; readonly fees: number };
}

/**
 * Every payment can be replaced by one that pays more (BIP 125 without its opt-in). So neither the order of arrival nor
 * a flag decides which one is mined. The pool checks whether the replacement depends on new unconfirmed coins, because
 * only the pool knows them.
 */
export function checkReplacement(replacement: Replacement): Verdict {
  return checkCount(replacement) ?? checkPaysMorePerByte(replacement) ?? checkPaysForBandwidth(replacement);
}

// Without this limit a single transaction could make every node traverse its whole mempool.
function checkCount({ evicted }: Replacement): Verdict {
  const { count } = evicted;
  return count > MAX_REPLACED ? violation('policy-replacement-count', { count, most: MAX_REPLACED }) : null;
}

// A larger transaction with a higher fee can still have a lower fee rate than the one it replaces.
function checkPaysMorePerByte({ candidate, direct }: Replacement): Verdict {
  const better = direct.every((conflict) => compareFeerates(candidate, conflict) > 0);
  return better ? null : violation('policy-replacement-fee', { fee: candidate.fee, size: candidate.size });
}

// The replaced transactions were relayed already. Without this rule a replacement could use bandwidth of the network
// without paying for it.
function checkPaysForBandwidth({ candidate, evicted }: Replacement): Verdict {
  const least = evicted.fees + REPLACEMENT_INCREMENT * candidate.size;
  return candidate.fee >= least ? null : violation('policy-replacement-fee', { fee: candidate.fee, least });
}
