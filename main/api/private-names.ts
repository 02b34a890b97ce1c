import { homedir, hostname, userInfo } from 'node:os';
import type { NodeFacade } from './facade.ts';

type Named = Pick<NodeFacade, 'about' | 'wallets' | 'contacts'>;

/**
 * Names that must not be in a diagnosis, wherever they occur in the log. What cannot be read is left out: the diagnosis
 * must be possible above all when something is wrong.
 */
export function privateNames({ about, wallets, contacts }: Named): string[] {
  const sources: readonly (() => readonly string[])[] = [
    () => [about.datadir],
    () => [hostname()],
    () => [homedir()],
    // Throws if the system has no entry for this user.
    () => [userInfo().username],
    () => wallets.list().map(({ name }) => name),
    () => contacts.list().map(({ name }) => name),
  ];
  return sources.flatMap(readable);
}

function readable(source: () => readonly string[]): readonly string[] {
  try {
    return source();
  } catch {
    return [];
  }
}
