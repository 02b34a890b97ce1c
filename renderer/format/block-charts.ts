import type { BlockSummary } from '../../shared/contract/chain.ts';
import type { NetworkInfo } from '../../shared/contract/network.ts';
import { amountWords } from './amount.ts';
import { hashesOf, hashWords } from './difficulty.ts';
import { bytes, group, plural } from './number.ts';
import { duration } from './time.ts';

/** A bar for one block: its height is a share from 0 to 1. */
export interface BlockBar {
  readonly block: number;
  readonly fill: number;
  readonly text: string;
}

export interface BlockChart {
  readonly title: string;
  /** How the values are known. */
  readonly source: string;
  readonly bars: readonly BlockBar[];
  /** What the chart shows, for people who do not see it. */
  readonly sentence: string;
}

type Schedule = Pick<NetworkInfo, 'subsidy' | 'halving'>;

/** What miners took above the subsidy; null for pruned blocks. It may be less than the fees that were paid. */
export function feesTaken({ height, reward }: BlockSummary, { subsidy, halving }: Schedule): number | null {
  if (reward === null) return null;
  const era = Math.floor(height / halving);
  return Math.max(0, reward - (height === 0 || era >= 53 ? 0 : Math.floor(subsidy / 2 ** era)));
}

/** Interval, size, difficulty and fees of the newest blocks, from older to newer. Genesis is left out: no block is before it. */
export function blockCharts(
  newestFirst: readonly BlockSummary[],
  count: number,
  schedule: Schedule,
): BlockChart[] {
  const shown = newestFirst.slice(0, Math.min(count, newestFirst.length - 1)).reverse();
  const times = new Map(newestFirst.map(({ height, time }) => [height, time]));
  // Times of blocks need not ascend, so an interval may be negative; no bar can be.
  const interval = ({ height, time }: BlockSummary): number =>
    Math.max(0, time - (times.get(height - 1) ?? time));
  return [
    chartOf('Interval', 'claimed by miners', shown, interval, duration),
    chartOf('Size', 'measured', shown, ({ size }) => size, bytes),
    chartOf('Difficulty', 'calculated from headers', shown, ({ bits }) => hashesOf(bits), hashWords),
    chartOf('Fees taken by miners', 'measured', shown, (block) => feesTaken(block, schedule), amountWords),
  ];
}

function chartOf(
  title: string,
  source: string,
  blocks: readonly BlockSummary[],
  valueOf: (block: BlockSummary) => number | null,
  words: (value: number) => string,
): BlockChart {
  const points = blocks.flatMap((block) => {
    const value = valueOf(block);
    return value === null ? [] : [{ block: block.height, value }];
  });
  const values = points.map(({ value }) => value);
  const most = Math.max(0, ...values);
  const bars = points.map(({ block, value }) => ({
    block,
    fill: most === 0 ? 0 : value / most,
    text: `Block ${group(block)}: ${words(value)}`,
  }));
  if (values.length === 0) return { title, source, bars, sentence: 'No block is stored.' };
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const least = Math.min(...values);
  const range =
    least === most
      ? `always ${words(most)}`
      : `mean ${words(Math.round(mean))}, from ${words(least)} to ${words(most)}`;
  return { title, source, bars, sentence: `Last ${plural(values.length, 'block')}: ${range}.` };
}
