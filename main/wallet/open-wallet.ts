import { cleanLabel, MAX_LABEL } from '../../shared/labels.ts';
import { CHAIN, type Chain, CHAINS, type KeyPlace } from './key-path.ts';
import { equalBytes } from '../core/codec/bytes.ts';
import { KithError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { type Book, type BookState, createBook } from './wallet-ledger.ts';
import { GAP_LIMIT, SETTLED_AFTER } from './key-use.ts';
import type { WalletFile } from './wallet-file.ts';
import type { WalletFiles } from './wallet-files.ts';
import type { KeySecrets } from './key-secrets.ts';
import { createKeyring, type Keyring } from './keyring.ts';

/** Keys that the file has ready beyond the gap, so that a locked wallet goes on receiving and mining. */
const KEYS_MORE = 20;

/** One wallet of the data directory: its file, its keys and what it has. */
export interface OpenWallet {
  readonly name: string;
  readonly id: string;
  readonly book: Book;
  readonly file: WalletFile;
  readonly keyring: Keyring;
  /**
   * The receiving address that nobody has paid yet; hands out the next one where there is none. Where none may be handed
   * out, the last one once more. `secrets` as in `nextKey`.
   */
  currentKey(secrets: KeySecrets | null): Promise<KeyPlace>;
  /**
   * The next receiving address. `secrets` make more keys where they are used up; null when the wallet is locked.
   * @throws {KithError} `wallet-address-gap`, `wallet-locked`
   */
  nextKey(secrets: KeySecrets | null): Promise<KeyPlace>;
  /** Where change and mined rewards go: never shown to anybody, and used once as long as the bound of keys allows. */
  changeKey(): KeyPlace;
  /** Keeps a label in its clean form; empty takes it away. @throws {KithError} `wallet-label`, `wallet-labels-full` */
  setLabel(subject: string, label: string): Promise<void>;
  /** Puts a file with the same keys in the place of this one. */
  replaceFile(file: WalletFile, forgetPrevious: boolean): Promise<void>;
  /** Derives keys until there are some more unused ones than the gap. True when there are new ones. */
  extendKeys(secrets: KeySecrets): Promise<boolean>;
  /**
   * Puts the keys of the file right where they aren't those of the secret; false if it had to. Then all that the wallet
   * has is in doubt, and `shortSince` says so.
   */
  checkKeys(secrets: KeySecrets): Promise<boolean>;
  /** Unused keys that are ready, on the chain that has fewer. */
  keysAhead(): number;
  /** With fewer of them, payments to keys that another copy of this wallet gave away may be missed. */
  keysNeeded(): number;
  /** Whether it may be missing payments that it could find if it were unlocked. */
  wantsUnlocking(): boolean;
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
const KEYS_KEPT = 20;
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

  // A wallet made here has all keys in its file that it ever gave away; one that was restored may be in use elsewhere.
  const keysNeeded = () => (file.identity.birthday === 0 || book.gap > GAP_LIMIT ? book.gap : KEYS_KEPT);

  const extended = async (chain: Chain, secrets: KeySecrets): Promise<Uint8Array> => {
    const missing = book.gap + KEYS_MORE - ahead(chain);
    const known = listOf(chain);
    if (missing <= 0) return known;
    const more = await secrets.publicKeys(chain, keyring.count(chain), missing);
    return Buffer.concat([known, more]);
  };

  /**
   * The last key of a chain that may be given away: a wallet restored from the recovery phrase looks {@link GAP_LIMIT}
   * further than what blocks have paid, and only settled blocks are sure to be there then.
   */
  const lastAllowed = (chain: Chain) => book.settledUse[chain] + GAP_LIMIT;

  const nextKey = async (secrets: KeySecrets | null) => {
    const index = Math.max(file.issued, book.highestUsed[CHAIN.receive] + 1);
    if (index > lastAllowed(CHAIN.receive) && book.meta().restoring)
      throw new KithError('wallet-reading', undefined, { data: { name, height: book.asOf.height } });
    if (index > lastAllowed(CHAIN.receive))
      throw new KithError('wallet-address-gap', undefined, {
        data: { most: GAP_LIMIT, blocks: SETTLED_AFTER },
      });
    if (index >= keyring.count(CHAIN.receive)) {
      if (secrets === null) throw new KithError('wallet-locked', undefined, { data: { name } });
      await extendKeys(secrets);
    }
    await write({ issued: index + 1 });
    return { chain: CHAIN.receive, index };
  };
  const extendKeys = async (secrets: KeySecrets) => {
    const receive = await extended(CHAIN.receive, secrets);
    const change = await extended(CHAIN.change, secrets);
    if (receive.length === keyring.receive.length && change.length === keyring.change.length) return false;
    await setKeys(receive, change, secrets);
    return true;
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
    async currentKey(secrets) {
      const last = lastAllowed(CHAIN.receive);
      const index = file.issued - 1;
      // While the chain is read, the bound is not known yet, and what was given away before was within it then.
      const isAllowed = index <= last || book.meta().restoring;
      if (index > book.highestUsed[CHAIN.receive] && isAllowed) return { chain: CHAIN.receive, index };
      return Math.max(index, book.highestUsed[CHAIN.receive]) < last
        ? nextKey(secrets)
        : { chain: CHAIN.receive, index: Math.min(index, last) };
    },
    changeKey() {
      const last = Math.min(keyring.count(CHAIN.change) - 1 - KEYS_KEPT, lastAllowed(CHAIN.change));
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
    extendKeys,
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
    keysNeeded,
    // A miner uses keys of its own all the time; nobody needs to hear of that before they run out.
    wantsUnlocking: () =>
      book.meta().shortSince !== null &&
      (book.meta().restoring || ahead(CHAIN.receive) < keysNeeded() || ahead(CHAIN.change) < KEYS_KEPT),
    reload(state) {
      book = createBook(state, keyring);
    },
  };
}

/** The file of a new wallet: its first keys, enough for a gap, and nothing handed out but the first address. */
export async function firstKeys(
  secrets: KeySecrets,
  gap: number,
): Promise<Pick<WalletFile, 'receive' | 'change' | 'keysMac' | 'issued' | 'labels'>> {
  const receive = await secrets.publicKeys(CHAIN.receive, 0, gap + KEYS_MORE);
  const change = await secrets.publicKeys(CHAIN.change, 0, gap + KEYS_MORE);
  return { receive, change, keysMac: secrets.mac(receive, change), issued: 1, labels: new Map() };
}
