import type { Role } from '../../shared/contract/vocabulary.ts';
import { KithError } from '../lib/errors.ts';
import { ownerOf } from './backup/backup-records.ts';
import { checkWords } from './open/new-wallet.ts';
import type { OpenWallet } from './open/open-wallet.ts';
import type { RunningWallets } from './running-wallets.ts';
import { isSameSecret, passphraseBytes, wipeSecret, type WalletSecret } from './secrets/file-secret.ts';

export interface WalletDeletion {
  /**
   * Deletes a wallet: its file becomes its newest previous version, from which `undelete` restores it.
   * @throws {KithError} `wallet-password`, `wallet-backup-missing`, `wallet-words-other`, and what checkWords throws
   */
  delete(request: {
    readonly name: string;
    /** Needed unless the wallet is watch-only. */
    readonly password?: string | undefined;
    /** The recovery phrase, as the proof that the user has it. Without it a verified backup file is the proof. */
    readonly mnemonic?: string | undefined;
    readonly passphrase?: string | undefined;
    readonly by?: Role;
  }): Promise<void>;
}

type DeletionRequest = Parameters<WalletDeletion['delete']>[0];

export function createWalletDeletion(
  running: RunningWallets,
  changed: (name: string) => void,
): WalletDeletion {
  const { components, get } = running;

  /** Throws unless the user has the password, and the recovery phrase or a backup. */
  const prove = async (wallet: OpenWallet, request: DeletionRequest): Promise<void> => {
    const { password = '', mnemonic, passphrase = '', by = 'terminal' } = request;
    const { access, records } = components();
    const { name } = wallet;
    const words = mnemonic === undefined ? null : checkWords(mnemonic);
    const given = words && { entropy: words.entropy, passphrase: passphraseBytes(passphrase) };
    const knowsPhrase = await access.secret(wallet, password, by).then(
      (secret) => compareAndWipe(given, secret),
      (error: unknown) => {
        if (given !== null) wipeSecret(given);
        throw error;
      },
    );
    if (given !== null && !knowsPhrase)
      throw new KithError('wallet-words-other', undefined, { data: { name } });
    const backup = records.get(ownerOf(wallet.file));
    if (!knowsPhrase && (backup === null || backup.outdated))
      throw new KithError('wallet-backup-missing', undefined, { data: { name } });
  };
  return {
    async delete(request) {
      const { sessions, files, list, queue, searches } = components();
      const wallet = get(request.name);
      // A watch-only wallet has no secret that could be lost.
      if (wallet.file.sealed !== null) await prove(wallet, request);
      await queue.run(async () => {
        await files.remove(wallet.name);
        // Changes that wait in the queue must not write the file again.
        wallet.retire();
        sessions.lock(wallet.id);
        sessions.release(wallet.id);
        list.remove(wallet.name);
        searches.removed(wallet);
      });
      changed(wallet.name);
    },
  };
}

function compareAndWipe(given: WalletSecret | null, secret: WalletSecret): boolean {
  const isSame = given !== null && isSameSecret(given, secret);
  for (const each of [given, secret]) if (each !== null) wipeSecret(each);
  return isSame;
}
