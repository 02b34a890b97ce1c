import { causesOf, codeOf, KithError, messageOf } from './errors.ts';

/** Why the operating system refuses to store or open files although no file is corrupt; each code has a sentence. */
export type DiskRefusal = 'disk-full' | 'disk-read-only' | 'files-exhausted';

/** Node.js reports each of them by a code, LevelDB only in its message. */
const REFUSALS: readonly (readonly [DiskRefusal, ReadonlySet<string>, RegExp])[] = [
  ['disk-full', new Set(['ENOSPC', 'EDQUOT']), /no space left|quota exceeded/i],
  ['disk-read-only', new Set(['EROFS']), /read-only file system/i],
  ['files-exhausted', new Set(['EMFILE', 'ENFILE']), /too many open files/i],
];

/** The first refusal in the chain of causes; null if the error has another cause. */
export function diskRefusal(error: unknown): DiskRefusal | null {
  for (const at of causesOf(error))
    for (const [refusal, codes, words] of REFUSALS)
      if (codes.has(codeOf(at) ?? '') || codeOf(at) === refusal || words.test(messageOf(at))) return refusal;
  return null;
}

/**
 * Converts a failure of the disk during an action, such as "writing a snapshot", to a KithError: a {@link DiskRefusal} or
 * `storage-unusable`. A KithError is returned unchanged.
 */
export function diskFailed(error: unknown, doing: string): KithError {
  if (error instanceof KithError) return error;
  const cause = messageOf((error as { cause?: unknown }).cause ?? error);
  const code = diskRefusal(error) ?? 'storage-unusable';
  return new KithError(code, `${doing} failed: ${cause}`, { cause: error });
}
