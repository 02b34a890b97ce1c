import type { NetworkActivity } from '../../shared/contract/network.ts';
import { bytes, figures, group, percent, plural } from './number.ts';
import { duration } from './time.ts';

/** How blocks arrived that came as lists of what everybody has. */
export function compactWords({ whole, asked, failed, inline }: NetworkActivity['compact']): string {
  const all = whole + asked + failed;
  const small = inline > 0 ? `${plural(inline, 'small block')} came whole` : 'none so far';
  if (all === 0) return small;
  const rest = [
    ...(asked > 0 ? [`${group(asked)} after one question`] : []),
    ...(failed > 0 ? [`${group(failed)} fetched whole`] : []),
    ...(inline > 0 ? [small] : []),
  ];
  const at = `${group(whole)} of ${group(all)} put together at once (${percent(whole / all)})`;
  return rest.length === 0 ? at : `${at}, ${rest.join(', ')}`;
}

/** How fast blocks come in while this node catches up. */
export function speedWords({ blocksPerSecond, bytesPerSecond }: NetworkActivity): string {
  return `${figures(blocksPerSecond)} blocks, ${bytes(bytesPerSecond)} a second`;
}

/** What this node sends to others, and how much it may. */
export function uploadWords({ total, bytesPerSecond, limit }: NetworkActivity['upload']): string {
  const now = `${bytes(bytesPerSecond)} a second, ${bytes(total)} since the start`;
  return limit === null ? now : `${now}; limit ${bytes(limit)} a second`;
}

/** How this computer's clock stands to that of the others. */
export function clockWords(offset: number | null): string {
  if (offset === null) return 'too few peers to compare';
  if (Math.abs(offset) < 2) return 'as that of the others';
  return `${duration(Math.abs(offset))} ${offset > 0 ? 'ahead of' : 'behind'} the others`;
}

/** How far the blocks are checked that lie behind the UTXO set that this node began with. */
export function historyWords({ verified, of }: NonNullable<NetworkActivity['history']>): string {
  return verified >= of
    ? `all ${plural(of, 'block')} checked`
    : `${group(verified)} of ${plural(of, 'block')} checked (${percent(of === 0 ? 1 : verified / of)})`;
}
