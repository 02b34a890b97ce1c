import type { Height } from '../../shared/units.ts';
import { KithError } from '../lib/errors.ts';
import type { Lock } from '../core/primitives/coin.ts';
import type { Log } from '../lib/log.ts';
import type { WalletIdentity } from './wallet-file.ts';
import type { WalletFiles } from './wallet-files.ts';
import type { Mark } from './mark.ts';
import { trailOf } from './wallet-meta.ts';
import { nameKey } from './wallet-names.ts';
import { createOpenWallet, type OpenWallet } from './open-wallet.ts';
import type { WalletChain, WalletNetwork } from './ports.ts';
import { isDamaged } from './recovery.ts';
import type { WalletStore } from './wallet-store.ts';

/** The wallets of the data directory, those that can't be opened included. */
export interface WalletList {
  /**
   * Opens every wallet file, anew if some are open; one that can't be opened is kept by name with the reason. Returns what
   * made the database unusable, if something did: once it is made anew, this is to be called again.
   */
  openAll(): Promise<KithError | null>;
  /** Opens one more, whose file has just been written. */
  open(name: string): Promise<OpenWallet>;
  values(): Iterable<OpenWallet>;
  names(): readonly string[];
  has(name: string): boolean;
  /** @throws {KithError} `wallet-unknown`, or why the wallet can't be opened */
  get(name: string): OpenWallet;
  byId(id: string): OpenWallet | undefined;
  /** An open wallet that has the key of a lock: for the first key of a seed, one that was made from the same seed. */
  byLock(lock: Lock): OpenWallet | undefined;
  /** Where a wallet begins to read the chain when all that is known of it was lost. */
  beginningOf(identity: WalletIdentity): Mark[];
}

export interface WalletListDeps {
  readonly files: WalletFiles;
  readonly store: WalletStore;
  readonly network: WalletNetwork;
  readonly chain: WalletChain;
  readonly log: Log;
}

/** A chain may have been reorganised after a wallet was made on it. */
const BIRTHDAY_MARGIN = 1_440;
/** How far the clock of the computer and the times of blocks may have been apart then, in seconds. */
const TIME_MARGIN = 86_400;

export function createWalletList(deps: WalletListDeps): WalletList {
  const { files, store, network, chain, log } = deps;
  const open = new Map<string, OpenWallet>();
  const broken = new Map<string, { readonly name: string; readonly error: Error }>();
  const byId = (id: string) => [...open.values()].find((wallet) => wallet.id === id);

  const beginningOf = (identity: WalletIdentity) => startOf(chain, firstHeight(chain, identity));

  const openOne = async (name: string): Promise<OpenWallet> => {
    const file = await files.read(name);
    const { id, network: home } = file.identity;
    if (home !== network.idHex)
      throw new KithError('wallet-file-other-network', undefined, { data: { name } });
    // Two copies of one file would write over each other's records.
    const twin = byId(id);
    if (twin !== undefined)
      throw new KithError('wallet-file-copy', undefined, { data: { name, other: twin.name } });
    const state = await store.load(id, () => beginningOf(file.identity));
    const wallet = createOpenWallet({ name, file, state, files, log });
    open.set(nameKey(name), wallet);
    return wallet;
  };

  return {
    async openAll() {
      open.clear();
      broken.clear();
      let damage: KithError | null = null;
      for (const name of await files.names()) {
        await openOne(name).catch((error: unknown) => {
          log.error('a wallet cannot be opened', { name, error });
          if (isDamaged(error)) damage ??= error;
          const reason = error instanceof Error ? error : new KithError('wallet-file-unusable');
          broken.set(nameKey(name), { name, error: reason });
        });
      }
      return damage;
    },
    open: openOne,
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
    byLock: (lock) => [...open.values()].find(({ keyring }) => keyring.find(lock) !== undefined),
    beginningOf,
  };
}

/**
 * A height below which the chain holds nothing of a wallet. Its birthday alone does not tell: that is the height of a tip
 * that may have been undone since, and the chain that took its place may be lower. Blocks of the day when the wallet was
 * made, and later ones, are above it too.
 */
export function firstHeight(
  chain: Pick<WalletChain, 'tip' | 'atHeight'>,
  identity: Pick<WalletIdentity, 'birthday' | 'createdAt'>,
): Height {
  let height = Math.max(0, Math.min(identity.birthday - BIRTHDAY_MARGIN, chain.tip().height));
  const since = identity.createdAt - TIME_MARGIN;
  while (height > 0 && (chain.atHeight(height)?.time ?? 0) > since)
    height = Math.max(0, height - BIRTHDAY_MARGIN);
  return height;
}

/** Where a wallet begins that has nothing below a height: a trail that ends in a block of the active chain. */
export function startOf(chain: Pick<WalletChain, 'tip' | 'atHeight'>, height: number): Mark[] {
  const from = Math.max(0, Math.min(height, chain.tip().height));
  return trailOf((at) => chain.atHeight(at), from);
}
