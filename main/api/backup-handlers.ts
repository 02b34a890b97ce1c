import { isAbsolute } from 'node:path';
import { diskRefusal } from '../lib/disk-failure.ts';
import { codeOf, KithError, messageOf } from '../lib/errors.ts';
import { readRegularFile } from '../lib/read-regular.ts';
import { writeNewFile } from '../lib/save-file.ts';
import { MAX_BACKUP_BYTES } from '../wallet/backup/backup-file.ts';
import type { SavedFile } from '../wallet/backups.ts';
import { api, type ApiContext, type HandlerDeps } from './base.ts';
import { inTurn } from './streams.ts';
import { bytesOf } from './bytes.ts';

/** Backup files of wallets. */
export function createBackupHandlers({ node: { wallets }, operations }: HandlerDeps) {
  const handlers = api.wallet;
  return {
    backup: handlers.backup.handler(async ({ input: { name, password }, context }) => {
      const { bytes, fileName } = await wallets.backup(name, password, context.role);
      return { file: Buffer.from(bytes).toString('hex'), fileName };
    }),
    saveBackup: handlers.saveBackup.handler(({ input: { name, password, path }, context }) => {
      const save = saverOf(context, path);
      return wallets.saveBackup(name, password, save, context.role);
    }),
    checkBackup: handlers.checkBackup.handler(async ({ input, context }) => {
      const { name, password, place = '' } = input;
      const bytes = await givenFile(input, context);
      return wallets.checkBackup(name, password, { bytes, place: input.path ?? place });
    }),
    inspectBackup: handlers.inspectBackup.handler(async ({ input, context }) =>
      wallets.inspectBackup(await givenFile(input, context), input.password),
    ),
    restoreBackup: handlers.restoreBackup.handler(({ input, context }) =>
      operations.run(context.caller, { kind: 'wallet-restore', wallet: input.name ?? null }, async () => {
        const bytes = await givenFile(input, context);
        return wallets.restoreBackup({ name: input.name, password: input.password, bytes });
      }),
    ),
  };
}

type Save = (fileName: string, bytes: Uint8Array) => Promise<SavedFile>;

/** Files of the payments and labels of a wallet. */
export function createExportHandlers({ node: { wallets } }: HandlerDeps) {
  const handlers = api.wallet;
  return {
    exportHistory: handlers.exportHistory.handler(({ input, context, signal }) =>
      inTurn(wallets.exportHistory(input.name, input.format), { signal, congested: context.congested }),
    ),
    exportLabels: handlers.exportLabels.handler(({ input, context, signal }) =>
      inTurn(wallets.exportLabels(input.name), { signal, congested: context.congested }),
    ),
    importLabels: handlers.importLabels.handler(({ input }) => wallets.importLabels(input.name, input.lines)),
  };
}

/** Who saves a backup file: the dialog of the desktop app, or the node at a path that the terminal names. */
function saverOf({ role, saveFile }: ApiContext, path: string | undefined): Save {
  if (saveFile !== undefined) return (fileName, bytes) => saveByDialog(saveFile, fileName, bytes);
  if (role !== 'terminal') throw new KithError('backup-save-elsewhere');
  const place = checkPath(path);
  return async (_fileName, bytes) => {
    try {
      await writeNewFile(place, bytes);
    } catch (error) {
      if (codeOf(error) === 'EEXIST')
        throw new KithError('backup-path-taken', undefined, { data: { path: place } });
      throw unwritable(error);
    }
    return { place, bytes: await readFileAt(place) };
  };
}

async function saveByDialog(
  saveFile: NonNullable<ApiContext['saveFile']>,
  fileName: string,
  bytes: Uint8Array,
): Promise<SavedFile> {
  const answer = await saveFile({ fileName, bytes });
  if (answer.kind === 'saved') return { place: answer.path, bytes: answer.bytes };
  if (answer.kind === 'failed')
    throw new KithError('backup-unwritable', answer.reason, { data: { reason: answer.reason } });
  throw new KithError(answer.kind === 'limited' ? 'questions-cancelled-often' : 'backup-not-saved');
}

async function givenFile(
  { file, path }: { readonly file?: string | undefined; readonly path?: string | undefined },
  { role }: ApiContext,
): Promise<Uint8Array> {
  if (file !== undefined) return bytesOf(file);
  // A page must not learn anything about the files of this computer.
  if (role !== 'terminal') throw new KithError('backup-path-elsewhere');
  return readFileAt(checkPath(path));
}

function checkPath(path: string | undefined): string {
  if (path === undefined || !isAbsolute(path)) throw new KithError('backup-path');
  return path;
}

async function readFileAt(path: string): Promise<Uint8Array> {
  try {
    return await readRegularFile(path, MAX_BACKUP_BYTES);
  } catch (error) {
    if (codeOf(error) === 'EFBIG') throw new KithError('backup-invalid');
    throw new KithError('backup-unreadable', messageOf(error), {
      cause: error,
      data: { reason: codeOf(error) ?? messageOf(error) },
    });
  }
}

function unwritable(error: unknown): KithError {
  const reason = codeOf(error) ?? messageOf(error);
  return new KithError(diskRefusal(error) ?? 'backup-unwritable', messageOf(error), {
    cause: error,
    data: { reason },
  });
}
