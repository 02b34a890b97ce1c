import type { Height } from '../../shared/units.ts';
import { EXPIRY_MARGIN, MAX_ANCESTORS, MAX_DESCENDANTS } from '../core/policy/policy-limits.ts';
import type { UnminedRecord } from './wallet-records.ts';
import type { Ledger } from './wallet-ledger.ts';
import { parentsOf, type PaymentState } from './payment-state.ts';

/** Number of blocks that may arrive while the user reviews a payment. */
const DECIDING_BLOCKS = 5;

/**
 * The own unconfirmed payments whose outputs one new payment may spend together: with their ancestors they stay within
 * the limits of the mempool (`MAX_ANCESTORS`, `MAX_DESCENDANTS`, `EXPIRY_MARGIN`). Those with the greatest `worth` are
 * chosen first, so that little value has to wait for a block. At most 25 steps per payment.
 */
export function relayableParents(
  ledger: Ledger,
  states: ReadonlyMap<string, PaymentState>,
  candidates: readonly { readonly record: UnminedRecord; readonly worth: number }[],
): ReadonlySet<UnminedRecord> {
  const chosen = new Set<UnminedRecord>();
  if (candidates.length === 0) return chosen;
  const descendants = countDescendants(ledger, states);
  const ancestors = new Set<UnminedRecord>();
  for (const { record } of candidates.toSorted((a, b) => b.worth - a.worth)) {
    const joint = new Set([...ancestors, ...withAncestors(record, ledger)]);
    // Both limits count the new payment itself.
    const fits = joint.size < MAX_ANCESTORS;
    if (!fits || [...joint].some((each) => isFull(each, ledger.asOf.height, descendants))) continue;
    chosen.add(record);
    for (const each of joint) ancestors.add(each);
  }
  return chosen;
}

function isFull(
  record: UnminedRecord,
  tip: Height,
  descendants: ReadonlyMap<UnminedRecord, number>,
): boolean {
  const { expires } = record.tx;
  const endsSoon = expires !== 0 && expires < tip + EXPIRY_MARGIN + DECIDING_BLOCKS;
  return endsSoon || (descendants.get(record) ?? 0) >= MAX_DESCENDANTS;
}

/** Number of unconfirmed descendants of each transaction in the wallet, including itself. */
function countDescendants(
  ledger: Ledger,
  states: ReadonlyMap<string, PaymentState>,
): Map<UnminedRecord, number> {
  const counts = new Map<UnminedRecord, number>();
  for (const record of ledger.unmined.values()) {
    if (states.get(record.tx.txidHex) !== 'live') continue;
    for (const each of withAncestors(record, ledger)) counts.set(each, (counts.get(each) ?? 0) + 1);
  }
  return counts;
}

/** A transaction and its unconfirmed ancestors; stops once the ancestor limit is reached. */
function withAncestors(record: UnminedRecord, ledger: Ledger): Set<UnminedRecord> {
  const line = new Set([record]);
  for (const each of line) {
    if (line.size >= MAX_ANCESTORS) break;
    for (const parent of parentsOf(each, ledger)) line.add(parent);
  }
  return line;
}
