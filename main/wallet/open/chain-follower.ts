import { type Block, decodeBlock } from '../../core/primitives/block.ts';
import { isViolation } from '../../core/violation.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Queue } from '../../lib/queue.ts';
import { type ChainStepsDeps, createChainSteps } from './chain-steps.ts';
import type { OpenWallet } from './open-wallet.ts';
import { isCorruption } from './recovery.ts';

/** Moves every wallet to the tip of the chain, one block at a time, also through reorganisations. */
export interface Follower {
  /** Starts to follow the chain if a wallet is behind the tip. Returns immediately. */
  wake(): void;
  /**
   * Resolves when the wallet is at the tip, after 1.5 s at the latest. Resolves immediately when the wallet is far
   * behind or cannot continue.
   */
  nearTip(wallet: OpenWallet): Promise<void>;
  /**
   * Rolls the wallet back to a height, so that the blocks above it are read again, also after a power loss. Must be
   * called inside the queue.
   */
  rewind(wallet: OpenWallet, height: number): Promise<void>;
  /** Starts no more work. Resolves when the current step has ended and is on the disk. */
  stop(): Promise<void>;
}

export interface FollowerDeps extends ChainStepsDeps {
  /** Every change of a wallet runs in this queue. */
  readonly queue: Queue;
  readonly clock: Pick<Clock, 'monotonic' | 'sleep' | 'soon'>;
  readonly wallets: () => Iterable<OpenWallet>;
  /** A wallet reached the tip, and no reorganisation is running. Called inside the queue. */
  readonly reached: (wallet: OpenWallet) => Promise<void>;
}

/** How long one wallet may use the queue, in milliseconds, before other tasks run. */
const SLICE_MS = 15;
/** How long a query waits for the wallet to reach the tip, in milliseconds. */
const TIP_WAIT_MS = 1_500;
/** With at least this many blocks to go, a wallet cannot reach the tip within the wait, so queries do not wait. */
const NEAR_TIP_BLOCKS = 2_000;
/** Number of newest connected blocks that are kept in memory, so that they need not be read from the disk. */
const MAX_RECENT_BLOCKS = 4;
/**
 * Bytes of blocks read from the disk that are kept for the other wallets, which need the same ones in their slices: reading
 * and hashing a block takes much longer than looking for the payments of one wallet in it.
 */
const MAX_READ_BYTES = 4_000_000;

export function createFollower(deps: FollowerDeps): Follower {
  const { chain, clock, moved } = deps;
  const recent = createRecentBlocks(deps);
  const steps = createChainSteps(deps, recent.read);
  const waiters = createWaiters(clock);
  let stopped = false;
  /** Whether a reorganisation is running: blocks were disconnected, and the new tip is not reached yet. */
  let moving = false;

  /** Moves one wallet for up to 15 ms. True if it can continue from there. */
  const slice = async (wallet: OpenWallet): Promise<boolean> => {
    const start = clock.monotonic();
    let taken = 0;
    let more = !stopped;
    while (more && clock.monotonic() - start < SLICE_MS) {
      more = !stopped && (await steps.step(wallet));
      if (more) taken++;
    }
    if (taken > 0) moved(wallet);
    if (!more && !stopped && !moving && wallet.ledger.syncedTo.id === chain.tip().id)
      await deps.reached(wallet);
    return more;
  };
  const loop = createLoop(deps, slice, { recheck: waiters.recheck, ended: recent.forgetRead });

  const offs = [
    chain.events.on('connected', ({ block }) => {
      recent.add(block);
      loop.wake();
    }),
    chain.events.on('disconnected', () => {
      moving = true;
    }),
    chain.events.on('tip', () => {
      moving = false;
      loop.wake();
      waiters.recheck();
    }),
  ];

  /** Whether a wallet can be expected to reach the tip within the wait. */
  const isSoon = ({ ledger: { syncedTo } }: OpenWallet) => {
    const tip = chain.tip();
    const isBehind = moving || (loop.running() !== null && syncedTo.id !== tip.id);
    return !stopped && isBehind && tip.height - syncedTo.height < NEAR_TIP_BLOCKS;
  };

  return {
    wake: loop.wake,
    async nearTip(wallet) {
      await Promise.resolve(); // a chain event may have caused this call: its other listeners run first
      loop.wake();
      await waiters.wait(() => isSoon(wallet));
    },
    rewind: steps.rewind,
    async stop() {
      stopped = true;
      for (const off of offs) off();
      waiters.recheck();
      await loop.stop();
      for (const wallet of deps.wallets()) await saveRecords(deps, wallet);
    },
  };
}

