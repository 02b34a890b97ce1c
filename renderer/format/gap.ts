import { GAP } from '../../shared/contract/vocabulary.ts';

/** The problem of a typed number of addresses; null if it is valid. */
export function gapProblem(text: string): string | null {
  const gap = /^\s*\d{1,6}\s*$/.test(text) ? Number(text) : NaN;
  return gap >= GAP.usual && gap <= GAP.most
    ? null
    : `Enter a whole number from ${GAP.usual} to ${GAP.most}.`;
}
