import { equalBytes } from '../../core/codec/bytes.ts';
import { KithError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { CHAIN, type Chain, CHAINS } from '../keys/key-path.ts';
import type { KeySecrets } from '../secrets/key-secrets.ts';
import { GAP_LIMIT } from '../ledger/key-use.ts';
import { createKeyring } from '../ledger/keyring.ts';
import type { KeyLists } from '../files/public-keys-file.ts';
import { policyIn } from '../files/setup-locks.ts';
import type { WalletFile } from '../files/wallet-file.ts';
import type { WalletPartDeps, WalletState } from './wallet-state.ts';

/** The public keys in a wallet file, most of them unused: derived ahead, checked against the secret. */
export interface KeyReserve {
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
}

/** Number of keys in the file beyond the gap limit, so that a locked wallet can still receive and mine. */
const EXTRA_KEYS = 20;

/**
 * Number of unused keys that a locked wallet keeps, so that it still finds payments to keys that another copy of it
 * issued.
 */
export const MIN_UNUSED_KEYS = 20;

export function createKeyReserve({
  name,
  current,
  write,
  log,
}: WalletPartDeps & { readonly log: Log }): KeyReserve {
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
