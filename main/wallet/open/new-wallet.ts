import type { Clock } from '../../lib/clock.ts';
import { MAX_PASSPHRASE_BYTES } from '../../../shared/password.ts';
import { toHex } from '../../core/codec/hex.ts';
import { encodeAddress } from '../../core/primitives/address.ts';
import { type Lock, LOCK_KEY } from '../../core/primitives/coin.ts';
import { KEY_BYTES } from '../../core/primitives/limits.ts';
import { CHAIN } from '../keys/key-path.ts';
import {
  ENTROPY_BYTES,
  isWordsProblem,
  readWords,
  type SeedWords,
  type WordCount,
  wordsOf,
} from '../../core/crypto/mnemonic.ts';
import { KithError } from '../../lib/errors.ts';
import type { Random } from '../../lib/random.ts';
import type { KdfParameters } from '../../workers/vault.ts';
import { emptyMeta } from '../ledger/wallet-ledger.ts';
import { GAP_LIMIT } from '../ledger/key-use.ts';
import type { WalletFile, WalletIdentity } from '../files/wallet-file.ts';
import type { WalletFiles } from '../files/wallet-files.ts';
import { deriveSecrets, type KeyDeps, type KeySecrets } from '../secrets/key-secrets.ts';
import { nameKey } from '../files/wallet-names.ts';
import type { KeyLists } from '../files/public-keys-file.ts';
import { firstKeys } from './key-reserve.ts';
import type { OpenWallet } from './open-wallet.ts';
import type { WalletChain, WalletNetwork } from '../ledger/ports.ts';
import {
  openSecret,
  passphraseBytes,
  sealSecret,
  wipeSecret,
  type WalletSecret,
} from '../secrets/file-secret.ts';
import type { WalletData } from '../ledger/wallet-data.ts';
import { scanStartAt, type WalletList } from './wallet-list.ts';
import type { WalletStore } from './wallet-store.ts';

/**
 * Creates new wallets. Restores wallets from a recovery phrase, or from the previous version of a deleted wallet file.
 */
export interface WalletFactory {
  /** @throws {KithError} `wallet-exists`, `wallet-too-many`, `wallet-password-long`, `wallet-file-unusable`, `disk-full` */
  create(request: {
    readonly name: string;
    readonly password: string;
    readonly words: WordCount;
    readonly passphrase: string;
    /** Random by default. Wiped. */
    readonly entropy?: Uint8Array;
  }): Promise<{ wallet: OpenWallet; mnemonic: string }>;
  /**
   * Restores a wallet, which then reads the chain from its beginning. `secrets` derive more keys meanwhile; the caller
   * must wipe them.
   * @throws {KithError} as `create` does, and `wallet-keys-known` when a wallet here has the same keys
   */
  restore(request: {
    readonly name: string;
    readonly password: string;
    readonly words: SeedWords;
    readonly passphrase: string;
    /** Gap limit: the number of unused addresses in a row after which the search ends. */
    readonly gap: number;
    /** Whether to refuse when a wallet here has the same keys. */
    readonly onlyNew: boolean;
  }): Promise<{ wallet: OpenWallet; firstAddress: string; secrets: KeySecrets }>;
  /**
   * Creates a wallet of another account of a secret: the given one, or the first that no wallet here has. It reads the chain from
   * the birthday of the wallet that it is like. The caller must wipe `secrets`.
   * @throws {KithError} as `restore` does
   */
  account(request: AccountRequest): Promise<{ wallet: OpenWallet; secrets: KeySecrets }>;
  /**
   * Creates a watch-only wallet of these public keys, which then reads the chain from its birthday on.
   * @throws {KithError} as `restore` does
   */
  watch(
    request: KeyLists & { readonly name: string } & Pick<
        WalletIdentity,
        'account' | 'birthday' | 'createdAt'
      >,
  ): Promise<OpenWallet>;
  /**
   * Restores a deleted wallet from the previous version of its file.
   * @throws {KithError} `wallet-unknown`, `wallet-exists`, `wallet-keys-known`, `wallet-file-other-network`
   */
  undelete(name: string): Promise<OpenWallet>;
  /**
   * Restores a wallet from a file of it, with the password of that file. It reads the chain again from its creation on.
   * `secrets` as in `restore`.
   * @throws {KithError} as `undelete` does
   */
  restoreFile(request: {
    readonly name: string;
    readonly file: WalletFile;
    readonly password: string;
  }): Promise<{ wallet: OpenWallet; secrets: KeySecrets }>;
  /**
   * The lock of the first receiving key, by which a user recognises a recovery phrase. Creates no wallet. Wipes the
   * entropy.
   */
  firstLock(entropy: Uint8Array, passphrase: string): Promise<Lock>;
}

