import type { Height } from '../../shared/units.ts';
import { EXPIRY_MARGIN, MAX_ANCESTORS, MAX_DESCENDANTS } from '../core/policy/policy-limits.ts';
import type { UnminedRecord } from './wallet-records.ts';
import type { Book } from './wallet-ledger.ts';
import { parentsOf, type Standing } from './payment-state.ts';

/** Blocks that may come while a person reviews a payment. */
const DECIDING_BLOCKS = 5;

/**
 * Of own payments in no block, those whose outputs one further payment may spend all at once: together with their
 * ancestors they stay within what the mempool takes (`MAX_ANCESTORS`, `MAX_DESCENDANTS`, `EXPIRY_MARGIN`). Those with
 * the greatest `worth` come first, so that the rest, which waits for a block, is small. At most 25 steps a payment.
 */
export function relayableParents(
  book: Book,
  standing: ReadonlyMap<string, Standing>,
  candidates: readonly { readonly record: UnminedRecord; readonly worth: number }[],
): ReadonlySet<UnminedRecord> {
  const chosen = new Set<UnminedRecord>();
  if (candidates.length === 0) return chosen;
  const descendants = countDescendants(book, standing);
  const ancestors = new Set<UnminedRecord>();
  for (const { record } of candidates.toSorted((a, b) => b.worth - a.worth)) {
    const joint = new Set([...ancestors, ...withAncestors(record, book)]);
    // The new payment itself is counted by both limits.
    const fits = joint.size < MAX_ANCESTORS;
    if (!fits || [...joint].some((each) => isFull(each, book.asOf.height, descendants))) continue;
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

/** How many live transactions of the wallet build on each one, itself included. */
function countDescendants(book: Book, standing: ReadonlyMap<string, Standing>): Map<UnminedRecord, number> {
  const counts = new Map<UnminedRecord, number>();
  for (const record of book.unmined.values()) {
    if (standing.get(record.tx.txidHex) !== 'live') continue;
    for (const each of withAncestors(record, book)) counts.set(each, (counts.get(each) ?? 0) + 1);
  }
  return counts;
}

/** A transaction and those in no block that it builds on; not more than are enough to know that they are too many. */
function withAncestors(record: UnminedRecord, book: Book): Set<UnminedRecord> {
  const line = new Set([record]);
  for (const each of line) {
    if (line.size >= MAX_ANCESTORS) break;
    for (const parent of parentsOf(each, book)) line.add(parent);
  }
  return line;
}
