import type { Role } from '../../shared/contract/vocabulary.ts';
import type { Notice } from '../../shared/contract/fields.ts';
import type { Balance, DeletedWallet, DraftPayment, HistoryEntry } from '../../shared/contract/wallet.ts';
import { compact } from '../../shared/pasted.ts';
import { encodeAddress } from '../core/primitives/address.ts';
import { type Lock, LOCK_KEY } from '../core/primitives/coin.ts';
import { KEY_BYTES } from '../core/primitives/limits.ts';
import type { Transaction } from '../core/primitives/transaction.ts';
import type { Violation } from '../core/violation.ts';
import type { KeyPlace } from './key-path.ts';
import { KithError } from '../lib/errors.ts';
import { createEmitter } from '../lib/events.ts';
import type { Service } from '../lib/service.ts';
import { computeBalance } from './balance.ts';
import { GAP_LIMIT } from './key-use.ts';
import { type CheckedTarget, checkTarget } from './check-target.ts';
import { readHistory } from './history.ts';
import { checkWalletName } from './wallet-names.ts';
import { checkPassphrase, checkWords } from './new-wallet.ts';
import type { OpenWallet } from './open-wallet.ts';
import type { PaymentRequest } from './receivers.ts';
import { findWalletNotices } from './notices.ts';
import { retryOnDamage } from './recovery.ts';
import { createVaultWork, type VaultWork } from './vault-work.ts';
import type { Sent } from './spending.ts';
import { openParts, type WalletParts, type WalletsDeps } from './wiring.ts';

/**
 * The wallets of a node. Failures are thrown as a KithError with a stable code; a payment that the mempool refuses is
 * returned as a violation.
 */
export interface Wallets extends Service, VaultWork {
  create(request: {
    readonly name: string;
    readonly password: string;
    readonly words: 12 | 24;
  }): Promise<{ readonly mnemonic: string }>;
  /**
   * Resolves once the wallet exists; it reads the chain in the background. `gap` as in `rescan`.
   * @throws {KithError} `wallet-keys-known` when a wallet here has the same keys and `onlyNew` is true
   */
  restore(request: {
    readonly name: string;
    readonly password: string;
    readonly mnemonic: string;
    readonly passphrase?: string | undefined;
    readonly gap?: number | undefined;
    readonly onlyNew?: boolean | undefined;
  }): Promise<{ readonly firstAddress: string }>;
  /**
   * The first address of a recovery phrase and passphrase, and the wallet here with the same keys, if any. Stores nothing.
   * For a preview before a restore.
   */
  inspect(request: {
    readonly mnemonic: string;
    readonly passphrase?: string | undefined;
  }): Promise<{ readonly firstAddress: string; readonly wallet: string | null }>;
  list(): readonly { readonly name: string; readonly locked: boolean }[];
  /** Wallets of this network whose file was deleted and whose previous version is still here. */
  deleted(): Promise<readonly DeletedWallet[]>;
  /** Restores one of them from the previous version of its file, with the password of that version. */
  undelete(name: string): Promise<void>;
  /**
   * For 15 minutes by default. Here and below, `by` is the kind of connection that the password came over, the terminal by
   * default: the pause after wrong passwords is kept per kind.
   */
  unlock(name: string, password: string, seconds?: number, by?: Role): Promise<void>;
  lock(name: string): void;
  /** See computeBalance for what the figures mean. */
  balance(name: string): Promise<Balance>;
  /** The current receiving address that has not been paid yet. */
  address(name: string): Promise<string>;
  newAddress(name: string, label?: string): Promise<string>;
  prepare(request: PaymentRequest): Promise<DraftPayment>;
  /** A draft that can still be confirmed; undefined when it was sent, is too old or never existed. */
  draft(id: string): { readonly wallet: string; readonly payment: DraftPayment } | undefined;
  confirm(draft: string, password: string, by?: Role): Promise<Sent | Violation>;
  /** For the native dialog; the wallet must be unlocked. */
  confirmUnlocked(draft: string): Promise<Sent | Violation>;
  history(query: {
    readonly name: string;
    readonly limit: number;
    readonly after?: string | undefined;
  }): Promise<HistoryEntry[]>;
  /** Reads an address or a payment link. */
  checkAddress(text: string): CheckedTarget;
  /** Sets the label of a txid or an address; an empty one removes it. */
  setLabel(name: string, subject: string, label: string): Promise<void>;
  /** The lock that the next mining reward should pay; ask again after each reward. The wallet may be locked. */
  payout(name: string): Lock;
  /**
   * Reads the chain again from a height on. `gap` raises the gap limit, for which the wallet must be unlocked. @throws {KithError} `wallet-locked`
   */
  rescan(name: string, fromHeight: number, gap?: number): Promise<void>;
  /** Notices for the user, such as a corrupt wallet database that was rebuilt. */
  notices(): readonly Notice[];
  /** Own live payments, parents first, to be announced until they are mined or expire. */
  ownPending(): Transaction[];
  /** Notifies listeners that more peers have seen a payment. */
  touch(txid: string): void;
  /** Calls the listener with a wallet's name after the wallet changed; returns a function that removes the listener. */
  onChanged(listener: (name: string) => void): () => void;
}

