import { figures, percent } from './number.ts';

/**
 * The hashes that a block with this compact target takes on average: 2^256 / (target + 1) (docs/protocol.md §8). Rounded to
 * the precision of a number, which is more than a target has.
 */
export function hashesOf(bits: number): number {
  const [size, word] = [Math.floor(bits / 2 ** 24), bits % 2 ** 24];
  return Math.max(1, 2 ** 256 / (word * 2 ** (8 * (size - 3)) + 1));
}

const LARGE = [
  [1e12, 'trillion'],
  [1e9, 'billion'],
  [1e6, 'million'],
] as const;

/** "2 hashes", "1.05 million hashes". */
export function hashWords(hashes: number): string {
  const unit = LARGE.find(([size]) => hashes >= size);
  if (unit === undefined) return `${figures(hashes)}\u00a0${hashes === 1 ? 'hash' : 'hashes'}`;
  return `${figures(hashes / unit[0])}\u00a0${unit[1]} hashes`;
}

/** What the next block takes, and how that differs from the newest one. */
export function nextDifficulty(
  next: { readonly height: number; readonly bits: number },
  last: number,
): string {
  const [hashes, before] = [hashesOf(next.bits), hashesOf(last)];
  const takes = `The next block takes ${hashWords(hashes)} on average`;
  const change = hashes / before - 1;
  // Below half a percent the change of one block says nothing.
  if (Math.abs(change) < 0.005) return `${takes}, as many as the last one.`;
  return `${takes}, ${percent(Math.min(1, Math.abs(change)))} ${change > 0 ? 'more' : 'fewer'} than the last one.`;
}
