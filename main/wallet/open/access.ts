import type { Role } from '../../../shared/contract/vocabulary.ts';
import { KithError } from '../../lib/errors.ts';
import type { PasswordAttempts } from '../secrets/password-attempts.ts';
import { deriveSecrets, type KeyDeps, type KeySecrets } from '../secrets/key-secrets.ts';
import type { OpenWallet } from './open-wallet.ts';
import { openSecret, wipeSecret, type WalletSecret } from '../secrets/file-secret.ts';

/**
 * Opens a wallet with its password. Each attempt takes 250 ms. After a wrong password there is a pause, which grows
 * with every further one.
 */
export interface Access {
  /**
   * The secret of a wallet. The caller must wipe it. `by` is the kind of connection; see PasswordAttempts.
   * @throws {KithError} `wallet-watch-only`, `wallet-password`, `wallet-password-wait`, `wallet-password-long`
   */
  secret(wallet: OpenWallet, password: string, by: Role): Promise<WalletSecret>;
  /** The private keys of a wallet. The caller must wipe them. Throws like `secret`. */
  keys(wallet: OpenWallet, password: string, by: Role): Promise<KeySecrets>;
}

export function createAccess(deps: KeyDeps & { readonly passwordAttempts: PasswordAttempts }): Access {
  const secret = async ({ id, name, file }: OpenWallet, password: string, by: Role) => {
    const { sealed, identity } = file;
    if (sealed === null) throw new KithError('wallet-watch-only', undefined, { data: { name } });
    const opened = await deps.passwordAttempts.attempt(id, by, () => openSecret(sealed, password, identity));
    if (opened === null) throw new KithError('wallet-password', undefined, { data: { name } });
    return opened;
  };
  return {
    secret,
    async keys(wallet, password, by) {
      const opened = await secret(wallet, password, by);
      try {
        return await deriveSecrets(opened, wallet.file.identity.account, deps);
      } finally {
        wipeSecret(opened);
      }
    },
  };
}
