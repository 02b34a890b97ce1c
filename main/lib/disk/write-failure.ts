import { codeOf, KithError, messageOf } from '../errors.ts';

const NO_ROOM = /no space left/i;
const DEEPEST = 8;

/** Whether the disk has no room left: Node says so by a code, LevelDB in words, each somewhere in the chain of causes. */
export function isDiskFull(error: unknown): boolean {
  let at = error;
  for (let depth = 0; depth < DEEPEST && at !== undefined; depth++) {
    if (codeOf(at) === 'ENOSPC' || NO_ROOM.test(messageOf(at))) return true;
    at = at instanceof Error ? at.cause : undefined;
  }
  return false;
}

/** A failed write as one of our errors, `disk-full` or `storage-unusable`; one that is ours already stays as it is. */
export function writeFailed(error: unknown, what: string): KithError {
  if (error instanceof KithError) return error;
  const cause = messageOf((error as { cause?: unknown }).cause ?? error);
  const code = isDiskFull(error) ? 'disk-full' : 'storage-unusable';
  return new KithError(code, `${what} failed: ${cause}`, { cause: error });
}
