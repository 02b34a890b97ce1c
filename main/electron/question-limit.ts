import { createRecentLimit, type RecentLimit } from '../lib/recent-limit.ts';

const MAX_CANCELLED = 5;
const WINDOW_MS = 60_000;

/**
 * Counts the native dialogs of one kind that the user has cancelled. After several within a minute no other is shown for a
 * while, so that a script of the page cannot open dialogs without end, behind which the user could not reach the window.
 */
export const createQuestionLimit = (): RecentLimit =>
  createRecentLimit(MAX_CANCELLED, WINDOW_MS, () => performance.now());
