import { oc } from '@orpc/contract';
import * as z from 'zod';
import { hex, password, unixSeconds, walletName } from './fields.ts';
import { MAX_SENT_BACKUP } from './vocabulary.ts';

const MAX_PATH = 4_096;

/** The last backup that was verified. */
export const verifiedBackup = z.object({
  at: unixSeconds,
  /** The path of the file, or its name if a browser has downloaded it. */
  place: z.string(),
  /** Whether the password was changed since: the file opens with the old one. */
  outdated: z.boolean(),
});

/** What a backup file contains. */
export const backupPreview = z.object({
  /** The name of the wallet when the backup was made. */
  name: z.string(),
  firstAddress: z.string(),
  madeAt: unixSeconds,
  createdAt: unixSeconds,
  /** Number of labels in it. */
  labels: z.int().min(0),
  /**
   * How many contacts a restore adds, and the names of contacts of this node that the backup has too and that stay
   * unchanged.
   */
  contacts: z.object({ added: z.int().min(0), kept: z.array(z.string()) }),
  /** The wallet of this node with the same keys; null for none, or for one that is watch-only and cannot spend. */
  wallet: z.string().nullable(),
});

const backupFile = z
  .string()
  .min(2, 'the backup file is empty')
  .max(MAX_SENT_BACKUP * 2, `the backup file is longer than ${MAX_SENT_BACKUP} bytes`)
  .regex(/^(?:[0-9a-f]{2})*$/, 'the backup file must be lowercase hex, two digits a byte');
const path = z.string().min(1, 'the path is empty').max(MAX_PATH, 'the path is too long');
const walletPassword = z.strictObject({ name: walletName, password });

/** Either the bytes of the file, or, in the terminal, its path on the computer of the node. */
const given = { file: backupFile.optional(), path: path.optional() };

export const backupContract = {
  /** Addition: an encrypted backup file of a wallet. It counts as a backup only after `checkBackup`. */
  backup: oc.input(walletPassword).output(z.object({ file: hex, fileName: z.string() })),
  /**
   * Addition: writes a backup file, reads it again and restores it to a temporary place; then it counts. In the desktop
   * app the user chooses the place in a native dialog; the terminal gives the path of a new file on the computer of the
   * node. Not available to a browser.
   */
  saveBackup: oc.input(walletPassword.extend({ path: path.optional() })).output(verifiedBackup),
  /**
   * Addition: restores a backup file of a wallet to a temporary place and compares it with the wallet; then it counts.
   * `place` says where it is, such as the name of the file.
   */
  checkBackup: oc
    .input(walletPassword.extend({ ...given, place: z.string().max(MAX_PATH).optional() }))
    .output(verifiedBackup),
  /** Addition: what a backup file contains; stores nothing. */
  inspectBackup: oc.input(z.strictObject({ password, ...given })).output(backupPreview),
  /**
   * Addition: restores a wallet from a backup file, under another name if one is given. The password of the wallet is
   * that of the backup.
   */
  restoreBackup: oc
    .input(z.strictObject({ name: walletName.optional(), password, ...given }))
    .output(z.object({ name: z.string(), firstAddress: z.string() })),
};

export type VerifiedBackup = Readonly<z.infer<typeof verifiedBackup>>;
export type BackupPreview = Readonly<z.infer<typeof backupPreview>>;