export interface WalletFactoryDeps extends KeyDeps {
  readonly network: WalletNetwork;
  readonly chain: WalletChain;
  readonly files: WalletFiles;
  readonly data: WalletData;
  readonly store: Pick<WalletStore, 'startOver'>;
  readonly list: WalletList;
  readonly clock: Pick<Clock, 'now' | 'soon'>;
  readonly random: Pick<Random, 'bytes'>;
  /** Cost of the password hash in the new wallet file. */
  readonly kdf: () => Promise<KdfParameters>;
}

export interface AccountRequest {
  readonly name: string;
  readonly password: string;
  readonly secret: WalletSecret;
  readonly account: number | undefined;
  readonly like: Pick<WalletFile, 'identity' | 'phraseChecked'>;
}

interface RestoreOptions {
  readonly gap: number;
  readonly onlyNew: boolean;
}

const MAX_WALLETS = 100;
const ACCOUNT = 0;

export function createWalletFactory(deps: WalletFactoryDeps): WalletFactory {
  const { network, chain, files, data, list, clock, random, kdf } = deps;
  const reservations = createReservations(list);
  const { reserved, checkKeysNew, keysBeingCreated } = reservations;

  /**
   * Writes the records first and the file last, so that a crash in between leaves no wallet instead of an incomplete
   * one.
   */
  const create = async (name: string, password: string, secret: WalletSecret, restored?: RestoreOptions) => {
    const start = restored ? scanStartAt(chain, 0) : scanStartAt(chain, chain.tip().height);
    const gap = restored?.gap ?? GAP_LIMIT;
    const identity: WalletIdentity = {
      id: toHex(random.bytes(8)),
      network: network.idHex,
      account: ACCOUNT,
      birthday: start.at(-1)!.height,
      createdAt: clock.now(),
    };
    const secrets = await deriveSecrets(secret, ACCOUNT, deps);
    let key = '';
    try {
      const first = await firstLockOf(secrets);
      if (restored?.onlyNew !== false) checkKeysNew(first, restored !== undefined);
      key = toHex(first.lock);
      keysBeingCreated.add(key);
      const sealed = await sealSecret(secret, password, identity, random, await kdf());
      const phraseChecked = restored !== undefined;
      const file: WalletFile = { identity, sealed, ...(await firstKeys(secrets, gap)), phraseChecked };
      const meta = { ...emptyMeta(start, restored !== undefined), gap };
      await data.write(data.changes(identity.id), meta, true);
      await files.create(name, file);
      return { wallet: await list.open(name), secrets };
    } catch (error) {
      secrets.wipe();
      throw error;
    } finally {
      keysBeingCreated.delete(key);
    }
  };

  return {
    create: ({ name, password, words, passphrase, entropy = random.bytes(ENTROPY_BYTES[words]) }) =>
      reserved(name, async () => {
        const secret = { entropy, passphrase: passphraseBytes(passphrase) };
        try {
          const { wallet, secrets } = await create(name, password, secret);
          secrets.wipe();
          return { wallet, mnemonic: wordsOf(entropy) };
        } finally {
          wipeSecret(secret);
        }
      }),
    restore: ({ name, password, words, passphrase, gap, onlyNew }) =>
      reserved(name, async () => {
        const secret = { entropy: words.entropy, passphrase: passphraseBytes(passphrase) };
        const result = await create(name, password, secret, { gap, onlyNew }).finally(() =>
          wipeSecret(secret),
        );
        const first = result.wallet.keyring.lock({ chain: CHAIN.receive, index: 0 });
        return { ...result, firstAddress: encodeAddress(network.hrp, first) };
      }),
    watch: createWatch(deps, { reserved, checkKeysNew }),
    ...createFromFiles(deps, reservations),
    account: createAccountWallet(deps, { reserved, checkKeysNew }),
    async firstLock(entropy, passphrase) {
      const secret = { entropy, passphrase: passphraseBytes(passphrase) };
      const secrets = await deriveSecrets(secret, ACCOUNT, deps).finally(() => wipeSecret(secret));
      return firstLockOf(secrets).finally(() => secrets.wipe());
    },
  };
}

