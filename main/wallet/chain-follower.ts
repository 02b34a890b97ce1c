import { toHex } from '../core/codec/hex.ts';
import { type Block, decodeBlock } from '../core/primitives/block.ts';
import { isViolation } from '../core/violation.ts';
import type { Clock } from '../lib/clock.ts';
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

/** Brings every wallet to the tip of the chain, one block at a time, through reorganisations too. */
export interface Follower {
  /** Starts to follow the chain if a wallet is behind the tip. Returns at once. */
  poke(): void;
  /** Resolves when the wallet is at the tip, at once when it is far behind or stuck, and after 1.5 s at the latest. */
  nearTip(wallet: OpenWallet): Promise<void>;
  /** Rolls the wallet back to a height, so that the blocks above it are read again. Call it inside the queue only. */
  rewind(wallet: OpenWallet, height: number): Promise<void>;
  /** Starts no more work; resolves when the current step has ended and is on the disk. */
  stop(): Promise<void>;
}

export interface FollowerDeps {
  readonly chain: WalletChain;
  readonly data: WalletData;
  readonly store: WalletStore;
  /** Every change of a wallet runs in this queue. */
  readonly queue: Queue;
  readonly clock: Pick<Clock, 'monotonic' | 'sleep' | 'soon'>;
  readonly log: Log;
  readonly wallets: () => Iterable<OpenWallet>;
  /** The secrets of a wallet that is unlocked or being restored. */
  readonly secretsOf: (wallet: OpenWallet) => KeySecrets | null;
  /** After a wallet changed or moved. */
  readonly moved: (wallet: OpenWallet) => void;
  /** A wallet came to the tip, and the chain is at rest there. */
  readonly reached: (wallet: OpenWallet) => void;
}

/** How long one wallet holds the queue before others get their turn. */
const SLICE_MS = 15;
/**
 * The height of a wallet is written with every change of its records, and otherwise at this interval: after a crash the
 * blocks since then are read again.
 */
const PERSIST_MS = 2_000;
/** How long a query waits for the wallet to reach the tip. */
const TIP_WAIT_MS = 1_500;
/** A wallet that is this many blocks behind does not reach the tip within the wait: queries are answered at once. */
const NEAR = 2_000;
/** Newest connected blocks that are kept in memory, so that they need not be read from the disk. */
const RECENT = 4;

