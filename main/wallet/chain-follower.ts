import { setImmediate as nextTurn } from 'node:timers/promises';
import { toHex } from '../core/codec/hex.ts';
import { type Block, decodeBlock } from '../core/primitives/block.ts';
import { isViolation } from '../core/violation.ts';
import { type Clock, sleep } from '../lib/clock.ts';
import { KithError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import type { Queue } from '../lib/queue.ts';
import type { KeySecrets } from './key-secrets.ts';
import type { Mark } from './mark.ts';
import { type KeyUses, type PaidKeys, placesOf, SETTLED_AFTER, usesOf } from './key-use.ts';
import type { OpenWallet } from './open-wallet.ts';
import type { WalletChain } from './ports.ts';
import { isDamaged } from './recovery.ts';
import { type OutpointKey, outpointKey } from '../core/primitives/outpoint.ts';
import type { MinedRecord, OwnCoin } from './wallet-records.ts';
import type { WalletData } from './wallet-data.ts';
import type { WalletStore } from './wallet-store.ts';

/** Brings every wallet to the tip of the chain, one block at a time, whichever way the chain moved. */
export interface Follower {
  /** There may be something to do. Returns at once. */
  poke(): void;
  /** Resolves when the wallet is at the tip, or won't be soon: far behind, stuck, or after a second and a half. */
  nearTip(wallet: OpenWallet): Promise<void>;
  /** Goes back so that everything above a height is read again. Only inside the lane. */
  rewind(wallet: OpenWallet, height: number): Promise<void>;
  /** Takes nothing up any more; resolves when what runs has ended and is on the disk. */
  stop(): Promise<void>;
}

export interface FollowerDeps {
  readonly chain: WalletChain;
  readonly data: WalletData;
  readonly store: WalletStore;
  /** Everything that changes a wallet goes through it. */
  readonly lane: Queue;
  readonly clock: Clock;
  readonly log: Log;
  readonly wallets: () => Iterable<OpenWallet>;
  /** The secrets of a wallet that is unlocked or being restored. */
  readonly secretsOf: (wallet: OpenWallet) => KeySecrets | null;
  /** After a wallet changed or moved. */
  readonly moved: (wallet: OpenWallet) => void;
  /** A wallet came to the tip, and the chain is at rest there. */
  readonly reached: (wallet: OpenWallet) => void;
}

/** How long the lane is kept by one wallet at a time. */
const SLICE_MS = 15;
/** Where a wallet stands is written with what it has, and otherwise this often: the rest is read again after a crash. */
const PERSIST_MS = 2_000;
/** How long a question waits for the wallet to be at the tip, and from how many blocks behind it can't be soon. */
const PATIENCE_MS = 1_500;
const NEAR = 2_000;
/** Blocks that came by event are kept a moment, so that the usual one needn't be read from the disk. */
const RECENT = 4;

export function createFollower(deps: FollowerDeps): Follower {
  const { chain, data, store, lane, clock, log } = deps;
  const recent = new Map<string, Block>();
  const persisted = new Map<string, number>();
  const stuck = new Set<string>();
  let running: Promise<void> | null = null;
  let again = false;
  let stopped = false;
  /** The chain is in the middle of a reorganisation. */
  let moving = false;

  const offs = [
    chain.events.on('connected', ({ block }) => {
      recent.set(block.header.idHex, block);
      if (recent.size > RECENT) recent.delete(recent.keys().next().value!);
      poke();
    }),
    chain.events.on('disconnected', () => {
      moving = true;
    }),
    chain.events.on('tip', () => {
      moving = false;
      poke();
    }),
  ];

  const bodyOf = async (id: string): Promise<Block | null> => {
    const known = recent.get(id);
    if (known !== undefined) return known;
    const bytes = await chain.readBlock(id);
    const block = bytes === null ? null : decodeBlock(bytes);
    return block === null || isViolation(block) ? null : block;
  };

  const rollback = async (wallet: OpenWallet, to: Mark, known?: KeyUses) => {
    const above: MinedRecord[] = [];
    for await (const record of data.newest(wallet.id, { above: to.height })) above.push(record);
    const isDeep = wallet.book.meta().uses.through.height - to.height > SETTLED_AFTER;
    const uses = known ?? (isDeep ? await usesAt(wallet, to) : undefined);
    await store.commit(wallet, (book, changes) => book.rollback(to, above, changes, uses));
    deps.moved(wallet);
  };

  /** How far the blocks up to one have used the keys: read again where blocks are undone that counted as settled. */
  const usesAt = async (wallet: OpenWallet, to: Mark): Promise<KeyUses> => {
    const paid: PaidKeys[] = [];
    for await (const record of data.newest(wallet.id, { before: { height: to.height + 1, position: 0 } }))
      paid.push({ height: record.height, places: placesOf(record.outputs) });
    return usesOf(paid, to);
  };
  const isActive = ({ height, id }: Mark) => chain.atHeight(height)?.id === id;

  const rewind = async (wallet: OpenWallet, height: number) => {
    const to = chain.atHeight(Math.max(0, Math.min(height, wallet.book.asOf.height)));
    if (to === undefined) throw new KithError('block-unknown', undefined, { data: { height } });
    const { uses } = wallet.book.meta();
    // The same blocks are only read again.
    await rollback(wallet, markOf(to), isActive(uses.through) ? uses : undefined);
  };

  /** More keys for a wallet that can make them, a note of it for one that can't; before the block is connected. */
  const prepareKeys = async (wallet: OpenWallet, block: Block) => {
    const { book } = wallet;
    const secrets = deps.secretsOf(wallet);
    book.noteUse(block.transactions);
    while (secrets !== null && wallet.keysAhead() < book.gap) {
      await wallet.extendKeys(secrets);
      book.noteUse(block.transactions); // the new ones may stand in the same block
    }
    if (book.meta().shortSince === null && wallet.keysAhead() < wallet.keysNeeded())
      book.set({ shortSince: block.header.height - 1 });
  };

  const connect = async (wallet: OpenWallet, block: Block) => {
    await prepareKeys(wallet, block);
    const due = clock.ms() - (persisted.get(wallet.id) ?? -Infinity) >= PERSIST_MS;
    if (due) persisted.set(wallet.id, clock.ms());
    await store.commit(wallet, (book, changes) => book.connect(block, changes), { lazy: !due });
  };

  /** Finds the wallet's coins among all there are (protocol.md §15); more keys may find more. */
  const takeCoins = async (wallet: OpenWallet) => {
    const secrets = deps.secretsOf(wallet);
    for (;;) {
      const found: [OutpointKey, OwnCoin][] = [];
      const { keyring } = wallet;
      const at = await chain.scanCoins((coin, outpoint) => {
        const place = keyring.find(coin);
        if (place === undefined) return;
        const { amount, height, coinbase } = coin;
        found.push([outpointKey(outpoint), { amount, place, height, coinbase }]);
      });
      const from = [markOf(chain.atHeight(0)!), markOf(at)];
      await store.commit(wallet, (book, changes) => book.takeCoins(found, from, changes));
      if (secrets === null || wallet.keysAhead() >= wallet.book.gap || !(await wallet.extendKeys(secrets))) {
        log.info('a wallet has taken its coins from the UTXO set', {
          name: wallet.name,
          coins: found.length,
          height: at.height,
        });
        return;
      }
    }
  };

  /** One step towards the tip; false when there is none to take. */
  const step = async (wallet: OpenWallet): Promise<boolean> => {
    const { asOf, trail } = wallet.book;
    if (!isActive(asOf)) {
      await rollback(wallet, markOf(trail.findLast(isActive) ?? chain.atHeight(0)!));
      return true;
    }
    // The chain was reorganised above a wallet that is read again: what it knew of those blocks is void.
    if (!isActive(wallet.book.meta().uses.through)) await rollback(wallet, asOf, await usesAt(wallet, asOf));
    const next = chain.atHeight(asOf.height + 1);
    if (next === undefined) return false;
    const block = await bodyOf(next.id);
    if (block === null) {
      // A body that was lost comes again. One below a snapshot, or pruned, doesn't: the coins are all that there is.
      if (!chain.hasBody(next.id) && !chain.awaitsBody(next.id)) {
        await takeCoins(wallet);
        return true;
      }
      noteStuck(wallet, next);
      return false;
    }
    // The chain may have moved while the block was read; then there is another step to take.
    if (toHex(block.header.prev) === asOf.id) await connect(wallet, block);
    return true;
  };

  const noteStuck = (wallet: OpenWallet, at: Mark) => {
    if (!stuck.has(wallet.id))
      log.warn('a wallet waits for a block that is not stored here', {
        name: wallet.name,
        height: at.height,
      });
    stuck.add(wallet.id);
  };

  /** True when the wallet could go on after this. */
  const slice = async (wallet: OpenWallet): Promise<boolean> => {
    const start = clock.ms();
    let steps = 0;
    let more = !stopped;
    while (more && clock.ms() - start < SLICE_MS) {
      more = !stopped && (await step(wallet));
      if (more) steps++;
    }
    if (steps > 0) {
      stuck.delete(wallet.id);
      deps.moved(wallet);
    }
    if (!more && !stopped && !moving && wallet.book.asOf.id === chain.tip().id) deps.reached(wallet);
    return more;
  };

  // In turns, so that a wallet that has far to go never keeps the others from the tip.
  const run = async () => {
    let active: OpenWallet[] = [];
    do {
      if (again) active = [...deps.wallets()];
      again = false;
      const unfinished: OpenWallet[] = [];
      for (const wallet of active) {
        if (await lane.run(() => slice(wallet)).catch((error: unknown) => fail(wallet, error)))
          unfinished.push(wallet);
      }
      active = unfinished;
      if (active.length > 0) await nextTurn();
    } while ((again || active.length > 0) && !stopped);
  };

  const fail = (wallet: OpenWallet, error: unknown): boolean => {
    log.error('a wallet could not follow the chain; it goes on with the next block', {
      name: wallet.name,
      error,
    });
    return false;
  };

  const poke = () => {
    if (stopped) return;
    again = true;
    running ??= run()
      .catch((error: unknown) => log.error('following the chain failed', { error }))
      .finally(() => {
        running = null;
        if (again) poke();
      });
  };

  return {
    poke,
    async nearTip(wallet) {
      await Promise.resolve(); // the other listeners of the event that this may come from go first
      poke();
      const until = clock.ms() + PATIENCE_MS;
      const gap = () => chain.tip().height - wallet.book.asOf.height;
      const behind = () => moving || (running !== null && wallet.book.asOf.id !== chain.tip().id);
      while (!stopped && behind() && gap() < NEAR && clock.ms() < until) await sleep(2);
    },
    rewind,
    async stop() {
      stopped = true;
      for (const off of offs) off();
      await running;
      for (const wallet of deps.wallets()) {
        await lane
          .run(() => store.commit(wallet, () => undefined))
          .catch((error: unknown) => {
            // What follows from the chain is no reason to fail at the end: the next start reads it again.
            if (!isDamaged(error)) throw error;
            log.warn('what is known of a wallet could not be saved', { name: wallet.name, error });
          });
      }
    },
  };
}

const markOf = ({ height, id }: Mark): Mark => ({ height, id });
