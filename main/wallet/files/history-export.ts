import type { HistoryEntry } from '../../../shared/contract/wallet.ts';
import { formatKith } from '../../../shared/units.ts';

export type HistoryFormat = 'csv' | 'json';

/** The columns of the CSV file, in this order. They stay; further ones are added at the end. */
export const CSV_COLUMNS = [
  'time',
  'kind',
  'state',
  'amount',
  'fee',
  'label',
  'addresses',
  'txid',
  'height',
  'confirmations',
  'contact',
] as const;

/** Writes the history of a wallet as text, part by part. */
export interface HistoryWriter {
  begin(): string;
  rows(entries: readonly HistoryEntry[]): string;
  end(): string;
}

/** `contactOf` names the contact that owns one of these addresses; empty for none. */
export function createHistoryWriter(
  format: HistoryFormat,
  contactOf: (addresses: readonly string[]) => string = () => '',
): HistoryWriter {
  return format === 'csv' ? csvWriter(contactOf) : jsonWriter(contactOf);
}

/** RFC 4180: commas, CRLF. Amounts are exact and in KITH, times in UTC. */
function csvWriter(contactOf: (addresses: readonly string[]) => string): HistoryWriter {
  const row = (cells: readonly string[]) => `${cells.join(',')}\r\n`;
  return {
    begin: () => row(CSV_COLUMNS),
    rows: (entries) =>
      entries
        .map((entry) =>
          row([
            isoTime(entry.time),
            entry.kind,
            entry.state,
            formatKith(entry.amount),
            entry.fee === null ? '' : formatKith(entry.fee),
            textCell(entry.label),
            textCell(entry.addresses.join(' ')),
            entry.txid,
            entry.height === null ? '' : String(entry.height),
            String(entry.confirmations),
            textCell(contactOf(entry.addresses)),
          ]),
        )
        .join(''),
    end: () => '',
  };
}

/** A JSON array with one object on each line. Amounts are motes. */
function jsonWriter(contactOf: (addresses: readonly string[]) => string): HistoryWriter {
  let first = true;
  return {
    begin: () => '[',
    rows: (entries) =>
      entries
        .map((entry) => {
          const { time, seenBy: _seenBy, ofPeers: _ofPeers, ...rest } = entry;
          const line = JSON.stringify({ time: isoTime(time), ...rest, contact: contactOf(entry.addresses) });
          const text = `${first ? '' : ','}\n${line}`;
          first = false;
          return text;
        })
        .join(''),
    end: () => '\n]\n',
  };
}

const isoTime = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');

/**
 * A text that a person or a payer wrote, as a cell. A spreadsheet takes a cell that begins with one of these characters
 * for a formula, which can read other cells and open addresses (OWASP, CSV injection): an apostrophe makes it text.
 */
export function textCell(text: string): string {
  const safe = /^\s*[=+\-@\t\r|%]/.test(text) ? `'${text}` : text;
  return /[",\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
