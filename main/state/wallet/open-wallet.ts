import { cleanLabel, MAX_LABEL } from '../../../shared/labels.ts';
import { CHAIN, type Chain, CHAINS, type KeyPlace } from '../../core/wallet/key-path.ts';
import { equalBytes } from '../../core/codec/bytes.ts';
import { KithError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log/log.ts';
import { type Book, type BookState, createBook } from './book/book.ts';
import type { WalletFile } from './file/file-format.ts';
import type { WalletFiles } from './file/file-store.ts';
import type { KeySecrets } from './access/key-secrets.ts';
import { createKeyring, type Keyring } from './keyring.ts';

/**
 * Unused keys in a row that a wallet looks for when it is restored, and the most addresses that it hands out before
 * one of them is paid: a later one might not be found again.
 */
export const GAP_LIMIT = 100;
/** Unused keys that the file has ready, so that a locked wallet goes on receiving and mining. */
export const KEYS_AHEAD = 120;

/** One wallet of the data directory: its file, its keys and what it has. */
export interface OpenWallet {
  readonly name: string;
  readonly id: string;
  readonly book: Book;
  readonly file: WalletFile;
  readonly keyring: Keyring;
  /** The receiving address that nobody has paid yet; hands out the next one where there is none. */
  currentKey(): Promise<KeyPlace>;
  /** @throws {KithError} `wallet-address-gap`, `wallet-locked` (when its keys are used up) */
  nextKey(): Promise<KeyPlace>;
  /** Where change and mined rewards go: never shown to anybody, and used once as long as keys last. */
  changeKey(): KeyPlace;
  /** Keeps a label in its clean form; empty takes it away. @throws {KithError} `wallet-label`, `wallet-labels-full` */
  setLabel(subject: string, label: string): Promise<void>;
  /** Puts a file with the same keys in the place of this one. */
  replaceFile(file: WalletFile, forgetPrevious: boolean): Promise<void>;
  /** Derives keys until {@link KEYS_AHEAD} unused ones are ready. True when there are new ones. */
  extendKeys(secrets: KeySecrets): Promise<boolean>;
  /**
   * Puts the keys of the file right where they aren't those of the secret; false if it had to. Then all that the wallet
   * has is in doubt, and `shortSince` says so.
   */
  checkKeys(secrets: KeySecrets): Promise<boolean>;
  /** Unused keys that are ready, on the chain that has fewer. */
  keysAhead(): number;
  /** Begins again from what the database has. */
  reload(state: BookState): void;
}

export interface OpenWalletDeps {
  readonly name: string;
  readonly file: WalletFile;
  readonly state: BookState;
  readonly files: WalletFiles;
  readonly log: Log;
}

/** Keys that a locked wallet never uses up by itself, so that it still sees what another copy of it does. */
export const KEYS_KEPT = 20;
const MAX_LABELS = 10_000;

export function createOpenWallet(deps: OpenWalletDeps): OpenWallet {
  const { name, files, log } = deps;
  let file = deps.file;
  let keyring = createKeyring(file.receive, file.change);
  let book = createBook(deps.state, keyring);

  const write = async (change: Partial<WalletFile>) => {
    const next = { ...file, ...change };
    await files.write(name, next);
    file = next;
  };
  const setKeys = async (receive: Uint8Array, change: Uint8Array, secrets: KeySecrets) => {
    const keysMac = secrets.mac(receive, change);
    keyring = createKeyring(receive, change);
    book.setKeyring(keyring);
    await write({ receive, change, keysMac });
  };
  const ahead = (chain: Chain) => keyring.count(chain) - 1 - book.highestUsed[chain];
  const listOf = (chain: Chain) => (chain === CHAIN.receive ? keyring.receive : keyring.change);

  const extended = async (chain: Chain, secrets: KeySecrets): Promise<Uint8Array> => {
    const missing = KEYS_AHEAD - ahead(chain);
    const known = listOf(chain);
    if (missing <= 0) return known;
    const more = await secrets.publicKeys(chain, keyring.count(chain), missing);
    return Buffer.concat([known, more]);
  };

  const nextKey = async () => {
    const used = book.highestUsed[CHAIN.receive];
    const index = Math.max(file.issued, used + 1);
    if (index > used + GAP_LIMIT)
      throw new KithError('wallet-address-gap', undefined, { data: { most: GAP_LIMIT } });
    if (index >= keyring.count(CHAIN.receive))
      throw new KithError('wallet-locked', undefined, { data: { name } });
    await write({ issued: index + 1 });
    return { chain: CHAIN.receive, index };
  };

  return {
    name,
    id: file.identity.id,
    get book() {
      return book;
    },
    get file() {
      return file;
    },
    get keyring() {
      return keyring;
    },
    nextKey,
    async currentKey() {
      const index = file.issued - 1;
      return index > book.highestUsed[CHAIN.receive] ? { chain: CHAIN.receive, index } : nextKey();
    },
    changeKey() {
      const last = keyring.count(CHAIN.change) - 1 - KEYS_KEPT;
      return { chain: CHAIN.change, index: Math.min(book.highestUsed[CHAIN.change] + 1, last) };
    },
    async setLabel(subject, text) {
      const label = cleanLabel(text);
      if (label.length > MAX_LABEL) throw new KithError('wallet-label');
      const labels = new Map(file.labels);
      if (label === '') labels.delete(subject);
      else labels.set(subject, label);
      if (labels.size > MAX_LABELS)
        throw new KithError('wallet-labels-full', undefined, { data: { most: MAX_LABELS } });
      await write({ labels });
    },
    async replaceFile(next, forgetPrevious) {
      await files.write(name, next, { forgetPrevious });
      file = next;
    },
    async extendKeys(secrets) {
      const receive = await extended(CHAIN.receive, secrets);
      const change = await extended(CHAIN.change, secrets);
      if (receive.length === keyring.receive.length && change.length === keyring.change.length) return false;
      await setKeys(receive, change, secrets);
      return true;
    },
    async checkKeys(secrets) {
      if (equalBytes(secrets.mac(keyring.receive, keyring.change), file.keysMac)) return true;
      log.error('the public keys in the wallet file were changed by somebody else; they are put right', {
        name,
      });
      const right = await Promise.all(
        CHAINS.map((chain) => secrets.publicKeys(chain, 0, keyring.count(chain))),
      );
      await setKeys(right[0]!, right[1]!, secrets);
      book.set({ shortSince: file.identity.birthday });
      return false;
    },
    keysAhead: () => Math.min(...CHAINS.map(ahead)),
    reload(state) {
      book = createBook(state, keyring);
    },
  };
}

/** The file of a new wallet: its first keys, nothing handed out but the first address. */
export async function firstKeys(
  secrets: KeySecrets,
): Promise<Pick<WalletFile, 'receive' | 'change' | 'keysMac' | 'issued' | 'labels'>> {
  const receive = await secrets.publicKeys(CHAIN.receive, 0, KEYS_AHEAD);
  const change = await secrets.publicKeys(CHAIN.change, 0, KEYS_AHEAD);
  return { receive, change, keysMac: secrets.mac(receive, change), issued: 1, labels: new Map() };
}
