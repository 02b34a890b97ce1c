/** Messages about backup files of wallets. */

export const BACKUP_SENTENCES = {
  'backup-invalid': 'This is not a backup file of a wallet. Choose a file whose name ends in “.kithbackup”.',
  'backup-newer': 'This backup file was made by a newer version of Kith. Update Kith to open it.',
  'backup-damaged':
    'The backup file is corrupt, and no password can open it. Nothing was changed. Use another copy of it, or the recovery phrase.',
  'backup-password':
    'The password is wrong. A backup file opens with the password that its wallet had when the backup was made. Nothing was changed. Try again.',
  'backup-other-network':
    'This backup belongs to a wallet of another network. Nothing was changed. Open that network first.',
  'backup-other-wallet':
    'This is a backup of another wallet[, not of “{name}”]. Nothing was changed. Choose the file that was saved for this wallet.',
  'backup-other-setup':
    'This backup of the wallet[ “{name}”] does not have its set-up: it was made before. Nothing was changed. Save a new backup.',
  'backup-large':
    'The backup file would be longer than backup files may be[ ({most:size})]. Remove labels that you do not need, or write down the recovery phrase instead.',
  'backup-save-elsewhere':
    'In a browser the backup file is downloaded and then checked. Download the file, then choose it for the check.',
  'backup-path-elsewhere': 'Only the terminal can name a file by its path. Choose the file itself.',
  'backup-path':
    'The path of the backup file is missing or incomplete. Enter the whole path, from the root folder on.',
  'backup-path-taken':
    'There is a file[ at {path}| with this name] already. Nothing was overwritten. Choose another name.',
  'backup-unreadable':
    'The backup file cannot be read[: {reason}]. Check the path and the permissions, or use another copy.',
  'backup-unwritable':
    'The backup file could not be saved[: {reason}]. Nothing else was changed. Choose another folder or disk.',
  'backup-not-saved': 'No backup was saved, because no place was chosen for it.',
} as const;
