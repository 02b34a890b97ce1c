import { causesOf, codeOf, KithError, messageOf } from '../errors.ts';

const NO_ROOM = /no space left/i;

/** Whether the disk has no room left: Node says so by a code, LevelDB in words, each somewhere in the chain of causes. */
export function isDiskFull(error: unknown): boolean {
  for (const at of causesOf(error)) if (codeOf(at) === 'ENOSPC' || NO_ROOM.test(messageOf(at))) return true;
  return false;
}

/**
 * What the disk would not do, such as "writing a snapshot", as one of our errors: `disk-full` or `storage-unusable`. One
 * that is ours already stays as it is.
 */
export function diskFailed(error: unknown, doing: string): KithError {
  if (error instanceof KithError) return error;
  const cause = messageOf((error as { cause?: unknown }).cause ?? error);
  const code = isDiskFull(error) ? 'disk-full' : 'storage-unusable';
  return new KithError(code, `${doing} failed: ${cause}`, { cause: error });
}
