import { resolve } from 'node:path';

/**
 * Why a path that a user typed cannot be intended; null if it can. Each of these would be a place in the current folder that
 * the user did not choose: an unset variable, an option taken for a value, a `~` that the shell left alone (`--out=~/x`).
 */
export function pathProblem(text: string): string | null {
  if (text.trim() === '') return 'is empty';
  if (text.startsWith('-')) return 'begins with “-”. Write “./” before it if that is its name';
  if (text.startsWith('~'))
    return 'begins with “~”, which the shell did not replace. Write the full path, or “./” before it if that is its name';
  return null;
}

/** The absolute path of a valid one, so that it names the same place after a change of the current folder. */
export const absolutePath = (text: string): string => resolve(text);
