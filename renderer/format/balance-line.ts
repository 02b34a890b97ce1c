import type { BalanceOverTime } from '../../shared/contract/wallet-lists.ts';
import { amountWords } from './amount.ts';
import { duration } from './time.ts';

export interface BalanceLine {
  /** Points of an SVG polyline in a box of 100 by 40. The lower edge is 0, so that a small change does not look large. */
  readonly points: string;
  /** The same as a closed shape down to the lower edge. */
  readonly area: string;
  /** The left end: "30 days ago". */
  readonly start: string;
  readonly sentence: string;
}

const [WIDTH, HEIGHT] = [100, 40];
/** So that the line at its highest is not cut by the edge. */
const TOP = 2;

/** The line of a balance; null for a wallet that had nothing in all the time, and for no time. */
export function balanceLine({ from, to, balances, complete }: BalanceOverTime): BalanceLine | null {
  const most = Math.max(...balances);
  if (balances.length < 2 || most <= 0 || from >= to) return null;
  const x = (index: number) => ((index / (balances.length - 1)) * WIDTH).toFixed(2);
  const y = (balance: number) => (HEIGHT - (balance / most) * (HEIGHT - TOP)).toFixed(2);
  const points = balances.map((balance, i) => `${x(i)},${y(balance)}`).join(' ');
  const start = `${duration(to - from)} ago`;
  return {
    points,
    area: `0,${HEIGHT} ${points} ${WIDTH},${HEIGHT}`,
    start,
    sentence: lineWords(balances, start, complete),
  };
}

function lineWords(balances: readonly number[], start: string, complete: boolean): string {
  const [first, last] = [balances[0]!, balances.at(-1)!];
  const [least, most] = [Math.min(...balances), Math.max(...balances)];
  const ends = `In blocks: ${amountWords(first)} ${start}, ${amountWords(last)} now.`;
  const isBetweenEnds = least === Math.min(first, last) && most === Math.max(first, last);
  const between = isBetweenEnds ? '' : ` Between ${amountWords(least)} and ${amountWords(most)}.`;
  return `${ends}${between}${complete ? '' : ' The wallet has too many payments to draw an earlier balance.'}`;
}
