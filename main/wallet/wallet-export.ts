import type { ExportPart, LabelReport } from '../../shared/contract/export.ts';
import { KithError } from '../lib/errors.ts';
import { createHistoryWriter, type HistoryFormat } from './files/history-export.ts';
import type { WalletContacts } from './ledger/ports.ts';
import { MAX_REPORTED, readLabels, writeLabels } from './files/label-file.ts';
import type { RunningWallets } from './running-wallets.ts';
import type { WalletQueries } from './wallet-queries.ts';

/** Files of the payments and labels of a wallet. */
export interface WalletExport {
  /** The payments, newest first, part by part. @throws {KithError} `wallet-export-changed` */
  exportHistory(name: string, format: HistoryFormat): AsyncGenerator<ExportPart, void>;
  exportLabels(name: string): AsyncGenerator<ExportPart, void>;
  /** Stores the labels of a file in one write of the wallet file. */
  importLabels(name: string, lines: string): Promise<LabelReport>;
}

const MAX_ROWS = 100_000;
/** Rows of one part: about 150 kB, and a few milliseconds between two turns of the event loop. */
const ROWS_PER_PART = 500;

export function createWalletExport(
  running: RunningWallets,
  { history }: Pick<WalletQueries, 'history'>,
  contacts: Pick<WalletContacts, 'nameOf' | 'given'>,
): WalletExport {
  return {
    async *exportHistory(name, format) {
      const nameOf = (address: string) => contacts.nameOf(address) ?? contacts.given().get(address);
      const contactOf = (addresses: readonly string[]) =>
        [...new Set(addresses.flatMap((address) => nameOf(address) ?? []))].join(', ');
      const writer = createHistoryWriter(format, contactOf);
      let rows = 0;
      let after: string | undefined;
      yield { text: writer.begin(), rows };
      while (rows < MAX_ROWS) {
        const limit = Math.min(ROWS_PER_PART, MAX_ROWS - rows);
        const page = await history({ name, limit, after });
        // The last payment of the page before is gone, by a reorganisation: the rest cannot be found.
        if (page.length === 0 && after !== undefined && !(await isKnown(name, after)))
          throw new KithError('wallet-export-changed');
        rows += page.length;
        if (page.length > 0) yield { text: writer.rows(page), rows };
        if (page.length < limit) break;
        after = page.at(-1)!.txid;
      }
      yield { text: writer.end(), rows };
    },
    async *exportLabels(name) {
      const lines = writeLabels(running.get(name).file.labels);
      for (let from = 0; from < lines.length || from === 0; from += ROWS_PER_PART) {
        const some = lines.slice(from, from + ROWS_PER_PART);
        yield { text: some.join(''), rows: from + some.length };
        await Promise.resolve();
      }
    },
    async importLabels(name, lines) {
      const { labels, skipped } = readLabels(lines);
      const given = new Map(labels.map(({ subject, label }) => [subject, label]));
      const changed = await running.change(name, (wallet) => wallet.setLabels(given));
      return {
        changed,
        unchanged: given.size - changed,
        skippedCount: skipped.length,
        skipped: skipped.slice(0, MAX_REPORTED),
      };
    },
  };

  async function isKnown(name: string, txid: string): Promise<boolean> {
    const { ledger, id } = running.get(name);
    if (ledger.unconfirmed.has(txid)) return true;
    return (await running.components().data.mined(id, txid)) !== null;
  }
}
