import type { Feerates } from '../../shared/contract/mempool.ts';
import type { Quote } from '../../shared/contract/wallet.ts';
import type { AppState } from './app.svelte.ts';
import { problemOf, type Problem } from './problem.ts';
import { track } from './track.ts';

/** The confirmation time that the user chooses, which determines the fee. */
export type FeeTime = keyof Feerates;

export const FEE_TIMES = ['next', 'soon', 'today'] as const satisfies readonly FeeTime[];

/** A payment of the form, as far as it is filled in. */
export interface QuotedPayment {
  readonly wallet: string;
  readonly address: string;
  readonly amount: number | 'all';
}

/** The quote of one confirmation time, or why there is none. */
export interface TimeQuote {
  readonly feerate: number;
  readonly quote: Quote | null;
  readonly problem: Problem | null;
}

/** What the payment would cost for each confirmation time, live. */
export interface Quotes {
  /** Null until the node has answered. */
  readonly current: Readonly<Record<FeeTime, TimeQuote>> | null;
  /** Resolves when the fee rates were requested once, whether or not the node answered. */
  readonly known: Promise<unknown>;
}

/** Pause after the last change before the node is asked, in milliseconds. */
const PAUSE_MS = 150;

/** Asks for new quotes when the payment, the wallet, the mempool or the tip changes. Must be called inside a component. */
export function createQuotes(
  { client, wallets, mempool }: Pick<AppState, 'client' | 'wallets' | 'mempool'>,
  payment: () => QuotedPayment | null,
): Quotes {
  let current = $state.raw<Quotes['current']>(null);

  async function ask(wanted: QuotedPayment | null, signal?: AbortSignal): Promise<void> {
    const rates = await client.mempool.feerates({}, signal && { signal });
    const quotes = await Promise.all(FEE_TIMES.map((time) => quoteAt(rates[time], wanted, signal)));
    if (!signal?.aborted)
      current = Object.fromEntries(FEE_TIMES.map((time, i) => [time, quotes[i]!])) as Record<
        FeeTime,
        TimeQuote
      >;
  }

  async function quoteAt(
    feerate: number,
    wanted: QuotedPayment | null,
    signal: AbortSignal | undefined,
  ): Promise<TimeQuote> {
    if (wanted === null) return { feerate, quote: null, problem: null };
    const { wallet: name, address, amount } = wanted;
    try {
      const quote = await client.wallet.quote(
        { name, to: [{ address, amount }], feerate },
        signal && { signal },
      );
      return { feerate, quote, problem: null };
    } catch (error) {
      return { feerate, quote: null, problem: problemOf(error) };
    }
  }

  const known = ask(null).catch(() => undefined);
  $effect(() => {
    const wanted = payment();
    track(wallets.view?.revision, wallets.view?.balance.asOfHeight, mempool.view);
    const stop = new AbortController();
    // Without an answer the last quotes stay; the review asks the node again.
    const timer = setTimeout(() => void ask(wanted, stop.signal).catch(() => undefined), PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  });

  return {
    get current() {
      return current;
    },
    known,
  };
}
