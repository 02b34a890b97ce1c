import type { NetworkInfo } from '../../shared/contract/network.ts';

/** The subsidy in motes of the block after `height`, without fees (protocol.md §12). */
export function nextReward(network: Pick<NetworkInfo, 'subsidy' | 'halving'>, height: number): number {
  const era = Math.floor((height + 1) / network.halving);
  // `>>` cannot be used: it shifts by the era modulo 32.
  return Math.floor(network.subsidy / 2 ** era);
}

/** Hash rates as the points of a line in a box of `width` × `height`; the newest is at the right. */
export function sparkPoints(values: readonly number[], width: number, height: number): string {
  const most = Math.max(1, ...values);
  const step = width / Math.max(1, values.length - 1);
  return values
    .map((value, i) => `${(i * step).toFixed(1)},${(height - (value / most) * height).toFixed(1)}`)
    .join(' ');
}
