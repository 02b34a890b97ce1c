import type { Role } from '../../shared/contract/vocabulary.ts';
import { fromHex, toHex } from '../core/codec/hex.ts';
import { ownerOf } from './backup/backup-records.ts';
import { checkSingleKeys, messageHash, verifyMessage } from './signing/signed-message.ts';
import { wordsOf } from '../core/crypto/mnemonic.ts';
import { KithError } from '../lib/errors.ts';
import type { Random } from '../lib/random.ts';
import type { WalletNetwork } from './ledger/ports.ts';
import { readAddress } from './payments/receivers.ts';
import { sealAgain, wipeSecret } from './secrets/file-secret.ts';
import type { WalletComponents } from './wiring.ts';

export interface MessageToSign {
  readonly name: string;
  readonly password: string;
  readonly address: string;
  readonly message: string;
}

/**
 * Operations that need the password. `by` is the kind of connection that the password came over; by default the
 * terminal.
 */
export interface PasswordOperations {
  /** The recovery phrase; `passphrase` is empty if there is none. */
  words(
    name: string,
    password: string,
    by?: Role,
  ): Promise<{ readonly mnemonic: string; readonly passphrase: string }>;
  /** Encrypts the wallet with a new password. Copies of the old file can still be opened with the old password. */
  changePassword(name: string, password: string, next: string, by?: Role): Promise<void>;
  /** The signature of a message by the key of one of the wallet's addresses: 64 bytes as hex. */
  signMessage(request: MessageToSign & { readonly by?: Role }): Promise<{ readonly signature: string }>;
  /** Whether the owner of an address signed a message. */
  verifyMessage(address: string, message: string, signature: string): boolean;
}

export interface PasswordOperationsDeps {
  readonly network: WalletNetwork;
  readonly random: Pick<Random, 'bytes'>;
  readonly components: () => Pick<WalletComponents, 'list' | 'access' | 'kdf' | 'queue' | 'records'>;
  readonly changed: (name: string) => void;
}

export function createPasswordOperations({
  network,
  random,
  components,
  changed,
}: PasswordOperationsDeps): PasswordOperations {
  return {
    async words(name, password, by = 'terminal') {
      const { list, access } = components();
      const secret = await access.secret(list.get(name), password, by);
      try {
        const { buffer, byteOffset, length } = secret.passphrase;
        const passphrase = Buffer.from(buffer, byteOffset, length).toString('utf8');
        return { mnemonic: wordsOf(secret.entropy), passphrase };
      } finally {
        wipeSecret(secret);
      }
    },
    async changePassword(name, password, next, by = 'terminal') {
      const { list, access, kdf, queue, records } = components();
      const wallet = list.get(name);
      const secret = await access.secret(wallet, password, by);
      try {
        const sealed = await sealAgain(secret, next, wallet.file.identity, random, await kdf());
        // Marked first: after a crash in between, a good backup is called outdated, and never the other way round.
        await queue.run(async () => {
          await records.markOutdated(ownerOf(wallet.file));
          await wallet.replaceFile({ ...wallet.file, sealed }, true);
        });
      } finally {
        wipeSecret(secret);
      }
      changed(wallet.name);
    },
    async signMessage({ name, password, address, message, by = 'terminal' }) {
      const { list, access } = components();
      const wallet = list.get(name);
      checkSingleKeys(wallet);
      const keyPath = wallet.keyring.find(readAddress(network.hrp, address));
      if (keyPath === undefined)
        throw new KithError('wallet-address-unknown', undefined, { data: { address, name } });
      const keys = await access.keys(wallet, password, by);
      try {
        return { signature: toHex(keys.sign(keyPath, messageHash(network.id, message))) };
      } finally {
        keys.wipe();
      }
    },
    verifyMessage(address, message, signature) {
      const bytes = fromHex(signature);
      const { lock } = readAddress(network.hrp, address);
      return bytes !== null && verifyMessage(network.id, lock, message, bytes);
    },
  };
}
