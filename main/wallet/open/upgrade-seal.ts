import type { Log } from '../../lib/log.ts';
import type { Queue } from '../../lib/queue.ts';
import type { Random } from '../../lib/random.ts';
import { isWeaker } from '../../workers/kdf-cost.ts';
import type { KdfParameters } from '../../workers/vault.ts';
import { sealAgain, wipeSecret, type WalletSecret } from '../secrets/file-secret.ts';
import type { OpenWallet } from './open-wallet.ts';

export interface UpgradeDeps {
  /** The cost that new wallet files have on this computer. */
  readonly kdf: () => Promise<KdfParameters>;
  readonly queue: Queue;
  readonly random: Pick<Random, 'bytes'>;
  readonly log: Log;
}

/**
 * Encrypts a wallet again when its file is cheaper to guess than a new one, with the password that just opened it. The
 * previous versions of the file are replaced too. Wipes the secret. Never fails: the wallet stays as it is then.
 */
export async function upgradeSeal(
  wallet: OpenWallet,
  secret: WalletSecret,
  password: string,
  { kdf, queue, random, log }: UpgradeDeps,
): Promise<void> {
  const { sealed: opened, identity } = wallet.file;
  try {
    const wanted = await kdf();
    if (opened === null || !isWeaker(opened.kdf, wanted)) return;
    const sealed = await sealAgain(secret, password, identity, random, wanted);
    await queue.run(async () => {
      // The password may have been changed meanwhile.
      if (wallet.file.sealed === opened) await wallet.replaceFile({ ...wallet.file, sealed }, true);
    });
    log.info('the password of a wallet is harder to guess now', { name: wallet.name, ...wanted });
  } catch (error) {
    log.warn('a wallet file could not be encrypted with a higher cost', { name: wallet.name, error });
  } finally {
    wipeSecret(secret);
  }
}
