import type { NetworkActivity } from '../../shared/contract/network.ts';
import { bytes, figures, group, percent, plural } from './number.ts';
import { duration } from './time.ts';

/** How compact blocks (BIP 152) were completed. */
export function compactWords({ whole, asked, failed, inline }: NetworkActivity['compact']): string {
  const all = whole + asked + failed;
  const small = inline > 0 ? `${plural(inline, 'small block')} received in full` : 'none yet';
  if (all === 0) return small;
  const rest = [
    ...(asked > 0 ? [`${group(asked)} after one round trip`] : []),
    ...(failed > 0 ? [`${group(failed)} downloaded in full`] : []),
    ...(inline > 0 ? [small] : []),
  ];
  const at = `${group(whole)} of ${group(all)} reconstructed without a round trip (${percent(whole / all)})`;
  return rest.length === 0 ? at : `${at}, ${rest.join(', ')}`;
}

/** Download rate of blocks during sync. */
export function speedWords({ blocksPerSecond, bytesPerSecond }: NetworkActivity): string {
  return `${figures(blocksPerSecond)} blocks, ${bytes(bytesPerSecond)} per second`;
}

/** Upload rate of this node, and its limit. */
export function uploadWords({
  total,
  bytesPerSecond,
  limit,
}: Omit<NetworkActivity['upload'], 'month'>): string {
  const now = `${bytes(bytesPerSecond)} per second, ${bytes(total)} since the start`;
  return limit === null ? now : `${now}; limit ${bytes(limit)} per second`;
}

/** Offset of this computer's clock from the median of the peers' clocks. */
export function clockWords(offset: number | null): string {
  if (offset === null) return 'too few peers to compare';
  if (Math.abs(offset) < 2) return 'less than 2 seconds';
  return `${duration(Math.abs(offset))} ${offset > 0 ? 'ahead of' : 'behind'} the peers`;
}

/** Number of validated blocks below the UTXO snapshot. */
export function historyWords({ verified, of }: NonNullable<NetworkActivity['history']>): string {
  return verified >= of
    ? `all ${plural(of, 'block')} checked`
    : `${group(verified)} of ${plural(of, 'block')} checked (${percent(of === 0 ? 1 : verified / of)})`;
}
