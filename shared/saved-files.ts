/**
 * The endings of the files that the page offers to save, the longest first. In the desktop app only these can be saved, each by a
 * rule of its own (main/electron/saved-files.ts); the compiler compares both sides with this list.
 */
export const SAVED_ENDINGS = [
  'kith.json',
  'kithpayment',
  'kithproof',
  'kithsetup',
  'kithkeys',
  'jsonl',
  'json',
  'csv',
  'png',
  'svg',
  'txt',
] as const;
export type SavedEnding = (typeof SAVED_ENDINGS)[number];

/** The name of a file that the page offers. */
export type SavedName = `${string}.${SavedEnding}`;
