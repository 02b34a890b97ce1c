import type { BatchReport, BatchRow } from '../../shared/contract/payment.ts';

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

/** Longest file that is read, in bytes: 1000 rows with long labels. */
export const MAX_BATCH_FILE = 2_000_000;
