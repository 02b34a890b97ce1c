import { resolve } from 'node:path';

/**
 * Why a path that a person typed cannot be meant as it stands; null if it can. Each of these would be a place in the current
 * folder that nobody chose: an unset variable, an option taken for a value, a `~` that the shell left alone (`--out=~/x`).
 */
export function pathProblem(text: string): string | null {
  if (text.trim() === '') return 'is empty';
  if (text.startsWith('-')) return 'begins with “-”. Write “./” before it if that is its name';
  if (text.startsWith('~'))
    return 'begins with “~”, which the shell did not replace. Write the full path, or “./” before it if that is its name';
  return null;
}

/** The absolute path for one without a problem, so that it names the same place whatever folder a program is in later. */
export const absolutePath = (text: string): string => resolve(text);
