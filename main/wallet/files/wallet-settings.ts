import * as z from 'zod';
import { AUTO_LOCK_MINUTES } from '../../../shared/contract/vocabulary.ts';
import type { SettingsChange, WalletSettings } from '../../../shared/contract/wallet-settings.ts';
import { codeOf, messageOf } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { readRegularFile } from '../../lib/read-regular.ts';
import { replaceFile } from '../../lib/replace-file.ts';

/** Settings that all wallets of a data directory share. */
export interface SettingsFile {
  read(): WalletSettings;
  change(settings: SettingsChange): Promise<void>;
}

const DEFAULTS: WalletSettings = { autoLockMinutes: 15 };
const VERSION = 1;
const MAX_BYTES = 10_000;
const schema = z.strictObject({
  version: z.literal(VERSION),
  autoLockMinutes: z.union(AUTO_LOCK_MINUTES.map((minutes) => z.literal(minutes))),
});

/** Opens the file with the settings. One that is missing or cannot be read means the defaults. */
export async function openWalletSettings(path: string, log: Log): Promise<SettingsFile> {
  let settings = await readSettings(path, log);
  return {
    read: () => settings,
    async change(changed) {
      const next = { autoLockMinutes: changed.autoLockMinutes ?? settings.autoLockMinutes };
      await replaceFile(path, Buffer.from(`${JSON.stringify({ version: VERSION, ...next }, null, 1)}\n`));
      settings = next;
    },
  };
}

async function readSettings(path: string, log: Log): Promise<WalletSettings> {
  try {
    const bytes = await readRegularFile(path, MAX_BYTES);
    const { version: _version, ...settings } = schema.parse(JSON.parse(bytes.toString('utf8')));
    return settings;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT')
      log.warn('the settings of the wallets cannot be read; the defaults are used', {
        error: messageOf(error),
      });
    return DEFAULTS;
  }
}