export function createFollower(deps: FollowerDeps): Follower {
  const { chain, data, store, queue, clock, log } = deps;
  const recent = new Map<string, Block>();
  const persisted = new Map<string, number>();
  const stuck = new Set<string>();
  let running: Promise<void> | null = null;
  let again = false;
  let stopped = false;
  /** A reorganisation is under way: blocks were disconnected, and the new tip is not reached yet. */
  let moving = false;

  /** Calls of `nearTip` that wait: each checks again after a slice, at a new tip, and when the follower comes to rest. */
  const waiting = new Set<() => void>();
  const recheck = () => {
    for (const check of [...waiting]) check();
  };

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
      recheck();
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
    const isDeep = wallet.ledger.meta().uses.through.height - to.height > SETTLED_AFTER;
    const uses = known ?? (isDeep ? await usesAt(wallet, to) : undefined);
    await store.commit(wallet, (ledger, changes) => ledger.rollback(to, above, changes, uses));
    deps.moved(wallet);
  };

  /** Key use up to a block, computed from the mined records: needed when settled blocks are disconnected. */
  const usesAt = async (wallet: OpenWallet, to: Mark): Promise<KeyUses> => {
    const paid: PaidKeys[] = [];
    for await (const record of data.newest(wallet.id, { before: { height: to.height + 1, position: 0 } }))
      paid.push({ height: record.height, places: placesOf(record.outputs) });
    return usesOf(paid, to);
  };
  const isActive = ({ height, id }: Mark) => chain.atHeight(height)?.id === id;

  const rewind = async (wallet: OpenWallet, height: number) => {
    const to = chain.atHeight(Math.max(0, Math.min(height, wallet.ledger.asOf.height)));
    if (to === undefined) throw new KithError('block-unknown', undefined, { data: { height } });
    const { uses } = wallet.ledger.meta();
    // The same blocks will be read again, so the known key use stays valid.
    await rollback(wallet, markOf(to), isActive(uses.through) ? uses : undefined);
  };

  /** Derives keys ahead before a block is connected; a locked wallet notes instead that it may miss payments. */
  const prepareKeys = async (wallet: OpenWallet, block: Block) => {
    const { ledger } = wallet;
    const secrets = deps.secretsOf(wallet);
    ledger.noteUse(block.transactions);
    while (secrets !== null && wallet.keysAhead() < ledger.gap) {
      await wallet.extendKeys(secrets);
      ledger.noteUse(block.transactions); // the same block may pay the new keys
    }
    if (ledger.meta().shortSince === null && wallet.keysAhead() < wallet.keysNeeded())
      ledger.set({ shortSince: block.header.height - 1 });
  };

  const connect = async (wallet: OpenWallet, block: Block) => {
    await prepareKeys(wallet, block);
    const due = clock.monotonic() - (persisted.get(wallet.id) ?? -Infinity) >= PERSIST_MS;
    if (due) persisted.set(wallet.id, clock.monotonic());
    await store.commit(wallet, (ledger, changes) => ledger.connect(block, changes), { lazy: !due });
  };

  /** Finds the wallet's coins in the UTXO set (protocol.md §15); repeats while newly derived keys may find more. */
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
      await store.commit(wallet, (ledger, changes) => ledger.takeCoins(found, from, changes));
      if (
        secrets === null ||
        wallet.keysAhead() >= wallet.ledger.gap ||
        !(await wallet.extendKeys(secrets))
      ) {
        log.info('a wallet read its coins from the UTXO set', {
          name: wallet.name,
          coins: found.length,
          height: at.height,
        });
        return;
      }
    }
  };

  /** Moves the wallet one step towards the tip; false when it is there or waits for a block. */
  const step = async (wallet: OpenWallet): Promise<boolean> => {
    const { asOf, trail } = wallet.ledger;
    if (!isActive(asOf)) {
      await rollback(wallet, markOf(trail.findLast(isActive) ?? chain.atHeight(0)!));
      return true;
    }
    // A reorganisation above the height of a wallet that reads the chain again: its key use of those blocks is void.
    if (!isActive(wallet.ledger.meta().uses.through))
      await rollback(wallet, asOf, await usesAt(wallet, asOf));
    const next = chain.atHeight(asOf.height + 1);
    if (next === undefined) return false;
    const block = await bodyOf(next.id);
    if (block === null) {
      // A lost body is downloaded again. A body below a snapshot or a pruned one is not: only the UTXO set is left.
      if (!chain.hasBody(next.id) && !chain.awaitsBody(next.id)) {
        await takeCoins(wallet);
        return true;
      }
      noteStuck(wallet, next);
      return false;
    }
    // If the tip changed while the block was read, the next step handles it.
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

  /** Moves one wallet for up to 15 ms; true if it can continue from there. */
  const slice = async (wallet: OpenWallet): Promise<boolean> => {
    const start = clock.monotonic();
    let steps = 0;
    let more = !stopped;
    while (more && clock.monotonic() - start < SLICE_MS) {
      more = !stopped && (await step(wallet));
      if (more) steps++;
    }
    if (steps > 0) {
      stuck.delete(wallet.id);
      deps.moved(wallet);
    }
    if (!more && !stopped && !moving && wallet.ledger.asOf.id === chain.tip().id) deps.reached(wallet);
    return more;
  };

  // Round robin, so that a wallet far behind does not delay the others.
  const run = async () => {
    let active: OpenWallet[] = [];
    do {
      if (again) active = [...deps.wallets()];
      again = false;
      const unfinished: OpenWallet[] = [];
      for (const wallet of active) {
        if (await queue.run(() => slice(wallet)).catch((error: unknown) => fail(wallet, error)))
          unfinished.push(wallet);
        recheck();
      }
      active = unfinished;
      if (active.length > 0) await clock.soon();
    } while ((again || active.length > 0) && !stopped);
  };

  const fail = (wallet: OpenWallet, error: unknown): boolean => {
    log.error('a wallet could not follow the chain; it tries again at the next block', {
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
        recheck();
      });
  };

  return {
    poke,
    async nearTip(wallet) {
      await Promise.resolve(); // a chain event may have led here: its other listeners run first
      poke();
      const isSoon = () => {
        const { asOf } = wallet.ledger;
        const tip = chain.tip();
        const isBehind = moving || (running !== null && asOf.id !== tip.id);
        return isBehind && tip.height - asOf.height < NEAR;
      };
      const end = new AbortController();
      const check = () => {
        if (stopped || !isSoon()) end.abort();
      };
      waiting.add(check);
      check();
      await clock.sleep(TIP_WAIT_MS, end.signal);
      waiting.delete(check);
    },
    rewind,
    async stop() {
      stopped = true;
      for (const off of offs) off();
      recheck();
      await running;
      for (const wallet of deps.wallets()) {
        await queue
          .run(() => store.commit(wallet, () => undefined))
          .catch((error: unknown) => {
            // Records that follow from the chain are no reason to fail a stop: the next start reads them again.
            if (!isDamaged(error)) throw error;
            log.warn('the records of a wallet could not be saved', { name: wallet.name, error });
          });
      }
    },
  };
}

const markOf = ({ height, id }: Mark): Mark => ({ height, id });
