import type { BatchReport } from '../../shared/contract/payment.ts';
import { type BatchCells, batchText } from '../format/batch.ts';
import type { AppState } from './app.svelte.ts';
import { createAction } from './action.svelte.ts';
import { coinNames } from './chosen-coins.svelte.ts';
import { problemOf, type Problem } from './problem.ts';
import { createQuotes, type FeeTime } from './quotes.svelte.ts';
import { createReviewedDraft } from './reviewed-draft.svelte.ts';

/** Pause after the last change before the node reads the table, in milliseconds. */
const PAUSE_MS = 300;

/** A table of payments, the report of the node about it, and the draft. Must be created inside a component. */
export function createBatch(app: Pick<AppState, 'client' | 'wallets' | 'mempool' | 'chosenCoins'>) {
  const { client, wallets, chosenCoins } = app;
  const table = createTable(client);
  let when = $state<FeeTime>('soon');
  const reviewed = createReviewedDraft(wallets);
  const review = createAction();
  /** The payment, once every row is right. */
  const to = $derived(table.isCurrent ? receiversOf(table.report) : null);
  const quotes = createQuotes(app, () => {
    const wallet = wallets.selected;
    if (wallet === null || to === null) return null;
    return { wallet, to, coins: coinNames(chosenCoins.of(wallet)) };
  });

  async function prepare(): Promise<void> {
    const name = wallets.selected;
    if (name === null || to === null) return;
    await quotes.known;
    const feerate = quotes.current?.[when].feerate;
    const coins = coinNames(chosenCoins.of(name));
    const draft = await client.wallet.prepare({
      name,
      to,
      ...(feerate !== undefined && { feerate }),
      ...(coins.length > 0 && { coins }),
    });
    reviewed.show(name, draft);
  }

  return {
    table,
    get when() {
      return when;
    },
    set when(time) {
      when = time;
    },
    get quotes() {
      return quotes.current;
    },
    /** The coins that the user chose to spend; none if the wallet chooses. */
    get coins() {
      return chosenCoins.of(wallets.selected);
    },
    forgetCoins: chosenCoins.clear,
    get ready() {
      return to !== null && to.length > 0 && !review.busy;
    },
    get busy() {
      return review.busy;
    },
    get problem() {
      return review.problem;
    },
    get draft() {
      return reviewed.current;
    },
    review: () => review.run(prepare),
    back: reviewed.drop,
  };
}

export type Batch = ReturnType<typeof createBatch>;

/** The text of the table, and what the node says about each row. */
function createTable(client: AppState['client']) {
  let text = $state('');
  let report = $state.raw<BatchReport | null>(null);
  let unreadable = $state.raw<Problem | null>(null);
  /** The text that the report is about. */
  let read = $state<string | null>(null);
  const isCurrent = $derived(report !== null && read === text);

  $effect(() => {
    const asked = text;
    unreadable = null;
    // Until the next report the rows of the last one stay, so that a row keeps the focus while it is corrected.
    if (asked.trim() === '') {
      report = null;
      return;
    }
    const stop = new AbortController();
    const { signal } = stop;
    const ask = async (): Promise<void> => {
      try {
        const answer = await client.wallet.readBatch({ text: asked }, { signal });
        if (signal.aborted) return;
        report = answer;
        read = asked;
      } catch (error) {
        if (signal.aborted) return;
        report = null;
        unreadable = problemOf(error);
      }
    };
    const timer = setTimeout(() => void ask(), PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  });

  /** Writes the table again with other rows. The rows of an earlier text must not replace a later one. */
  function write(change: (rows: BatchCells[]) => BatchCells[]): void {
    if (report !== null && isCurrent) text = batchText(report, change(report.rows.map((row) => row.cells)));
  }
  return {
    get text() {
      return text;
    },
    set text(typed) {
      text = typed;
    },
    get report() {
      return report;
    },
    /** Whether the report is about the text as it is now. */
    get isCurrent() {
      return isCurrent;
    },
    get unreadable() {
      return unreadable;
    },
    /** Replaces the cells of a row; the table is written again. */
    replace(index: number, changed: BatchCells): void {
      write((rows) => rows.map((row, i) => (i === index ? changed : row)));
    },
    remove(index: number): void {
      write((rows) => rows.filter((_, i) => i !== index));
    },
  };
}

/** The payments of a table; null while a row is wrong. */
function receiversOf(report: BatchReport | null) {
  if (report === null || report.wrong > 0) return null;
  return report.rows.flatMap(({ address, amount, label }) =>
    address === null || amount === null ? [] : [{ address, amount, ...(label !== '' && { label }) }],
  );
}