/** Accounts that are tried until one is found that no wallet here has. */
const MAX_ACCOUNTS = 1000;

function createAccountWallet(
  deps: WalletFactoryDeps,
  { reserved, checkKeysNew }: Pick<ReturnType<typeof createReservations>, 'reserved' | 'checkKeysNew'>,
): WalletFactory['account'] {
  const { files, data, list, random, kdf } = deps;
  const secretsOf = async ({ secret, account }: AccountRequest) => {
    for (let number = account ?? 0; number < (account ?? MAX_ACCOUNTS) + 1; number++) {
      const secrets = await deriveSecrets(secret, number, deps);
      let isNew = false;
      try {
        const first = await firstLockOf(secrets);
        if (account !== undefined) checkKeysNew(first);
        isNew = list.byLock(first) === undefined;
      } finally {
        if (!isNew) secrets.wipe();
      }
      if (isNew) return { secrets, number };
    }
    throw new KithError('wallet-too-many', undefined, { data: { most: MAX_ACCOUNTS } });
  };
  return (request) =>
    reserved(request.name, async () => {
      const { name, password, secret, like } = request;
      const { secrets, number } = await secretsOf(request);
      try {
        const identity: WalletIdentity = { ...like.identity, id: toHex(random.bytes(8)), account: number };
        const sealed = await sealSecret(secret, password, identity, random, await kdf());
        const keys = await firstKeys(secrets, GAP_LIMIT);
        await data.write(data.changes(identity.id), emptyMeta(list.scanStartFor(identity), true), true);
        await files.create(name, { identity, sealed, ...keys, phraseChecked: like.phraseChecked });
        return { wallet: await list.open(name), secrets };
      } catch (error) {
        secrets.wipe();
        throw error;
      }
    });
}

function createWatch(
  { network, files, data, list, random }: WalletFactoryDeps,
  { reserved, checkKeysNew }: Pick<ReturnType<typeof createReservations>, 'reserved' | 'checkKeysNew'>,
): WalletFactory['watch'] {
  return ({ name, receive, change, account, birthday, createdAt }) =>
    reserved(name, async () => {
      const id = toHex(random.bytes(8));
      const identity: WalletIdentity = { id, network: network.idHex, account, birthday, createdAt };
      checkKeysNew({ lockType: LOCK_KEY, lock: receive.subarray(0, KEY_BYTES) });
      await data.write(data.changes(id), emptyMeta(list.scanStartFor(identity), true), true);
      await files.create(name, watchOnlyFile(identity, { receive, change }));
      return list.open(name);
    });
}

function watchOnlyFile(identity: WalletIdentity, { receive, change }: KeyLists): WalletFile {
  // Every address of a list is known to others; of public keys the first one is shown first.
  const issued = change.length === 0 ? receive.length / KEY_BYTES : 1;
  return {
    identity,
    sealed: null,
    receive,
    change,
    keysMac: null,
    issued,
    labels: new Map(),
    phraseChecked: true,
    setup: null,
    frozen: new Set(),
    requests: [],
  };
}