const UNLOCKED_SECONDS = 900;
/** Errors that make the wallets unusable, although the node still starts. */
const REFUSALS = new Set(['wallet-data-newer', 'wallet-data-unusable']);
const LABEL_SUBJECT = /^[0-9a-z]{1,160}$/;

export function createWallets(deps: WalletsDeps): Wallets {
  const { network, random, log } = deps;
  const events = createEmitter<{ changed: string }>((error) =>
    log.error('a listener of the wallets failed', { error }),
  );
  const changed = (name: string) => events.emit('changed', name);
  let parts: WalletParts | null = null;
  /** Why the wallets cannot be used while the rest of the node runs. */
  let refusal: KithError | null = null;

  const running = (): WalletParts => {
    if (parts === null) throw refusal ?? new KithError('stopping', 'the wallets are not running');
    return parts;
  };
  const get = (name: string) => running().list.get(name);
  const addressOf = (wallet: OpenWallet, place: KeyPlace) =>
    encodeAddress(network.hrp, wallet.keyring.lock(place));
  /** Runs a query in the queue, once the wallet is at the tip or the wait for it is over. */
  const ask = async <T>(name: string, query: (wallet: OpenWallet) => Promise<T> | T): Promise<T> => {
    const wallet = get(name);
    const { follower, queue } = running();
    await follower.nearTip(wallet);
    return retryOnDamage(() => queue.run(() => query(wallet)));
  };
  const change = async <T>(name: string, work: (wallet: OpenWallet) => Promise<T>): Promise<T> => {
    const wallet = get(name);
    const result = await running().queue.run(() => work(wallet));
    changed(wallet.name);
    return result;
  };

  const begin = (wallet: OpenWallet) => {
    const { follower, pending } = running();
    follower.poke();
    pending
      .readMempool(wallet)
      .catch((error: unknown) => log.error('the mempool could not be read', { error }));
    changed(wallet.name);
  };

  return {
    name: 'wallets',
    async start() {
      try {
        parts = await openParts(deps, changed);
      } catch (error) {
        if (!(error instanceof KithError) || !REFUSALS.has(error.code)) throw error;
        log.error('the wallets cannot be used', { error });
        refusal = error;
      }
      for (const wallet of parts?.list.values() ?? []) begin(wallet);
    },
    async stop() {
      if (parts === null) return;
      const { pending, follower, sessions, data, queue } = running();
      pending.stop();
      try {
        await follower.stop();
      } finally {
        // Also after a disk failure: the secrets must be wiped, and the next start needs the database closed.
        await queue.close();
        parts = null;
        sessions.close();
        await data.close();
      }
    },

    async create({ name, password, words }) {
      const { wallet, mnemonic } = await running().maker.create(checkWalletName(name), password, words);
      begin(wallet);
      return { mnemonic };
    },
    async restore({ name, password, mnemonic, passphrase = '', gap = GAP_LIMIT, onlyNew = false }) {
      const words = checkWords(mnemonic);
      const request = {
        name: checkWalletName(name),
        password,
        words,
        passphrase: checkPassphrase(passphrase),
        gap,
        onlyNew,
      };
      const { wallet, firstAddress, secrets } = await running().maker.restore(request);
      running().sessions.hold(wallet.id, secrets);
      begin(wallet);
      return { firstAddress };
    },
    async inspect({ mnemonic, passphrase = '' }) {
      const { entropy } = checkWords(mnemonic);
      const { maker, list } = running();
      const lock = await maker.firstLock(entropy, checkPassphrase(passphrase));
      return { firstAddress: encodeAddress(network.hrp, lock), wallet: list.byLock(lock)?.name ?? null };
    },
    list() {
      if (parts === null && refusal !== null) return [];
      const { list, sessions } = running();
      const isUnlocked = new Set(
        [...list.values()].filter(({ id }) => sessions.isUnlocked(id)).map(({ name }) => name),
      );
      return list.names().map((name) => ({ name, locked: !isUnlocked.has(name) }));
    },

    async deleted() {
      const found = await running().files.deleted();
      return found
        .filter(({ file }) => file.identity.network === network.idHex)
        .map(({ name, file: { receive, identity } }) => ({
          name,
          firstAddress: encodeAddress(network.hrp, {
            lockType: LOCK_KEY,
            lock: receive.subarray(0, KEY_BYTES),
          }),
          createdAt: identity.createdAt,
        }));
    },
    async undelete(name) {
      begin(await running().maker.undelete(checkWalletName(name)));
    },

    async unlock(name, password, seconds = UNLOCKED_SECONDS, by = 'terminal') {
      const { access, sessions, follower } = running();
      const wallet = get(name);
      const secrets = await access.keys(wallet, password, by);
      await change(name, async () => {
        await wallet.checkKeys(secrets);
        await wallet.extendKeys(secrets);
        const since = wallet.ledger.meta().shortSince;
        // The blocks can be read once they are stored; below a snapshot they are downloaded later, with the history.
        const first = since === null ? undefined : deps.chain.atHeight(since + 1);
        if (since !== null && first !== undefined && deps.chain.hasBody(first.id)) {
          wallet.ledger.set({ shortSince: null });
          await follower.rewind(wallet, since);
        }
        sessions.unlock(wallet.id, secrets, seconds);
      });
      follower.poke();
    },
    lock(name) {
      const wallet = get(name);
      running().sessions.lock(wallet.id);
      changed(wallet.name);
    },

    balance: (name) => ask(name, ({ ledger }) => computeBalance(ledger, network.params.maturity)),
    async address(name) {
      const wallet = get(name);
      const { queue, sessions } = running();
      return queue.run(async () => addressOf(wallet, await wallet.currentKey(sessions.any(wallet.id))));
    },
    newAddress: (name, label = '') =>
      change(name, async (wallet) => {
        const secrets = running().sessions.any(wallet.id);
        const address = addressOf(wallet, await wallet.nextKey(secrets));
        if (label !== '') await wallet.setLabel(address, label);
        return address;
      }),
    async prepare(request) {
      const wallet = get(request.name);
      await running().follower.nearTip(wallet);
      return retryOnDamage(() => running().spending.prepare(wallet, request));
    },
    draft: (id) => running().spending.draft(id),
    confirm: (draft, password, by = 'terminal') => running().spending.confirm(draft, password, by),
    confirmUnlocked: (draft) => running().spending.confirmUnlocked(draft),
    history: ({ name, limit, after }) =>
      ask(name, (wallet) => {
        const { ledger, file, id } = wallet;
        const { hrp, params } = network;
        const sighting = deps.sighting ?? (() => null);
        const context = { ledger, hrp, maturity: params.maturity, labels: file.labels, sighting };
        return readHistory(context, running().data, id, { limit, after });
      }),

    checkAddress: (text) => checkTarget(network.hrp, text, parts?.list.values() ?? []),
    setLabel: (name, subject, label) =>
      change(name, async (wallet) => {
        const named = compact(subject).toLowerCase();
        if (!LABEL_SUBJECT.test(named)) throw new KithError('wallet-label');
        await wallet.setLabel(named, label);
      }),
    payout(name) {
      const wallet = get(name);
      return wallet.keyring.lock(wallet.changeKey());
    },
    async rescan(name, fromHeight, gap) {
      const { follower, sessions } = running();
      const work = async (wallet: OpenWallet) => {
        if (gap !== undefined && gap > wallet.ledger.gap) {
          const secrets = sessions.any(wallet.id);
          if (secrets === null)
            throw new KithError('wallet-locked', undefined, { data: { name: wallet.name } });
          wallet.ledger.set({ gap });
          await wallet.extendKeys(secrets);
        }
        await follower.rewind(wallet, fromHeight - 1);
      };
      await retryOnDamage(() => change(name, work));
      follower.poke();
    },
    notices: () => findWalletNotices(parts, refusal),
    ownPending: () => parts?.pending.ownPending() ?? [],
    touch(txid) {
      for (const wallet of parts?.list.values() ?? [])
        if (wallet.ledger.unmined.has(txid)) changed(wallet.name);
    },
    onChanged: (listener) => events.on('changed', listener),
    ...createVaultWork({ network, random, parts: running, changed }),
  };
}
