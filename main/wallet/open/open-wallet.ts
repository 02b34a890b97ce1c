import type { WalletKind } from '../../../shared/contract/vocabulary.ts';
import type { OutpointKey } from '../../core/primitives/outpoint.ts';
import { KithError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { CHAIN, type KeyPath } from '../keys/key-path.ts';
import { createKeyReserve, type KeyReserve, MIN_UNUSED_KEYS } from './key-reserve.ts';
import { createKeyring, type Keyring } from '../ledger/keyring.ts';
import { createReceivingKeys, lastAllowed, type ReceivingKeys } from './receiving-keys.ts';
import { policyIn } from '../files/setup-locks.ts';
import {
  MAX_FROZEN,
  MAX_REQUESTS,
  type StoredRequest,
  type WalletFile,
  writesAfter,
} from '../files/wallet-file.ts';
import type { WalletFiles } from '../files/wallet-files.ts';
import { withLabels } from './wallet-labels.ts';
import { type Ledger, type LedgerState, WalletLedger } from '../ledger/wallet-ledger.ts';
import type { WalletState } from './wallet-state.ts';

/** One wallet of the data directory: its file, its keys and its ledger. */
export interface OpenWallet extends KeyReserve, ReceivingKeys {
  readonly name: string;
  readonly id: string;
  readonly kind: WalletKind;
  readonly ledger: Ledger;
  readonly file: WalletFile;
  readonly keyring: Keyring;
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
   * Stores the payment requests. The caller checks that their addresses were issued, and cleans their labels.
   * @throws {KithError} `wallet-requests-full`
   */
  setRequests(requests: readonly StoredRequest[]): Promise<void>;
  /** Replaces the wallet file by one with the same keys. */
  replaceFile(file: WalletFile, forgetPrevious: boolean): Promise<void>;
  /** The wallet is being deleted: later changes of its file fail with `wallet-unknown`. */
  retire(): void;
  /** Replaces the ledger by the state in the database. */
  reload(state: LedgerState): void;
}

export interface OpenWalletDeps {
  readonly name: string;
  readonly file: WalletFile;
  readonly state: LedgerState;
  readonly files: WalletFiles;
  readonly log: Log;
}

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