/** Wallets that are created from a file that exists already. */
function createFromFiles(
  deps: WalletFactoryDeps,
  { reserved, checkKeysNew, keysBeingCreated }: ReturnType<typeof createReservations>,
): Pick<WalletFactory, 'undelete' | 'restoreFile'> {
  const { network, files, store, list } = deps;
  /** Creates the file of a wallet that is not here yet, and opens the wallet. */
  const put = async (
    name: string,
    file: WalletFile,
    before = () => Promise.resolve(),
  ): Promise<OpenWallet> => {
    if (file.identity.network !== network.idHex)
      throw new KithError('wallet-file-other-network', undefined, { data: { name } });
    const first = { lockType: LOCK_KEY, lock: file.receive.subarray(0, KEY_BYTES) };
    checkKeysNew(first, file.sealed !== null);
    const key = toHex(first.lock);
    keysBeingCreated.add(key);
    try {
      await before();
      await files.create(name, file);
      return await list.open(name);
    } finally {
      keysBeingCreated.delete(key);
    }
  };
  return {
    undelete: (name) =>
      reserved(name, async () => {
        const found = (await files.deleted()).find((each) => nameKey(each.name) === nameKey(name));
        if (found === undefined) throw new KithError('wallet-unknown', undefined, { data: { name } });
        return put(found.name, found.file);
      }),
    restoreFile: ({ name, file, password }) =>
      reserved(name, async () => {
        const { identity, sealed } = file;
        const secret = sealed === null ? null : await openSecret(sealed, password, identity);
        if (secret === null) throw new KithError('wallet-password', undefined, { data: { name } });
        const secrets = await deriveSecrets(secret, identity.account, deps).finally(() => wipeSecret(secret));
        try {
          // Records that a deleted wallet left may be of other keys than those of this file.
          const startOver = async () =>
            void (await store.startOver(identity.id, list.scanStartFor(identity)));
          return { wallet: await put(name, file, startOver), secrets };
        } catch (error) {
          secrets.wipe();
          throw error;
        }
      }),
  };
}

/** Reserves names and keys while wallets are created, so that no two wallets get the same. */
function createReservations(list: WalletList) {
  const beingCreated = new Set<string>();
  /** First keys of the wallets that are being created, as hex. */
  const keysBeingCreated = new Set<string>();
  return {
    keysBeingCreated,
    /**
     * Two wallets with the same keys would issue the same addresses without knowing of each other. A wallet that is restored
     * may have the keys of a watch-only one (`besideWatchOnly`), which cannot spend.
     */
    checkKeysNew(first: Lock, besideWatchOnly = false) {
      const found = list.byLock(first);
      const other = found?.kind === 'watch-only' && besideWatchOnly ? undefined : found?.name;
      if (other === undefined && !keysBeingCreated.has(toHex(first.lock))) return;
      throw new KithError('wallet-keys-known', undefined, other === undefined ? {} : { data: { other } });
    },
    async reserved<T>(name: string, work: () => Promise<T>): Promise<T> {
      if (list.has(name) || beingCreated.has(nameKey(name)))
        throw new KithError('wallet-exists', undefined, { data: { name } });
      if (list.names().length + beingCreated.size >= MAX_WALLETS)
        throw new KithError('wallet-too-many', undefined, { data: { most: MAX_WALLETS } });
      beingCreated.add(nameKey(name));
      try {
        return await work();
      } finally {
        beingCreated.delete(nameKey(name));
      }
    },
  };
}

async function firstLockOf(secrets: KeySecrets): Promise<Lock> {
  return { lockType: LOCK_KEY, lock: await secrets.publicKeys(CHAIN.receive, 0, 1) };
}

/**
 * Reads a recovery phrase.
 * @throws {KithError} `wallet-words-count`, `wallet-word-unknown`, `wallet-words-checksum`
 */
export function checkWords(text: string): SeedWords {
  const words = readWords(text);
  if (!isWordsProblem(words)) return words;
  if (words.problem === 'words-count')
    throw new KithError('wallet-words-count', undefined, { data: { count: words.count } });
  if (words.problem === 'words-checksum') throw new KithError('wallet-words-checksum');
  // The error has the position and not the word, because the text may be the recovery phrase with one typing error.
  const { positions } = words;
  throw new KithError('wallet-word-unknown', undefined, {
    data: { word: `Word ${positions[0]}`, positions },
  });
}

/** Checks the length of a passphrase and returns it. @throws {KithError} `wallet-passphrase-long` */
export function checkPassphrase(passphrase: string): string {
  if (Buffer.byteLength(passphrase.normalize('NFKD')) > MAX_PASSPHRASE_BYTES)
    throw new KithError('wallet-passphrase-long', undefined, { data: { most: MAX_PASSPHRASE_BYTES } });
  return passphrase;
}