/** The pending calls of `nearTip`. */
function createWaiters(clock: Pick<Clock, 'sleep'>) {
  const checks = new Set<() => void>();
  return {
    /** Checks all pending calls again. Called after a slice, at a new tip, and when the follower becomes idle. */
    recheck() {
      for (const check of [...checks]) check();
    },
    /** Resolves when a check finds that the wait is over, and after 1.5 s at the latest. */
    async wait(isSoon: () => boolean): Promise<void> {
      const end = new AbortController();
      const check = () => {
        if (!isSoon()) end.abort();
      };
      checks.add(check);
      check();
      await clock.sleep(TIP_WAIT_MS, end.signal);
      checks.delete(check);
    },
  };
}

function createRecentBlocks({ chain, wallets }: Pick<FollowerDeps, 'chain' | 'wallets'>) {
  const recent = new Map<string, Block>();
  /** In the order in which they were read. */
  const read = new Map<string, Block>();
  let readBytes = 0;
  const keep = (id: string, block: Block) => {
    if ([...wallets()].length < 2) return;
    read.set(id, block);
    readBytes += block.bytes.length;
    for (const [oldest, { bytes }] of read) {
      if (readBytes <= MAX_READ_BYTES) break;
      read.delete(oldest);
      readBytes -= bytes.length;
    }
  };
  return {
    add(block: Block) {
      recent.set(block.header.idHex, block);
      if (recent.size > MAX_RECENT_BLOCKS) recent.delete(recent.keys().next().value!);
    },
    forgetRead() {
      read.clear();
      readBytes = 0;
    },
    async read(id: string): Promise<Block | null> {
      const known = recent.get(id) ?? read.get(id);
      if (known !== undefined) return known;
      const bytes = await chain.readBlock(id);
      const block = bytes === null ? null : decodeBlock(bytes);
      if (block === null || isViolation(block)) return null;
      keep(id, block);
      return block;
    },
  };
}

/**
 * Moves all wallets in slices until none can continue. Round robin, so that a wallet far behind does not delay wallets
 * near the tip.
 */
function createLoop(
  { queue, clock, log, wallets }: FollowerDeps,
  slice: (wallet: OpenWallet) => Promise<boolean>,
  { recheck, ended }: { readonly recheck: () => void; readonly ended: () => void },
) {
  let running: Promise<void> | null = null;
  let again = false;
  let stopped = false;

  const fail = (wallet: OpenWallet, error: unknown): boolean => {
    log.error('a wallet could not follow the chain; it tries again at the next block', {
      name: wallet.name,
      error,
    });
    return false;
  };
  const run = async () => {
    let active: OpenWallet[] = [];
    do {
      if (again) active = [...wallets()];
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
  const wake = () => {
    if (stopped) return;
    again = true;
    running ??= run()
      .catch((error: unknown) => log.error('following the chain failed', { error }))
      .finally(() => {
        running = null;
        ended();
        if (again) wake();
        recheck();
      });
  };
  return {
    wake,
    running: () => running,
    async stop() {
      stopped = true;
      await running;
    },
  };
}

async function saveRecords({ queue, store, log }: FollowerDeps, wallet: OpenWallet): Promise<void> {
  try {
    await queue.run(() => store.commit(wallet, () => undefined));
  } catch (error) {
    // These records can be read again from the chain at the next start, so `stop` does not fail because of them.
    if (!isCorruption(error)) throw error;
    log.warn(
      'the database records of a wallet could not be written; the wallet scans the chain at the next start',
      { name: wallet.name, error },
    );
  }
}
