import { plural } from './number.ts';

/** How long a wallet stays unlocked: "1 minute", "15 minutes", "1 hour". */
export function lockTime(minutes: number): string {
  return minutes % 60 === 0 ? plural(minutes / 60, 'hour') : plural(minutes, 'minute');
}

/** What happens to an unlocked wallet, as a sentence. */
export function lockSentence(minutes: number): string {
  return minutes === 0
    ? 'It stays unlocked until you lock it or the node stops.'
    : `It locks itself again after ${lockTime(minutes)}.`;
}
