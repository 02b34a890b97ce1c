import { type Motes, toMotes, type UnixSeconds } from '../../../shared/units.ts';
import type { MinedRecord } from '../ledger/wallet-records.ts';
import type { Ledger } from '../ledger/wallet-ledger.ts';
import type { WalletData } from '../ledger/wallet-data.ts';

/** The coins of a wallet in blocks, in equal steps of time. */
export interface BalanceOverTime {
  readonly from: UnixSeconds;
  readonly to: UnixSeconds;
  /** The first is at `from`, the last at `to`. */
  readonly balances: readonly Motes[];
  /** Whether they reach back as far as was asked; false for a wallet with very many payments. */
  readonly complete: boolean;
}

/** Steps of a line: more would be narrower than a pixel or two. */
const STEPS = 120;
/** Payments that are read for a line; they take about 60 ms. */
export const MOST_READ = 2000;
/** The time of a block may be so much before the clock; older payments than this and the future limit are in no step. */
const LAG_SECONDS = 2 * 3600;
/** Bytes of payments that are read for a line: large ones take longer. */
export const MOST_BYTES = 8_000_000;

interface Range {
  readonly from: UnixSeconds;
  readonly to: UnixSeconds;
  /** How far ahead of the clock the time of a block may be, in seconds. */
  readonly futureLimit: number;
}

/**
 * Goes back from the coins that the wallet has in blocks now, through its newest payments. A payment counts from the time of
 * its block. With more than `MOST_READ` payments or `MOST_BYTES` since `from` the line begins at the oldest that was read.
 */
export async function readBalanceOverTime(
  ledger: Pick<Ledger, 'total'>,
  records: Pick<WalletData, 'newest'>,
  id: string,
  { from, to, futureLimit }: Range,
): Promise<BalanceOverTime> {
  const changes: { time: UnixSeconds; change: number }[] = [];
  let complete = true;
  let bytes = 0;
  for await (const record of records.newest(id, {})) {
    if (record.time <= from - futureLimit - LAG_SECONDS) break;
    if (changes.length === MOST_READ || bytes >= MOST_BYTES) {
      complete = false;
      break;
    }
    bytes += record.tx.bytes.length;
    changes.push({ time: record.time, change: changeOf(record) });
  }
  const start = complete ? from : Math.min(to, Math.max(from, ...changes.slice(-1).map(({ time }) => time)));
  return { from: start, to, balances: balancesOf(ledger.total, changes, start, to), complete };
}

/** What a payment added to the coins of the wallet; below 0 for one that it made. */
function changeOf({ tx, inputs, outputs }: MinedRecord): number {
  const received = outputs.reduce((sum, { index }) => sum + tx.outputs[index]!.amount, 0);
  return received - inputs.reduce((sum, { coin }) => sum + coin.amount, 0);
}

function balancesOf(
  now: number,
  changes: readonly { readonly time: UnixSeconds; readonly change: number }[],
  from: UnixSeconds,
  to: UnixSeconds,
): Motes[] {
  // What was added in the step that ends at each point. A block may have a time in the future: it counts as now.
  const added = new Float64Array(STEPS + 1);
  const width = Math.max(1, to - from) / STEPS;
  for (const { time, change } of changes)
    if (time > from) added[Math.min(STEPS, Math.ceil((time - from) / width))]! += change;
  const balances = [now];
  for (let point = STEPS; point > 0; point--) balances.push(balances.at(-1)! - added[point]!);
  // Below 0 while a search of the chain has not found all coins that later payments spent.
  return balances.reverse().map((balance) => toMotes(Math.max(0, balance)));
}
