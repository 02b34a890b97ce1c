import { restyled } from '../../shared/amount-style.ts';
import type { BatchReport, BatchRow } from '../../shared/contract/payment.ts';
import { decimalMark } from './decimal-mark.svelte.ts';

/** The cells of a row, as text. */
export type BatchCells = BatchRow['cells'];

/**
 * A table of payments as text, which is read as before: the same separator, a header if it had one, all cells of every
 * row, and quotation marks where a cell needs them. A row that could not be paid must not become a payment because
 * another one was edited.
 */
export function batchText(
  { separator, hasHeader }: Pick<BatchReport, 'separator' | 'hasHeader'>,
  rows: readonly BatchCells[],
): string {
  const payments = rows.map(({ to, amount, label, extra }) => [to, amount, label, ...extra].map(quoted));
  const lines = hasHeader ? [['address', 'amount', 'label'], ...payments] : payments;
  return lines.map((cells) => cells.join(separator)).join('\n');
}

const quoted = (cell: string): string =>
  /[,;"\r\n\t]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;

/** What the node says about a row, with the decimal mark of the page. Amounts stay in KITH, as the table has them. */
export const rowWords = (sentence: string): string =>
  restyled(sentence, { mark: decimalMark.value, unit: 'KITH' });

/** The amount in a cell that could not be read. A number is one of KITH, also where the page has motes. */
export const cellAmount = (cell: string): string => (/^\d[\d.,\s]*$/.test(cell) ? `${cell} KITH` : cell);

/** Longest file that is read, in bytes: 1000 rows with long labels. */
export const MAX_BATCH_FILE = 2_000_000;
