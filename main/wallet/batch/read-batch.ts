import type { BatchReport, BatchRow } from '../../../shared/contract/payment.ts';
import type { Notice } from '../../../shared/contract/fields.ts';
import { sentenceFor } from '../../../shared/errors.ts';
import { cleanLabel, MAX_LABEL } from '../../../shared/labels.ts';
import { isMotes, type Motes } from '../../../shared/units.ts';
import { DUST } from '../../core/policy/policy-limits.ts';
import type { Lock } from '../../core/primitives/coin.ts';
import { codeOf, KithError } from '../../lib/errors.ts';
import { type BatchAmountProblem, readAmounts } from './batch-amounts.ts';
import { type BatchCells, readTable } from './batch-table.ts';
import { isLinkProblem, parseTarget } from '../../../shared/payment-link.ts';
import { encodeAddress } from '../../core/primitives/address.ts';
import { isContactName } from '../contacts/contact-names.ts';
import { readAddress } from '../payments/receivers.ts';

/** Most receivers of one payment. */
export const MAX_RECEIVERS = 1000;

export interface BatchContext {
  readonly hrp: string;
  /** Whether a lock belongs to a wallet of this node. */
  readonly isOwn: (lock: Lock) => boolean;
  /** The address of a contact by its name; undefined if there is no such contact. */
  readonly contactAddress: (name: string) => string | undefined;
}

/**
 * Reads a table of payments and reports each row: the payment, or what is wrong with it. Nothing can be paid before
 * every row is right.
 * @throws {KithError} `batch-empty`, `batch-too-many`, `batch-quote`
 */
export function readBatch(context: BatchContext, text: string): BatchReport {
  const table = readTable(text);
  if ('problem' in table) throw new KithError(table.problem, undefined, { data: { line: table.line } });
  const { separator, hasHeader } = table;
  const count = table.rows.length;
  if (count === 0) throw new KithError('batch-empty');
  if (count > MAX_RECEIVERS)
    throw new KithError('batch-too-many', undefined, { data: { most: MAX_RECEIVERS, count } });
  const amounts = readAmounts(table.rows.map(({ amount }) => amount));
  const isUnsure = separator === ',' && !hasHeader ? mayHoldDecimals : () => false;
  const firstLines = new Map<string, number>();
  const rows = table.rows.map((cells, i) => {
    const row = isUnsure(cells) ? refused(cells, 'batch-label-number') : readRow(context, cells, amounts[i]!);
    if (row.address === null) return row;
    const first = firstLines.get(row.address);
    if (first === undefined) firstLines.set(row.address, cells.line);
    return first === undefined
      ? row
      : { ...row, notes: [...row.notes, noticeOf('batch-duplicate', { line: first })] };
  });
  const total = rows.reduce((sum, { amount }) => sum + (amount ?? 0), 0);
  if (!isMotes(total)) throw new KithError('wallet-amount', undefined, { data: { amount: total } });
  const wrong = rows.filter(({ problem }) => problem !== null).length;
  return { rows, wrong, total, separator, hasHeader };
}

function readRow(context: BatchContext, cells: BatchCells, typed: Motes | BatchAmountProblem): BatchRow {
  const refuse = (code: string, data?: object) => refused(cells, code, data);
  if (cells.extra.length > 0) return refuse('batch-columns');
  try {
    const target = readTarget(context, cells.to);
    const amount = amountOf(cells.amount, typed, target.amount);
    const label = cleanLabel(cells.label === '' ? (target.label ?? '') : cells.label);
    if (label.length > MAX_LABEL) return refuse('wallet-label');
    const notes = context.isOwn(target.lock) ? [noticeOf('batch-own')] : [];
    const address = encodeAddress(context.hrp, target.lock);
    return { ...rawOf(cells), address, amount, label, problem: null, notes };
  } catch (error) {
    if (!(error instanceof KithError)) throw error;
    return refuse(codeOf(error) ?? 'internal', error.data);
  }
}

const rawOf = ({ line, ...cells }: BatchCells) => ({ line, cells: { ...cells, extra: [...cells.extra] } });

const refused = (cells: BatchCells, code: string, data?: object): BatchRow => ({
  ...rawOf(cells),
  address: null,
  amount: null,
  label: '',
  problem: noticeOf(code, data),
  notes: [],
});

/** Whether a comma may have parted an amount, such as "1,5", so that the label would be its decimals. */
function mayHoldDecimals({ amount, label }: BatchCells): boolean {
  if (!/^\d+$/.test(amount.replace(/[\s.]/g, '')) || !/^\d/.test(label)) return false;
  const together = readAmounts([`${amount},${label}`])[0]!;
  return together === 'ambiguous' || typeof together === 'number';
}

interface Target {
  readonly lock: Lock;
  readonly amount?: Motes;
  readonly label?: string;
}

/** The receiver in a cell: an address, a payment link, or the name of a contact. */
function readTarget({ hrp, contactAddress }: BatchContext, text: string): Target {
  if (text === '') throw new KithError('batch-no-receiver');
  // A name cannot be an address, but the file of the contacts may come from another program.
  const contact = isContactName(text, hrp) ? contactAddress(cleanLabel(text)) : undefined;
  if (contact !== undefined) return { lock: readAddress(hrp, contact, true), label: cleanLabel(text) };
  const link = parseTarget(text);
  if (isLinkProblem(link)) throw new KithError(link.problem);
  return { ...link, lock: readAddress(hrp, link.address, true) };
}

function amountOf(text: string, typed: Motes | BatchAmountProblem, asked: Motes | undefined): Motes {
  if (text === '' && asked !== undefined) return checkDust(asked);
  if (typed === 'ambiguous') throw new KithError('batch-amount-ambiguous');
  if (typeof typed === 'string') throw new KithError('batch-amount');
  if (asked !== undefined && asked !== typed)
    throw new KithError('batch-amount-differs', undefined, { data: { asked } });
  return checkDust(typed);
}

function checkDust(amount: Motes): Motes {
  if (amount < DUST) throw new KithError('wallet-dust', undefined, { data: { least: DUST, amount } });
  return amount;
}

const noticeOf = (code: string, data?: object): Notice => ({ code, message: sentenceFor(code, data) });
