import { resolve } from 'node:path';
import { KithError } from './errors.ts';

/**
 * Why a path that the user typed is probably a mistake; null if it is not. Each of these would create a file in the
 * current folder that the user did not intend: an unset variable, an option in place of a value, a `~` that the shell
 * did not expand (`--out=~/x`).
 */
export function pathProblem(text: string): string | null {
  if (text.trim() === '') return 'is empty';
  if (text.startsWith('-')) return 'begins with “-”. Write “./” before it if that is its name';
  if (text.startsWith('~'))
    return 'begins with “~”, which the shell did not replace. Write the full path, or “./” before it if that is its name';
  return null;
}

/** Whether a text that is a name or a path is a path. Names of networks have no dot and no slash. */
export const isPath = (text: string): boolean => /[./\\]/.test(text);

/**
 * Makes a path absolute, so that it means the same file after a change of the current folder. `what` names the path in
 * the sentence for the user, such as “option --datadir”.
 * @throws {KithError} `argument-invalid`; see {@link pathProblem}
 */
export function absolutePath(text: string, what: string, command: string): string {
  const problem = pathProblem(text);
  if (problem === null) return resolve(text);
  const detail = `The path of the ${what} ${problem}`;
  throw new KithError('argument-invalid', detail, { data: { command, detail } });
}
