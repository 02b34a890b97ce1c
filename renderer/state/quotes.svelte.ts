import type { Feerates } from '../../shared/contract/mempool.ts';
import type { Quote } from '../../shared/contract/payment.ts';
import type { AppState } from './app.svelte.ts';
import { problemOf, type Problem } from './problem.ts';
import { track } from './track.ts';

/** The confirmation time that the user chooses, which determines the fee. */
export type FeeTime = keyof Feerates;

export const FEE_TIMES = ['next', 'soon', 'today'] as const satisfies readonly FeeTime[];

/** A payment of the form, as far as it is filled in. */
export interface QuotedPayment {
  readonly wallet: string;
  readonly to: readonly { readonly address: string; readonly amount: number | 'all' }[];
  /** The coins that the user chose; none if the wallet chooses. */
  readonly coins: readonly { readonly txid: string; readonly index: number }[];
}

/** The quote of one confirmation time, or why there is none. */
export interface TimeQuote {
  readonly feerate: number;
  readonly quote: Quote | null;
  readonly problem: Problem | null;
}

/** What the payment would cost for each confirmation time, live. */
export interface Quotes {
  /** Null until the node has answered; without quotes while those of the present payment are not known. */
  readonly current: AllQuotes | null;
  /** Resolves when the last request has ended, whether or not the node answered. */
  readonly known: Promise<unknown>;
}

/** Pause after the last change before the node is asked, in milliseconds. */
const PAUSE_MS = 150;

type AllQuotes = Readonly<Record<FeeTime, TimeQuote>>;

/** Asks for new quotes when the payment, the wallet, the mempool or the tip changes. Must be called inside a component. */
export function createQuotes(
  { client, wallets, mempool }: Pick<AppState, 'client' | 'wallets' | 'mempool'>,
  payment: () => QuotedPayment | null,
): Quotes {
  let answer = $state.raw<{ readonly quotes: AllQuotes; readonly payment: string } | null>(null);
  const wanted = $derived(payment());
  const key = $derived(JSON.stringify(wanted));

  /** Asks once. The answer of an aborted request is dropped. */
  async function ask(asked: QuotedPayment | null, signal: AbortSignal): Promise<void> {
    const rates = await client.mempool.feerates({}, { signal });
    const quotes = await Promise.all(FEE_TIMES.map((time) => quoteAt(rates[time], asked, signal)));
    if (signal.aborted) return;
    const byTime = Object.fromEntries(FEE_TIMES.map((time, i) => [time, quotes[i]!]));
    answer = { quotes: byTime as AllQuotes, payment: JSON.stringify(asked) };
  }

  async function quoteAt(
    feerate: number,
    asked: QuotedPayment | null,
    signal: AbortSignal,
  ): Promise<TimeQuote> {
    if (asked === null) return { feerate, quote: null, problem: null };
    const { wallet: name, to } = asked;
    const coins = asked.coins.length > 0 ? { coins: [...asked.coins] } : {};
    try {
      const quote = await client.wallet.quote({ name, to: [...to], feerate, ...coins }, { signal });
      return { feerate, quote, problem: null };
    } catch (error) {
      return { feerate, quote: null, problem: problemOf(error) };
    }
  }

  let isFirst = true;
  let known = Promise.resolve();
  // A request runs to its end while the mempool changes: a slow node would otherwise never answer one.
  let running = false;
  let isStale = false;
  let stop = new AbortController();
  const request = (asked: QuotedPayment | null): void => {
    isStale = running;
    if (running) return;
    running = true;
    const { signal } = stop;
    // Without an answer there is no quote; the review asks the node again.
    known = ask(asked, signal)
      .catch(() => undefined)
      .then(() => {
        if (signal.aborted) return;
        running = false;
        if (isStale) request(asked);
      });
  };

  $effect(() => {
    track(key);
    return () => {
      stop.abort();
      stop = new AbortController();
      running = false;
    };
  });
  $effect(() => {
    track(key, wallets.view?.revision, wallets.view?.balance.asOfHeight, mempool.view);
    const asked = wanted;
    const pause = isFirst ? 0 : PAUSE_MS;
    isFirst = false;
    const timer = setTimeout(() => request(asked), pause);
    return () => clearTimeout(timer);
  });

  return {
    get current() {
      if (answer === null || answer.payment === key) return answer?.quotes ?? null;
      return withoutQuotes(answer.quotes);
    },
    get known() {
      return known;
    },
  };
}

/** The fee rates alone, while the quotes are those of another payment. */
function withoutQuotes(quotes: AllQuotes): AllQuotes {
  return Object.fromEntries(
    FEE_TIMES.map((time) => [time, { feerate: quotes[time].feerate, quote: null, problem: null }]),
  ) as unknown as AllQuotes;
}
