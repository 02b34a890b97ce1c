import type { BatchRow } from '../../shared/contract/wallet.ts';

/** The cells of a row, as text. */
export type BatchCells = BatchRow['cells'];

/** A table of payments as text: semicolons between the cells, quotation marks where a cell needs them. */
export function batchText(rows: readonly BatchCells[]): string {
  return rows.map(({ to, amount, label }) => [to, amount, label].map(quoted).join(';')).join('\n');
}

const quoted = (cell: string): string => (/[;"\r\n\t]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** Longest file that is read, in bytes: 1000 rows with long labels. */
export const MAX_BATCH_FILE = 2_000_000;
