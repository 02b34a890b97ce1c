import type { WalletKind } from '../../shared/contract/vocabulary.ts';
import { cleanLabel, MAX_LABEL } from '../../shared/labels.ts';
import { CHAIN, type Chain, CHAINS, type KeyPath } from './key-path.ts';
import { equalBytes } from '../core/codec/bytes.ts';
import type { OutpointKey } from '../core/primitives/outpoint.ts';
import { KithError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { type Ledger, type LedgerState, WalletLedger } from './wallet-ledger.ts';
import { GAP_LIMIT, SETTLED_CONFIRMATIONS } from './key-use.ts';
import { MAX_FROZEN, MAX_REQUESTS, type StoredRequest, type WalletFile, writesAfter } from './wallet-file.ts';
import type { WalletFiles } from './wallet-files.ts';
import type { KeySecrets } from './key-secrets.ts';
import { createKeyring, type Keyring } from './keyring.ts';
import type { KeyLists } from './public-keys-file.ts';
import { policyIn } from './setup-locks.ts';

/** Number of keys in the file beyond the gap limit, so that a locked wallet can still receive and mine. */
const EXTRA_KEYS = 20;

/** One wallet of the data directory: its file, its keys and its ledger. */
export interface OpenWallet {
  readonly name: string;
  readonly id: string;
  readonly kind: WalletKind;
  readonly ledger: Ledger;
  readonly file: WalletFile;
  readonly keyring: Keyring;
  /**
   * The current receiving address: issued but not paid yet. If there is none, the next one is issued; if no more may be
   * issued, the last one is returned, and the last one of a list of addresses always. `secrets` as in `nextKey`.
   */
  currentKey(secrets: KeySecrets | null): Promise<KeyPath>;
  /**
   * Issues the next receiving address. `secrets` derive more keys when all known keys are issued; null for a locked
   * wallet.
   * @throws {KithError} `wallet-address-gap`, `wallet-locked`
   */
  nextKey(secrets: KeySecrets | null): Promise<KeyPath>;
  /**
   * The next key for change and mining rewards. Such keys are never shown. Each is used once, as long as the limit of
   * issued keys allows it.
   */
  changeKey(): KeyPath;
  /**
   * Stores a label in the form that cleanLabel returns. An empty label removes the stored one.
   * @throws {KithError} `wallet-label`, `wallet-labels-full`
   */
  setLabel(subject: string, label: string): Promise<void>;
  /**
   * Stores several labels in one write. Returns how many differ from before.
   * @throws {KithError} as `setLabel` does
   */
  setLabels(labels: Iterable<readonly [subject: string, label: string]>): Promise<number>;
  /** Stores that the user has written down the recovery phrase and a check passed. */
  markPhraseChecked(): Promise<void>;
  /**
   * Freezes coins, or unfreezes them. The caller checks that they are coins of the wallet.
   * @throws {KithError} `wallet-frozen-full`
   */
  setFrozen(coins: readonly OutpointKey[], isFrozen: boolean): Promise<void>;
  /**
   * Issues the next receiving address for a payment request, and stores the address, the request and its label in one
   * write: an attempt that fails uses up no address. `secrets` as in `nextKey`.
   * @throws {KithError} as `nextKey` and `setLabel` do
   */
  addRequest(secrets: KeySecrets | null, requestAt: RequestAt): Promise<StoredRequest>;
  /**
   * Stores the payment requests. The caller checks that their addresses were issued, and cleans their labels.
   * @throws {KithError} `wallet-requests-full`
   */
  setRequests(requests: readonly StoredRequest[]): Promise<void>;
  /** Replaces the wallet file by one with the same keys. */
  replaceFile(file: WalletFile, forgetPrevious: boolean): Promise<void>;
  /** Derives keys until there are `unused` after the highest used ones, by default 20 more than the gap limit. True when it derived any. */
  extendKeys(secrets: KeySecrets, unused?: number): Promise<boolean>;
  /**
   * Replaces the keys of a watch-only wallet by longer lists with the same beginning. True if there are more keys now.
   * @throws {KithError} `keys-file-other`
   */
  addKeys(lists: KeyLists): Promise<boolean>;
  /** Gives an unused wallet the policy of a set-up file in which its keys are. */
  setSetup(setup: Uint8Array, secrets: KeySecrets): Promise<void>;
  /**
   * Compares the public keys in the file with the secret. If they are wrong, corrects them and returns false. The
   * wallet may have missed payments then, which `shortSince` records.
   */
  checkKeys(secrets: KeySecrets): Promise<boolean>;
  /** Number of unused keys after the highest used one, on the chain that has fewer. */
  keysAhead(): number;
  /** With fewer unused keys than this, the wallet may miss payments to keys that another copy of it issued. */
  keysNeeded(): number;
  /** Whether the wallet may find payments that it missed once it is unlocked, or given more public keys. */
  unlockMayFindPayments(): boolean;
  /** The wallet is being deleted: later changes of its file fail with `wallet-unknown`. */
  retire(): void;
  /** Replaces the ledger by the state in the database. */
  reload(state: LedgerState): void;
}

/** A payment request at the receiving address with this index, and the subject of its label. */
export type RequestAt = (index: number) => { readonly request: StoredRequest; readonly subject: string };

export interface OpenWalletDeps {
  readonly name: string;
  readonly file: WalletFile;
  readonly state: LedgerState;
  readonly files: WalletFiles;
  readonly log: Log;
}

/**
 * Number of unused keys that a locked wallet keeps, so that it still finds payments to keys that another copy of it
 * issued.
 */
const MIN_UNUSED_KEYS = 20;
const MAX_LABELS = 10_000;

export function createOpenWallet(deps: OpenWalletDeps): OpenWallet {
  const { name, file, files, log } = deps;
  const keyring = createKeyring(file.receive, file.change, policyIn(file));
  const current: WalletState = { file, keyring, ledger: new WalletLedger(deps.state, keyring) };
  let retired = false;
  const checkNotRetired = () => {
    if (retired) throw new KithError('wallet-unknown', undefined, { data: { name } });
  };
  const write = async (change: Partial<WalletFile>) => {
    checkNotRetired();
    const next = { ...current.file, ...change, writes: writesAfter(current.file) };
    await files.write(name, next);
    current.file = next;
  };
  const reserve = createKeyReserve({ name, current, write, log });
  const receiving = createReceivingKeys({ name, current, write, extendKeys: reserve.extendKeys });

  return {
    name,
    id: file.identity.id,
    get kind() {
      return current.file.sealed === null ? 'watch-only' : (current.keyring.policy?.kind ?? 'full');
    },
    get ledger() {
      return current.ledger;
    },
    get file() {
      return current.file;
    },
    get keyring() {
      return current.keyring;
    },
    ...receiving,
    changeKey() {
      const { keyring, ledger } = current;
      // A list of addresses has no keys for change; the first address gets it.
      if (keyring.count(CHAIN.change) === 0) return { chain: CHAIN.receive, index: 0 };
      const last = Math.min(
        Math.max(0, keyring.count(CHAIN.change) - 1 - MIN_UNUSED_KEYS),
        lastAllowed(ledger, CHAIN.change),
      );
      return { chain: CHAIN.change, index: Math.min(ledger.highestUsed[CHAIN.change] + 1, last) };
    },
    setLabel: async (subject, text) => write({ labels: withLabels(current.file.labels, [[subject, text]]) }),
    async setLabels(given) {
      const differing = [...given].filter(([subject, label]) => current.file.labels.get(subject) !== label);
      if (differing.length === 0) return 0;
      await write({ labels: withLabels(current.file.labels, differing) });
      return differing.length;
    },
    markPhraseChecked: async () => write({ phraseChecked: true }),
    setFrozen: async (coins, isFrozen) =>
      write({ frozen: withFrozen(current.file.frozen, coins, isFrozen, current.ledger) }),
    async setRequests(requests) {
      if (requests.length > MAX_REQUESTS)
        throw new KithError('wallet-requests-full', undefined, { data: { most: MAX_REQUESTS } });
      await write({ requests });
    },
    retire() {
      retired = true;
    },
    async replaceFile(next, forgetPrevious) {
      checkNotRetired();
      const written = { ...next, writes: writesAfter(current.file) };
      await files.write(name, written, { forgetPrevious });
      current.file = written;
    },
    ...reserve,
    reload(state) {
      current.ledger = new WalletLedger(state, current.keyring);
    },
  };
}

/** The current state of a wallet. The parts of this module read and replace it. */
interface WalletState {
  file: WalletFile;
  keyring: Keyring;
  ledger: Ledger;
}

interface PartDeps {
  readonly name: string;
  readonly current: WalletState;
  /** Changes fields of the file, on the disk first. */
  readonly write: (change: Partial<WalletFile>) => Promise<void>;
}

/** Derives and checks the keys of the wallet file that follow the used ones. */
function createKeyReserve({
  name,
  current,
  write,
  log,
}: PartDeps & { readonly log: Log }): Pick<
  OpenWallet,
  'extendKeys' | 'addKeys' | 'setSetup' | 'checkKeys' | 'keysAhead' | 'keysNeeded' | 'unlockMayFindPayments'
> {
  const setKeys = async ({ receive, change }: KeyLists, secrets: KeySecrets | null) => {
    const { setup } = current.file;
    const keysMac = secrets?.mac(receive, change, setup) ?? null;
    current.keyring = createKeyring(receive, change, policyIn({ receive, change, setup }));
    current.ledger.setKeyring(current.keyring);
    await write({ receive, change, keysMac });
  };
  const ahead = (chain: Chain) => current.keyring.count(chain) - 1 - current.ledger.highestUsed[chain];

  const extended = async (chain: Chain, secrets: KeySecrets, unused: number): Promise<Uint8Array> => {
    const { keyring } = current;
    const missing = unused - ahead(chain);
    const known = chain === CHAIN.receive ? keyring.receive : keyring.change;
    if (missing <= 0) return known;
    const more = await secrets.publicKeys(chain, keyring.count(chain), missing);
    return Buffer.concat([known, more]);
  };

  return {
    async extendKeys(secrets, unused = current.ledger.gap + EXTRA_KEYS) {
      if (current.keyring.policy !== null) return false;
      const receive = await extended(CHAIN.receive, secrets, unused);
      const change = await extended(CHAIN.change, secrets, unused);
      const { keyring } = current;
      if (receive.length === keyring.receive.length && change.length === keyring.change.length) return false;
      await setKeys({ receive, change }, secrets);
      return true;
    },
    async addKeys(lists) {
      const { keyring } = current;
      if (!extendsList(keyring.receive, lists.receive) || !extendsList(keyring.change, lists.change))
        throw new KithError('keys-file-other');
      const more =
        lists.receive.length + lists.change.length > keyring.receive.length + keyring.change.length;
      if (more) await setKeys(lists, null);
      return more;
    },
    async setSetup(setup, secrets) {
      const { receive, change } = current.file;
      await write({ setup, keysMac: secrets.mac(receive, change, setup) });
      current.keyring = createKeyring(receive, change, policyIn(current.file));
      current.ledger.setKeyring(current.keyring);
    },
    async checkKeys(secrets) {
      const { keyring, file } = current;
      if (
        file.keysMac !== null &&
        equalBytes(secrets.mac(keyring.receive, keyring.change, file.setup), file.keysMac)
      )
        return true;
      // The keys of other people cannot be derived again.
      if (file.setup !== null) throw new KithError('wallet-setup-changed', undefined, { data: { name } });
      log.error('the public keys in the wallet file do not match its secret; they are corrected', {
        name,
      });
      const correct = await Promise.all(
        CHAINS.map((chain) => secrets.publicKeys(chain, 0, keyring.count(chain))),
      );
      await setKeys({ receive: correct[0]!, change: correct[1]! }, secrets);
      current.ledger.set({ shortSince: current.file.identity.birthday });
      return false;
    },
    keysAhead: () => (current.keyring.count(CHAIN.change) === 0 ? 0 : Math.min(...CHAINS.map(ahead))),
    keysNeeded: () => keysNeededBy(current),
    // Each mining reward uses a key, so the user is asked to unlock only when few keys are left.
    unlockMayFindPayments: () =>
      current.ledger.meta().shortSince !== null &&
      keysNeededBy(current) > 0 &&
      (current.ledger.meta().restoring ||
        ahead(CHAIN.receive) < keysNeededBy(current) ||
        ahead(CHAIN.change) < MIN_UNUSED_KEYS),
  };
}

/** The receiving addresses that the wallet issues. */
function createReceivingKeys({
  name,
  current,
  write,
  extendKeys,
}: PartDeps & Pick<OpenWallet, 'extendKeys'>): Pick<OpenWallet, 'currentKey' | 'nextKey' | 'addRequest'> {
  const issue = async (secrets: KeySecrets | null, also: (index: number) => Partial<WalletFile>) => {
    const { ledger } = current;
    const index = Math.max(current.file.issued, ledger.highestUsed[CHAIN.receive] + 1);
    const last = lastAllowed(ledger, CHAIN.receive);
    if (index > last && ledger.meta().restoring)
      throw new KithError('wallet-reading', undefined, { data: { name, height: ledger.syncedTo.height } });
    if (index > last)
      throw new KithError('wallet-address-gap', undefined, {
        data: { most: GAP_LIMIT, blocks: SETTLED_CONFIRMATIONS },
      });
    if (index >= current.keyring.count(CHAIN.receive)) {
      if (current.file.sealed === null) throw new KithError('wallet-keys-end', undefined, { data: { name } });
      if (current.keyring.policy !== null)
        throw new KithError('wallet-setup-end', undefined, { data: { name } });
      if (secrets === null) throw new KithError('wallet-locked', undefined, { data: { name } });
      await extendKeys(secrets);
    }
    await write({ issued: index + 1, ...also(index) });
    return { chain: CHAIN.receive, index };
  };
  const nextKey = (secrets: KeySecrets | null) => issue(secrets, () => ({}));
  return {
    nextKey,
    async addRequest(secrets, requestAt) {
      const { labels, requests } = current.file;
      const { index } = await issue(secrets, (at) => {
        const { request, subject } = requestAt(at);
        return {
          // The history shows the label of the address.
          labels: request.label === '' ? labels : withLabels(labels, [[subject, request.label]]),
          requests: [...requests, request],
        };
      });
      return requestAt(index).request;
    },
    async currentKey(secrets) {
      const { file, ledger } = current;
      const last = lastAllowed(ledger, CHAIN.receive);
      const index = file.issued - 1;
      // A list of addresses has no others, also when the last one was paid.
      if (isAddressList(current)) return { chain: CHAIN.receive, index };
      // While a restored wallet reads the chain, the limit is not known yet. The current key was within the limit when
      // it was issued.
      const isAllowed = index <= last || ledger.meta().restoring;
      if (index > ledger.highestUsed[CHAIN.receive] && isAllowed) return { chain: CHAIN.receive, index };
      return Math.max(index, ledger.highestUsed[CHAIN.receive]) < last
        ? nextKey(secrets)
        : { chain: CHAIN.receive, index: Math.min(index, last) };
    },
  };
}

/** Whether a wallet watches a list of addresses: it has no keys for change, and all its addresses are issued. */
const isAddressList = ({ file, keyring }: WalletState): boolean =>
  file.sealed === null && keyring.policy === null && keyring.count(CHAIN.change) === 0;

/**
 * The last key of a chain that may be issued. A restore looks {@link GAP_LIMIT} keys beyond the last paid one, and
 * only payments in settled blocks are certain to be on the chain then.
 */
export const lastAllowed = (ledger: Ledger, chain: Chain): number => ledger.highestSettled[chain] + GAP_LIMIT;

function withLabels(
  labels: WalletFile['labels'],
  given: Iterable<readonly [subject: string, label: string]>,
): WalletFile['labels'] {
  const changed = new Map(labels);
  for (const [subject, text] of given) {
    const label = cleanLabel(text);
    if (label.length > MAX_LABEL) throw new KithError('wallet-label');
    if (label === '') changed.delete(subject);
    else changed.set(subject, label);
  }
  if (changed.size > MAX_LABELS)
    throw new KithError('wallet-labels-full', undefined, { data: { most: MAX_LABELS } });
  return changed;
}

function withFrozen(
  frozen: WalletFile['frozen'],
  coins: readonly OutpointKey[],
  isFrozen: boolean,
  ledger: Ledger,
): WalletFile['frozen'] {
  const chosen = new Set(coins);
  const others = [...frozen].filter((key) => !chosen.has(key));
  if (!isFrozen) return new Set(others);
  const changed = [...others, ...chosen];
  if (changed.length <= MAX_FROZEN) return new Set(changed);
  // A spent coin is kept as long as there is room: a reorganisation may bring it back.
  const unspent = changed.filter(
    (key) => ledger.coins.has(key) || ledger.unconfirmed.has(key.slice(0, 64)) || chosen.has(key),
  );
  if (unspent.length > MAX_FROZEN)
    throw new KithError('wallet-frozen-full', undefined, { data: { most: MAX_FROZEN } });
  return new Set(unspent);
}

// The file of a wallet that was created here contains every issued key. A restored wallet may also be in use on
// another computer, which may issue more keys.
function keysNeededBy({ file, ledger, keyring }: WalletState): number {
  // A list of addresses is complete, and a set-up has all keys that there will be.
  if (keyring.count(CHAIN.change) === 0 || keyring.policy !== null) return 0;
  // The full wallet issues the keys of a watch-only one.
  if (file.sealed === null) return ledger.gap;
  return file.identity.birthday === 0 || ledger.gap > GAP_LIMIT ? ledger.gap : MIN_UNUSED_KEYS;
}

/** Whether a list of keys begins with all keys of a shorter or equal one. */
function extendsList(known: Uint8Array, longer: Uint8Array): boolean {
  return equalBytes(known, longer.subarray(0, known.length));
}

/** The keys of a new wallet file: gap limit plus 20 on each chain. The first address counts as issued. */
export async function firstKeys(
  secrets: KeySecrets,
  gap: number,
): Promise<
  Pick<WalletFile, 'receive' | 'change' | 'keysMac' | 'issued' | 'labels' | 'frozen' | 'requests' | 'setup'>
> {
  const receive = await secrets.publicKeys(CHAIN.receive, 0, gap + EXTRA_KEYS);
  const change = await secrets.publicKeys(CHAIN.change, 0, gap + EXTRA_KEYS);
  const keysMac = secrets.mac(receive, change);
  const empty = { labels: new Map<string, string>(), setup: null, frozen: new Set<never>(), requests: [] };
  return { receive, change, keysMac, issued: 1, ...empty };
}
