import type { Height } from '../../../shared/units.ts';
import { KithError } from '../../lib/errors.ts';
import { equalBytes } from '../../core/codec/bytes.ts';
import { type Lock, LOCK_KEY } from '../../core/primitives/coin.ts';
import { CHAIN } from '../keys/key-path.ts';
import type { Keyring } from '../ledger/keyring.ts';
import type { Log } from '../../lib/log.ts';
import type { WalletIdentity } from '../files/wallet-file.ts';
import type { WalletFiles } from '../files/wallet-files.ts';
import { locatorOf } from '../ledger/wallet-meta.ts';
import { nameKey } from '../files/wallet-names.ts';
import { createOpenWallet, type OpenWallet } from './open-wallet.ts';
import type { BlockRef, WalletChain, WalletNetwork } from '../ledger/ports.ts';
import { isCorruption } from './recovery.ts';
import type { WalletStore } from './wallet-store.ts';

/** The wallets of the data directory, including those that cannot be opened. */
export interface WalletList {
  /**
   * Opens every wallet file, also of wallets that are open already. A wallet that cannot be opened is listed with the
   * reason. Returns the error if the database is corrupt: then call this again after the database was created again.
   */
  openAll(): Promise<KithError | null>;
  /** Opens one wallet whose file was just written. */
  open(name: string): Promise<OpenWallet>;
  /** Forgets a wallet whose file was just deleted. */
  remove(name: string): void;
  values(): Iterable<OpenWallet>;
  names(): readonly string[];
  has(name: string): boolean;
  /** @throws {KithError} `wallet-unknown`, or why the wallet cannot be opened */
  get(name: string): OpenWallet;
  byId(id: string): OpenWallet | undefined;
  /**
   * The open wallet that has the key of a lock. With the first lock of a recovery phrase it finds the wallet of that
   * phrase.
   */
  byLock(lock: Lock): OpenWallet | undefined;
  /** The locator at which a wallet starts to read the chain after its records were lost. */
  scanStartFor(identity: WalletIdentity): BlockRef[];
}

export interface WalletListDeps {
  readonly files: WalletFiles;
  readonly store: WalletStore;
  readonly network: WalletNetwork;
  readonly chain: WalletChain;
  readonly log: Log;
}

/**
 * Number of blocks subtracted from the birthday, because the chain may have been reorganised after the wallet was
 * created.
 */
const BIRTHDAY_MARGIN_BLOCKS = 1_440;
/** Seconds by which the clock of the computer and the times of blocks may have differed when the wallet was created. */
const CLOCK_MARGIN_SECONDS = 86_400;

export function createWalletList(deps: WalletListDeps): WalletList {
  const { files, store, network, chain, log } = deps;
  const open = new Map<string, OpenWallet>();
  const broken = new Map<string, { readonly name: string; readonly error: Error }>();
  const byId = (id: string) => [...open.values()].find((wallet) => wallet.id === id);

  const scanStartFor = (identity: WalletIdentity) => scanStartAt(chain, firstHeight(chain, identity));

  const openOne = async (name: string): Promise<OpenWallet> => {
    const file = await files.read(name);
    const { id, network: networkId } = file.identity;
    if (networkId !== network.idHex)
      throw new KithError('wallet-file-other-network', undefined, { data: { name } });
    // Two wallets with copies of one file would overwrite each other's records.
    const duplicate = byId(id);
    if (duplicate !== undefined)
      throw new KithError('wallet-file-copy', undefined, { data: { name, other: duplicate.name } });
    const state = await store.load(id, () => scanStartFor(file.identity));
    const wallet = createOpenWallet({ name, file, state, files, log });
    open.set(nameKey(name), wallet);
    return wallet;
  };

  return {
    async openAll() {
      open.clear();
      broken.clear();
      let corruption: KithError | null = null;
      for (const name of await files.names()) {
        await openOne(name).catch((error: unknown) => {
          log.error('a wallet cannot be opened', { name, error });
          if (isCorruption(error)) corruption ??= error;
          const reason = error instanceof Error ? error : new KithError('wallet-file-unusable');
          broken.set(nameKey(name), { name, error: reason });
        });
      }
      return corruption;
    },
    open: openOne,
    remove: (name) => void open.delete(nameKey(name)),
    values: () => open.values(),
    names: () => [...open.values(), ...broken.values()].map(({ name }) => name).sort(),
    has: (name) => open.has(nameKey(name)) || broken.has(nameKey(name)),
    get(name) {
      const wallet = open.get(nameKey(name));
      if (wallet !== undefined) return wallet;
      throw (
        broken.get(nameKey(name))?.error ?? new KithError('wallet-unknown', undefined, { data: { name } })
      );
    },
    byId,
    byLock(lock) {
      const found = [...open.values()].filter(({ keyring }) => hasKey(keyring, lock));
      return found.find(({ kind }) => kind !== 'watch-only') ?? found[0];
    },
    scanStartFor,
  };
}

/** The name of a wallet, unless it is watch-only: then its keys can still be restored here, to spend its coins. */
export const spenderOf = (found: OpenWallet | undefined): string | null =>
  found === undefined || found.kind === 'watch-only' ? null : found.name;

/** Also for a wallet whose locks are not its keys: the first key of a recovery phrase names it. */
function hasKey(keyring: Keyring, lock: Lock): boolean {
  const first = keyring.key({ chain: CHAIN.receive, index: 0 });
  return keyring.find(lock) !== undefined || (lock.lockType === LOCK_KEY && equalBytes(first, lock.lock));
}

/**
 * The height from which a wallet scans. Starts 1 440 blocks below the birthday (or at the tip, if lower) and goes down in
 * steps of 1 440 until the block is at least one day older than the wallet. Reason: a reorganisation may have replaced the
 * birthday block, and the new chain may be shorter.
 */
export function firstHeight(
  chain: Pick<WalletChain, 'tip' | 'atHeight'>,
  identity: Pick<WalletIdentity, 'birthday' | 'createdAt'>,
): Height {
  let height = Math.max(0, Math.min(identity.birthday - BIRTHDAY_MARGIN_BLOCKS, chain.tip().height));
  const since = identity.createdAt - CLOCK_MARGIN_SECONDS;
  while (height > 0 && (chain.atHeight(height)?.time ?? 0) > since)
    height = Math.max(0, height - BIRTHDAY_MARGIN_BLOCKS);
  return height;
}

/** The first block that a wallet reads which starts at the end of a locator. The first block of a chain pays no wallet. */
export const firstRead = (locator: readonly BlockRef[]): Height => {
  const { height } = locator.at(-1)!;
  return height === 0 ? 0 : height + 1;
};

/** The first locator of a wallet that has no records below a height. It ends in a block of the active chain. */
export function scanStartAt(chain: Pick<WalletChain, 'tip' | 'atHeight'>, height: number): BlockRef[] {
  const from = Math.max(0, Math.min(height, chain.tip().height));
  return locatorOf((at) => chain.atHeight(at), from);
}
