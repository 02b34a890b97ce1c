import type { Block } from '../core/primitives/block.ts';
import type { UnixSeconds } from '../../shared/units.ts';
import type { BinaryString } from '../core/codec/binary.ts';
import type { Violation } from '../core/violation.ts';
import type { Clock } from '../lib/clock.ts';
import type { Emitter } from '../lib/events.ts';
import type { Log } from '../lib/log.ts';
import type { Admission, AdmissionRequest } from './admission.ts';
import { spendersOf } from './block-changes.ts';
import { decodeKnown, hexOf } from './entry.ts';
import type { Pool, PoolEvents, RemovalReason } from './pool.ts';

/** Adds the transactions of disconnected blocks to the pool again at the end of a reorganisation. */
export interface ReorgReadd {
  /** Null when the body was lost: its transactions cannot be re-added. */
  disconnected(block: Block | null): void;
  connected(block: Block): void;
  /** The reorganisation is finished. */
  settled(): void;
  /** Resolves when every transaction was re-added or refused. */
  idle(): Promise<void>;
}

interface Waiting {
  readonly bytes: Uint8Array;
  readonly id: BinaryString;
  readonly widId: BinaryString;
  readonly time: UnixSeconds;
  /** Order of its arrival in the pool. */
  readonly sequence: number;
  /**
   * It was in the pool before the reorganisation. No event was emitted when it was removed, so none is emitted when it
   * is added.
   */
  readonly quiet: boolean;
}

export interface ReorgReaddDeps {
  readonly pool: Pool;
  readonly admission: Pick<Admission, 'admit' | 'admitNow'>;
  readonly events: Emitter<PoolEvents>;
  readonly clock: Clock;
  readonly log: Log;
}

// Memory limit for a reorganisation of any depth. At the limit the transactions of the newest blocks are dropped first,
// because no other transactions depend on them.
const MAX_BYTES = 32_000_000;
// Milliseconds for which the re-add may occupy the event loop.
const SLICE_MS = 10;

/** The transactions of disconnected blocks, until the reorganisation is finished. */
interface Disconnected {
  /** Whether a reorganisation is running. */
  readonly moving: boolean;
  /** Whether there are any transactions to re-add. */
  readonly some: boolean;
  add(block: Block | null): void;
  /** The new branch contains this transaction. */
  mined(id: BinaryString): void;
  /**
   * Returns everything and forgets it. `wanted` has parents before children. `mined` were in the pool before and are in
   * the new branch.
   */
  take(): {
    readonly wanted: readonly Waiting[];
    readonly mined: readonly Waiting[];
    readonly dropped: number;
  };
}

function createDisconnected(pool: Pool, clock: Pick<Clock, 'now'>): Disconnected {
  /** Disconnected blocks, newest first. */
  let blocks: Waiting[][] = [];
  /** Entries of the pool that spent outputs of the disconnected blocks. */
  let removed: Waiting[] = [];
  /** Ids of both that the new branch has not mined. */
  let wanted = new Set<BinaryString>();
  let bytes = 0;
  let dropped = 0;

  const takeSpenders = (block: Block): void => {
    for (const tx of block.transactions) {
      for (const spender of spendersOf(tx, pool)) {
        if (!spender.alive) continue;
        for (const { bytes, id, widId, time, sequence } of pool.takeOut(spender)) {
          removed.push({ bytes, id, widId, time, sequence, quiet: true });
          wanted.add(id);
        }
      }
    }
  };

  const keep = (block: Block): void => {
    const kept: Waiting[] = [];
    for (const tx of block.transactions.slice(1)) {
      bytes += tx.bytes.length;
      wanted.add(tx.txidBinary);
      const { txidBinary: id, widBinary: widId } = tx;
      const time = clock.now();
      kept.push({ bytes: new Uint8Array(tx.bytes), id, widId, time, sequence: 0, quiet: false });
    }
    blocks.push(kept);
    for (let newest = 0; bytes > MAX_BYTES && newest < blocks.length; newest++) drop(newest);
  };

  const drop = (index: number): void => {
    for (const { id, bytes: gone } of blocks[index]!) {
      bytes -= gone.length;
      wanted.delete(id);
    }
    dropped += blocks[index]!.length;
    blocks[index] = [];
  };

  return {
    get moving() {
      return blocks.length > 0;
    },
    get some() {
      return wanted.size > 0;
    },
    add(block) {
      if (block === null) return void blocks.push([]);
      if (pool.graph.size > 0) takeSpenders(block);
      keep(block);
    },
    mined: (id) => void wanted.delete(id),
    take() {
      // First the transactions of the oldest block, then the removed entries in order of arrival.
      const all = [...blocks.toReversed().flat(), ...removed.toSorted((a, b) => a.sequence - b.sequence)];
      const taken = {
        wanted: all.filter(({ id }) => wanted.has(id)),
        mined: all.filter(({ id, quiet }) => quiet && !wanted.has(id)),
        dropped,
      };
      blocks = [];
      removed = [];
      wanted = new Set();
      bytes = 0;
      dropped = 0;
      return taken;
    },
  };
}

