import type { Height } from '../../../shared/units.ts';
import { EXPIRY_MARGIN, MAX_ANCESTORS, MAX_DESCENDANTS } from '../../core/policy/policy-limits.ts';
import type { UnconfirmedRecord } from './wallet-records.ts';
import type { Ledger } from './wallet-ledger.ts';
import { parentsOf, type PaymentState } from './payment-state.ts';

/** Number of blocks that may arrive while the user reviews a payment. */
const REVIEW_BLOCKS = 5;

/**
 * The own unconfirmed payments whose outputs one new payment may spend together: with their ancestors they stay within
 * the limits of the mempool (`MAX_ANCESTORS`, `MAX_DESCENDANTS`, `EXPIRY_MARGIN`). Those with the greatest `worth` are
 * chosen first, so that little value has to wait for a block. At most 25 steps per payment.
 */
export function relayableParents(
  ledger: Ledger,
  states: ReadonlyMap<string, PaymentState>,
  candidates: readonly { readonly record: UnconfirmedRecord; readonly worth: number }[],
): ReadonlySet<UnconfirmedRecord> {
  const chosen = new Set<UnconfirmedRecord>();
  if (candidates.length === 0) return chosen;
  const descendants = countDescendants(ledger, states);
  const ancestors = new Set<UnconfirmedRecord>();
  for (const { record } of candidates.toSorted((a, b) => b.worth - a.worth)) {
    const together = new Set([...ancestors, ...withAncestors(record, ledger)]);
    // Both limits count the new payment itself.
    const fits = together.size < MAX_ANCESTORS;
    if (!fits || [...together].some((each) => hasReachedLimit(each, ledger.syncedTo.height, descendants)))
      continue;
    chosen.add(record);
    for (const each of together) ancestors.add(each);
  }
  return chosen;
}

function hasReachedLimit(
  record: UnconfirmedRecord,
  tip: Height,
  descendants: ReadonlyMap<UnconfirmedRecord, number>,
): boolean {
  const { expires } = record.tx;
  const expiresSoon = expires !== 0 && expires < tip + EXPIRY_MARGIN + REVIEW_BLOCKS;
  return expiresSoon || (descendants.get(record) ?? 0) >= MAX_DESCENDANTS;
}

/** Number of unconfirmed descendants of each transaction in the wallet, including itself. */
function countDescendants(
  ledger: Ledger,
  states: ReadonlyMap<string, PaymentState>,
): Map<UnconfirmedRecord, number> {
  const counts = new Map<UnconfirmedRecord, number>();
  for (const record of ledger.unconfirmed.values()) {
    if (states.get(record.tx.txidHex) !== 'live') continue;
    for (const each of withAncestors(record, ledger)) counts.set(each, (counts.get(each) ?? 0) + 1);
  }
  return counts;
}

/** A transaction and its unconfirmed ancestors; stops once the ancestor limit is reached. */
function withAncestors(record: UnconfirmedRecord, ledger: Ledger): Set<UnconfirmedRecord> {
  const found = new Set([record]);
  for (const each of found) {
    if (found.size >= MAX_ANCESTORS) break;
    for (const parent of parentsOf(each, ledger)) found.add(parent);
  }
  return found;
}
