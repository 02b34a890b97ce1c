import { BATCH_SEPARATORS } from '../../../shared/contract/vocabulary.ts';
import type { BatchReport } from '../../../shared/contract/payment.ts';

/** A row of a table of payments as text: the cells, not checked. */
export interface BatchCells {
  /** The line of the text where the row begins, from 1 on. */
  readonly line: number;
  readonly to: string;
  readonly amount: string;
  readonly label: string;
  /** The cells beyond the columns of the table, without empty ones at the end. */
  readonly extra: readonly string[];
}

/** A table as text. */
export interface BatchTable {
  readonly separator: BatchSeparator;
  /** Whether its first row names the columns. */
  readonly hasHeader: boolean;
  readonly rows: readonly BatchCells[];
}

export type BatchSeparator = BatchReport['separator'];

/** Why a text is no table: a quotation mark has no end. */
export interface TableProblem {
  readonly problem: 'batch-quote';
  readonly line: number;
}

/**
 * Reads a pasted table or a CSV file (RFC 4180): cells parted by tabs, semicolons or commas; cells in quotation marks
 * may contain them, and line breaks. Empty rows are left out. A first row that names the columns is used for their order,
 * which is otherwise receiver, amount, label.
 */
export function readTable(text: string): BatchTable | TableProblem {
  const clean = text.replace(/^\ufeff/, '');
  const separator = separatorOf(clean);
  const rows = readRows(clean, separator);
  if ('problem' in rows) return rows;
  const filled = rows.filter(({ cells }) => cells.some((cell) => cell.trim() !== ''));
  const named = columnsOf(filled[0]?.cells ?? []);
  const columns = named ?? { to: 0, amount: 1, label: 2 };
  const width = named === null ? 3 : (filled[0]?.cells.length ?? 0);
  const payments = (named === null ? filled : filled.slice(1)).map(({ line, cells }) => {
    const cell = (index: number | undefined) => (index === undefined ? '' : (cells[index] ?? '').trim());
    const further = cells.slice(width).map((extra) => extra.trim());
    const extra = further.slice(0, further.findLastIndex((text) => text !== '') + 1);
    return { line, to: cell(columns.to), amount: cell(columns.amount), label: cell(columns.label), extra };
  });
  return { separator, hasHeader: named !== null, rows: payments };
}

interface Row {
  readonly line: number;
  readonly cells: string[];
}

/** The first of tab, semicolon and comma that stands outside quotation marks in the first row with any of them. */
function separatorOf(text: string): BatchSeparator {
  for (const line of text.replace(/"(?:[^"]|"")*"/g, '').split(/\r\n|\r|\n/)) {
    const found = BATCH_SEPARATORS.find((separator) => line.includes(separator));
    if (found !== undefined) return found;
  }
  return ',';
}

function readRows(text: string, separator: string): Row[] | TableProblem {
  const rows: Row[] = [];
  let [line, at] = [1, 0];
  while (at < text.length) {
    const row: Row = { line, cells: [] };
    for (let ended = false; !ended;) {
      const cell = readCell(text, at, separator);
      if (cell === null) return { problem: 'batch-quote', line: row.line };
      row.cells.push(cell.text);
      line += countLines(text.slice(at, cell.end));
      at = cell.end;
      ended = text[at] !== separator;
      if (!ended) at++;
    }
    if (text.startsWith('\r\n', at)) at += 2;
    else at += 1;
    line++;
    rows.push(row);
  }
  return rows;
}

const countLines = (text: string): number => (text.match(/\r\n|\r|\n/g) ?? []).length;

/** The cell at a position, and the position after it; null if its quotation mark has no end. */
function readCell(text: string, start: number, separator: string): { text: string; end: number } | null {
  const opening = /[^\S\r\n\t]*"/y;
  opening.lastIndex = start;
  if (!opening.test(text)) return readPlain(text, start, separator);
  let value = '';
  for (let at = opening.lastIndex; ;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return null;
    value += text.slice(at, quote);
    if (text[quote + 1] !== '"') {
      // What follows the closing mark belongs to the cell, as spreadsheets read it.
      const rest = readPlain(text, quote + 1, separator);
      return { text: value + rest.text, end: rest.end };
    }
    value += '"';
    at = quote + 2;
  }
}

/** The text up to the end of the cell; quotation marks have no meaning in it. */
function readPlain(text: string, start: number, separator: string): { text: string; end: number } {
  let end = start;
  while (end < text.length && text[end] !== separator && text[end] !== '\n' && text[end] !== '\r') end++;
  return { text: text.slice(start, end), end };
}

const NAMES: Readonly<Record<string, 'to' | 'amount' | 'label'>> = {
  to: 'to',
  address: 'to',
  receiver: 'to',
  recipient: 'to',
  payee: 'to',
  contact: 'to',
  amount: 'amount',
  value: 'amount',
  kith: 'amount',
  'amount (kith)': 'amount',
  label: 'label',
  note: 'label',
  memo: 'label',
  comment: 'label',
};

/** The columns that a row names; null for a row that is a payment. */
function columnsOf(cells: readonly string[]): Partial<Record<'to' | 'amount' | 'label', number>> | null {
  const columns: Partial<Record<'to' | 'amount' | 'label', number>> = {};
  for (const [index, cell] of cells.entries()) {
    const column = NAMES[cell.trim().toLowerCase()];
    if (column !== undefined) columns[column] ??= index;
  }
  return columns.to !== undefined && columns.amount !== undefined ? columns : null;
}
