import path from 'node:path';
import { app, dialog, type BrowserWindow } from 'electron';
import type { FileToSave, SaveAnswer } from '../api/base.ts';
import { diskRefusal } from '../lib/disk-failure.ts';
import { codeOf, messageOf } from '../lib/errors.ts';
import { readRegularFile } from '../lib/read-regular.ts';
import type { RecentLimit } from '../lib/recent-limit.ts';
import { replaceChosenFile } from '../lib/save-file.ts';
import { MAX_BACKUP_BYTES } from '../wallet/backup/backup-file.ts';

/**
 * Saves backup files of wallets: the bytes come from the node, the place from the user in a native dialog, and neither
 * from the page. Answers with what the disk has afterwards, so that the node can verify it.
 */
export function createBackupSaver(
  window: () => BrowserWindow | null,
  limit: RecentLimit,
): (file: FileToSave) => Promise<SaveAnswer> {
  let open = false;
  return async ({ fileName, bytes }) => {
    const parent = window();
    if (open || parent === null) return { kind: 'cancelled' };
    if (!limit.allows()) return { kind: 'limited' };
    open = true;
    try {
      const { canceled, filePath } = await dialog.showSaveDialog(parent, {
        title: 'Save backup file',
        defaultPath: path.join(app.getPath('documents'), fileName),
        filters: [{ name: 'Backup of a wallet', extensions: ['kithbackup'] }],
        properties: ['createDirectory', 'showOverwriteConfirmation'],
      });
      if (canceled || filePath === '') {
        limit.add();
        return { kind: 'cancelled' };
      }
      return await save(filePath, bytes);
    } finally {
      open = false;
    }
  };
}

async function save(place: string, bytes: Uint8Array): Promise<SaveAnswer> {
  try {
    await replaceChosenFile(place, bytes);
    return { kind: 'saved', path: place, bytes: await readRegularFile(place, MAX_BACKUP_BYTES) };
  } catch (error) {
    return { kind: 'failed', reason: diskRefusal(error) ?? codeOf(error) ?? messageOf(error) };
  }
}
