import { MAX_SENT_BACKUP } from '../../shared/contract/vocabulary.ts';
import { readFileHex } from './read-file.ts';

/** The problem of a file that was chosen as a backup, before it is sent to the node; null if there is none. */
export function backupFileProblem(file: File | null): string | null {
  if (file === null) return null;
  if (file.size === 0) return 'This file is empty. Choose another copy of the backup.';
  return file.size > MAX_SENT_BACKUP
    ? 'This file is too large to be restored here. Restore it in the terminal with “kith call wallet.restoreBackup”.'
    : null;
}

/** The bytes of a backup file as the node reads them. */
export const backupHex = (file: File): Promise<string> => readFileHex(file, MAX_SENT_BACKUP);
