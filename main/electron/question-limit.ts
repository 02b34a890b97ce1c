import { createRecentLimit, type RecentLimit } from '../lib/recent-limit.ts';

const MAX_CANCELLED = 5;
const WINDOW_MS = 60_000;

/**
 * Counts the native dialogs of one kind that the user has cancelled. After 5 within a minute no other is shown until
 * that minute is over. Otherwise a script of the page could open dialogs endlessly, and the user could not reach the
 * window behind them. The page then shows a sentence with the code `questions-cancelled-often`, or
 * `close-cancelled-often` for the dialog that closes the window.
 */
export const createQuestionLimit = (): RecentLimit =>
  createRecentLimit(MAX_CANCELLED, WINDOW_MS, () => performance.now());
