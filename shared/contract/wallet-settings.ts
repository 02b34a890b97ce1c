import { oc } from '@orpc/contract';
import * as z from 'zod';
import { done, nothing, password, walletName } from './fields.ts';
import { AUTO_LOCK_MINUTES } from './vocabulary.ts';

/** Settings of all wallets of this node. */
export const walletSettings = z.object({
  /** After how many minutes an unlocked wallet locks itself; 0 for never. */
  autoLockMinutes: z.union(AUTO_LOCK_MINUTES.map((minutes) => z.literal(minutes))),
});

const settingsChange = z.strictObject(walletSettings.partial().shape);

export const walletSettingsContract = {
  /** Addition. */
  settings: oc.input(nothing).output(walletSettings),
  /** Addition: changes the settings that are given. A wallet that is unlocked keeps the time of its unlock. */
  changeSettings: oc.input(settingsChange).output(walletSettings),
  /**
   * Addition: deletes a wallet. Needs its password, and either its recovery phrase or a verified backup file that opens
   * with that password. The file stays as its previous version, and `undelete` restores it.
   */
  delete: oc
    .input(
      z.strictObject({
        name: walletName,
        /** Needed unless the wallet is watch-only. */
        password: password.optional(),
        mnemonic: z.string().min(1).max(4000, 'this is too long to be a recovery phrase').optional(),
        passphrase: z.string().max(1024, 'the passphrase is longer than 1024 characters').optional(),
      }),
    )
    .output(done),
};

export type SettingsChange = Readonly<z.infer<typeof settingsChange>>;
export type WalletSettings = Readonly<z.infer<typeof walletSettings>>;