export function createReorgReadd({ pool, admission, events, clock, log }: ReorgReaddDeps): ReorgReadd {
  const left = createDisconnected(pool, clock);
  let queue = new Map<BinaryString, Waiting>();
  let pump: Promise<void> | null = null;

  const emitLost = ({ id, widId }: Waiting, reason: RemovalReason): void =>
    events.emit('removed', { txid: hexOf(id), wid: hexOf(widId), reason });

  const readd = async (waiting: Waiting): Promise<void> => {
    const { quiet, time } = waiting;
    const request: AdmissionRequest = {
      tx: decodeKnown(waiting.bytes),
      origin: 'block',
      time,
      trusted: true,
      quiet,
    };
    const now = admission.admitNow(request);
    const refused = now === undefined ? await admission.admit(request) : now;
    if (refused === null || refused.code === 'policy-known') return;
    // If the chain changed while signatures were checked, the result may not hold at the next tip, so it is checked
    // again.
    if (left.moving) queue.set(waiting.id, waiting);
    else emitLost(waiting, reasonFor(refused));
  };

  const run = async (): Promise<void> => {
    let started = clock.monotonic();
    try {
      for (let next = firstOf(queue); next !== undefined && !left.moving; next = firstOf(queue)) {
        queue.delete(next.id);
        await readd(next);
        if (clock.monotonic() - started < SLICE_MS) continue;
        await clock.soon();
        started = clock.monotonic();
      }
    } catch (error) {
      log.error('transactions of disconnected blocks could not be re-added', { error });
    } finally {
      // Reset in the same turn as the last check of the queue, so that a reorganisation that ends from now on starts a
      // new run.
      pump = null;
    }
  };

  return {
    disconnected: left.add,
    connected(block) {
      if (!left.some && queue.size === 0) return;
      for (const { txidBinary: id } of block.transactions) {
        left.mined(id);
        const waiting = queue.get(id);
        queue.delete(id);
        if (waiting?.quiet) emitLost(waiting, 'mined');
      }
    },
    settled() {
      if (!left.moving) return;
      const { wanted, mined, dropped } = left.take();
      if (dropped > 0)
        log.warn('a deep reorganisation disconnected more transactions than fit in memory', { dropped });
      const next = new Map<BinaryString, Waiting>();
      for (const waiting of wanted) next.set(waiting.id, waiting);
      // What is left of the previous reorganisation comes last.
      for (const [id, waiting] of queue) next.set(id, waiting);
      queue = next;
      for (const waiting of mined) emitLost(waiting, 'mined');
      if (queue.size > 0) pump ??= run();
    },
    async idle() {
      while (pump) await pump;
    },
  };
}

const firstOf = (queue: ReadonlyMap<BinaryString, Waiting>): Waiting | undefined =>
  queue.values().next().value;

function reasonFor({ code }: Violation): RemovalReason {
  if (code === 'coin-missing') return 'conflict';
  return code === 'policy-expires-soon' || code === 'tx-expired' ? 'expired' : 'reorg';
}
