import type { WordCount } from '../core/crypto/mnemonic.ts';
import { encodeAddress } from '../core/primitives/address.ts';
import type { DeletedWallet } from '../../shared/contract/wallet.ts';
import { entropyFromDice } from './keys/dice-entropy.ts';
import { GAP_LIMIT } from './ledger/key-use.ts';
import { checkPassphrase, checkWords } from './open/new-wallet.ts';
import type { WalletNetwork } from './ledger/ports.ts';
import { spenderOf } from './open/wallet-list.ts';
import type { RunningWallets } from './running-wallets.ts';
import { firstLockIn } from './files/setup-locks.ts';
import { checkWalletName } from './files/wallet-names.ts';

export interface NewWallet {
  readonly name: string;
  readonly password: string;
  readonly words: WordCount;
  /** Rolls of a die, from which the recovery phrase is made; by default it is random. */
  readonly dice?: string | undefined;
  /** A restore needs it beside the recovery phrase. */
  readonly passphrase?: string | undefined;
}

export interface RestoredWallet {
  readonly name: string;
  readonly password: string;
  readonly mnemonic: string;
  readonly passphrase?: string | undefined;
  /** Gap limit: the number of unused addresses in a row after which the search ends. */
  readonly gap?: number | undefined;
  /** Fails if a wallet of this node has the same keys. */
  readonly onlyNew?: boolean | undefined;
}

/** Operations that bring a wallet into the data directory. */
export interface WalletCreation {
  create(wallet: NewWallet): Promise<{ readonly mnemonic: string }>;
  /**
   * Resolves when the wallet exists. It reads the chain in the background.
   * @throws {KithError} `wallet-keys-known` when a wallet here has the same keys and `onlyNew` is true
   */
  restore(wallet: RestoredWallet): Promise<{ readonly firstAddress: string }>;
  /**
   * The first address of a recovery phrase and passphrase, and the wallet here that has the same keys, if any. For a
   * preview before a restore; stores nothing.
   */
  inspect(
    words: Pick<RestoredWallet, 'mnemonic' | 'passphrase'>,
  ): Promise<{ readonly firstAddress: string; readonly wallet: string | null }>;
  /** Wallets of this network whose file was deleted and whose previous version still exists. */
  deleted(): Promise<readonly DeletedWallet[]>;
  /** Restores a deleted wallet from the previous version of its file, with the password of that version. */
  undelete(name: string): Promise<void>;
}

export function createWalletCreation(network: WalletNetwork, running: RunningWallets): WalletCreation {
  const { components, begin } = running;
  return {
    async create({ name, password, words, dice, passphrase = '' }) {
      const { wallet, mnemonic } = await components().factory.create({
        name: checkWalletName(name),
        password,
        words,
        passphrase: checkPassphrase(passphrase),
        ...(dice === undefined ? {} : { entropy: entropyFromDice(dice, words) }),
      });
      begin(wallet);
      return { mnemonic };
    },
    async restore({ name, password, mnemonic, passphrase = '', gap = GAP_LIMIT, onlyNew = false }) {
      // The node may stop meanwhile: these sessions wipe the secrets then.
      const { factory, sessions } = components();
      const request = {
        name: checkWalletName(name),
        password,
        passphrase: checkPassphrase(passphrase),
        // Read last: what throws after it would leave the entropy in memory.
        words: checkWords(mnemonic),
        gap,
        onlyNew,
      };
      const { wallet, firstAddress, secrets } = await factory.restore(request);
      sessions.hold(wallet.id, secrets);
      begin(wallet);
      return { firstAddress };
    },
    async inspect({ mnemonic, passphrase = '' }) {
      const { factory, list } = components();
      // Read last: what throws after it would leave the entropy in memory.
      const checked = checkPassphrase(passphrase);
      const { entropy } = checkWords(mnemonic);
      const lock = await factory.firstLock(entropy, checked);
      return { firstAddress: encodeAddress(network.hrp, lock), wallet: spenderOf(list.byLock(lock)) };
    },
    async deleted() {
      const found = await components().files.deleted();
      return found
        .filter(({ file }) => file.identity.network === network.idHex)
        .map(({ name, file }) => ({
          name,
          firstAddress: encodeAddress(network.hrp, firstLockIn(file)),
          createdAt: file.identity.createdAt,
        }));
    },
    async undelete(name) {
      begin(await components().factory.undelete(checkWalletName(name)));
    },
  };
}
