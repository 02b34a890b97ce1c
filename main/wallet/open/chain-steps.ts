import { toHex } from '../../core/codec/hex.ts';
import type { Block } from '../../core/primitives/block.ts';
import { type OutpointKey, outpointKey } from '../../core/primitives/outpoint.ts';
import type { Clock } from '../../lib/clock.ts';
import { KithError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import type { KeySecrets } from '../secrets/key-secrets.ts';
import { type KeyUses, type PaidKeys, keysPaidBy, SETTLED_CONFIRMATIONS, usesOf } from '../ledger/key-use.ts';
import type { OpenWallet } from './open-wallet.ts';
import type { BlockRef, WalletChain } from '../ledger/ports.ts';
import type { BlockRange } from '../ledger/search-record.ts';
import type { WalletData } from '../ledger/wallet-data.ts';
import type { MinedRecord, OwnCoin } from '../ledger/wallet-records.ts';
import type { WalletStore } from './wallet-store.ts';

/** Moves one wallet along the chain, one block at a time. Every function must be called inside the queue. */
export interface ChainSteps {
  /** One step towards the tip. False when the wallet is at the tip, or waits for a block that is not stored. */
  step(wallet: OpenWallet): Promise<boolean>;
  /** See Follower. */
  rewind(wallet: OpenWallet, height: number): Promise<void>;
}

export interface ChainStepsDeps {
  readonly chain: WalletChain;
  readonly data: WalletData;
  readonly store: WalletStore;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly log: Log;
  /** The secrets of a wallet that is unlocked or being restored. */
  readonly secretsOf: (wallet: OpenWallet) => KeySecrets | null;
  /** Called after the height or the records of a wallet changed. */
  readonly moved: (wallet: OpenWallet) => void;
  /** Called after a wallet took its coins from the UTXO set, in place of these blocks. */
  readonly passed: (wallet: OpenWallet, blocks: BlockRange) => Promise<void>;
}

/**
 * A wallet whose records did not change is written at this interval, in milliseconds. After a crash the blocks since
 * the last write are read again.
 */
const PERSIST_INTERVAL_MS = 2_000;

/** `bodyOf` reads a block of the active chain; null when its body is not stored. */
export function createChainSteps(
  deps: ChainStepsDeps,
  bodyOf: (id: string) => Promise<Block | null>,
): ChainSteps {
  const { chain, store, clock, log } = deps;
  const persisted = new Map<string, number>();
  /** Ids of the wallets whose wait for a block was logged. */
  const waitingForBlock = new Set<string>();
  const { isActive, rollback, usesAt, rewind } = createRollback(deps);

  const connect = async (wallet: OpenWallet, block: Block) => {
    await prepareKeys(wallet, block, deps.secretsOf(wallet));
    const due = clock.monotonic() - (persisted.get(wallet.id) ?? -Infinity) >= PERSIST_INTERVAL_MS;
    if (due) persisted.set(wallet.id, clock.monotonic());
    await store.commit(wallet, (ledger, changes) => ledger.connect(block, changes), { lazy: !due });
  };

  const waitFor = (wallet: OpenWallet, at: BlockRef) => {
    if (!waitingForBlock.has(wallet.id))
      log.warn('a wallet waits for a block that is not stored here', {
        name: wallet.name,
        height: at.height,
      });
    waitingForBlock.add(wallet.id);
  };

  const advance = async (wallet: OpenWallet): Promise<boolean> => {
    const { syncedTo, locator } = wallet.ledger;
    if (!isActive(syncedTo)) {
      await rollback(wallet, blockRefOf(locator.findLast(isActive) ?? chain.atHeight(0)!));
      return true;
    }
    // A reorganisation replaced blocks above the height of a wallet that reads the chain again. Key use that was
    // computed from the replaced blocks is wrong.
    if (!isActive(wallet.ledger.meta().uses.upTo))
      await rollback(wallet, syncedTo, await usesAt(wallet, syncedTo));
    const next = chain.atHeight(syncedTo.height + 1);
    if (next === undefined) return false;
    const block = await bodyOf(next.id);
    if (block === null) {
      // A lost body is downloaded again, so the wallet waits for it. A pruned body, or one below a snapshot, is not
      // downloaded again, so the wallet reads its coins from the UTXO set.
      if (!chain.hasBody(next.id) && !chain.isBodyRequested(next.id)) {
        await resetToUtxoSet(deps, wallet);
        await deps.passed(wallet, { from: next.height, to: wallet.ledger.syncedTo.height });
        return true;
      }
      waitFor(wallet, next);
      return false;
    }
    // If the tip changed while the block was read, the next step follows the new chain.
    if (toHex(block.header.prev) === syncedTo.id) await connect(wallet, block);
    return true;
  };

  return {
    async step(wallet) {
      const moved = await advance(wallet);
      if (moved) waitingForBlock.delete(wallet.id);
      return moved;
    },
    rewind,
  };
}

type RollbackDeps = Pick<ChainStepsDeps, 'chain' | 'data' | 'store' | 'moved'>;

function createRollback({ chain, data, store, moved }: RollbackDeps) {
  const isActive = ({ height, id }: BlockRef) => chain.atHeight(height)?.id === id;

  /** Key use up to a block, computed from the mined records. Needed when settled blocks are disconnected. */
  const usesAt = async (wallet: OpenWallet, to: BlockRef): Promise<KeyUses> => {
    const paid: PaidKeys[] = [];
    for await (const record of data.newest(wallet.id, { before: { height: to.height + 1, position: 0 } }))
      paid.push({ height: record.height, keyPaths: keysPaidBy(record.outputs) });
    return usesOf(paid, to);
  };

  const rollback = async (wallet: OpenWallet, to: BlockRef, knownUses?: KeyUses, sync = false) => {
    const above: MinedRecord[] = [];
    for await (const record of data.newest(wallet.id, { above: to.height })) above.push(record);
    const isDeep = wallet.ledger.meta().uses.upTo.height - to.height > SETTLED_CONFIRMATIONS;
    const uses = knownUses ?? (isDeep ? await usesAt(wallet, to) : undefined);
    await store.commit(wallet, (ledger, changes) => ledger.rollback(to, above, changes, uses), { sync });
    moved(wallet);
  };

  const rewind = async (wallet: OpenWallet, height: number) => {
    const to = chain.atHeight(Math.max(0, Math.min(height, wallet.ledger.syncedTo.height)));
    if (to === undefined) throw new KithError('block-unknown', undefined, { data: { height } });
    const { uses } = wallet.ledger.meta();
    // The same blocks are read again, so the known key use stays valid.
    await rollback(wallet, blockRefOf(to), isActive(uses.upTo) ? uses : undefined, true);
  };

  return { isActive, usesAt, rollback, rewind };
}

/**
 * Derives more keys before a block is connected. A locked wallet cannot derive keys. It records in `shortSince` from
 * which height on it may miss payments.
 */
async function prepareKeys(wallet: OpenWallet, block: Block, secrets: KeySecrets | null): Promise<void> {
  const { ledger } = wallet;
  ledger.markKeysUsed(block);
  while (secrets !== null && wallet.keysAhead() < ledger.gap) {
    // A wallet with a set-up has all keys that it will ever have.
    if (!(await wallet.extendKeys(secrets))) break;
    ledger.markKeysUsed(block); // the same block may pay the new keys
  }
  if (ledger.meta().shortSince === null && wallet.keysAhead() < wallet.keysNeeded())
    ledger.set({ shortSince: block.header.height - 1 });
}

/**
 * Finds the coins of the wallet in the UTXO set (protocol.md §15). Repeats the search while newly derived keys may find
 * more.
 */
async function resetToUtxoSet(
  { chain, store, log, secretsOf }: ChainStepsDeps,
  wallet: OpenWallet,
): Promise<void> {
  const secrets = secretsOf(wallet);
  for (;;) {
    const found: [OutpointKey, OwnCoin][] = [];
    const { keyring } = wallet;
    const at = await chain.scanCoins((coin, outpoint) => {
      const keyPath = keyring.find(coin);
      if (keyPath === undefined) return;
      const { amount, height, coinbase } = coin;
      found.push([outpointKey(outpoint), { amount, keyPath, height, coinbase }]);
    });
    const from = [blockRefOf(chain.atHeight(0)!), blockRefOf(at)];
    await store.commit(wallet, (ledger, changes) => ledger.resetToUtxoSet(found, from, changes));
    const hasAll = secrets === null || wallet.keysAhead() >= wallet.ledger.gap;
    if (hasAll || !(await wallet.extendKeys(secrets))) {
      log.info('a wallet read its coins from the UTXO set', {
        name: wallet.name,
        coins: found.length,
        height: at.height,
      });
      return;
    }
  }
}

const blockRefOf = ({ height, id }: BlockRef): BlockRef => ({ height, id });
