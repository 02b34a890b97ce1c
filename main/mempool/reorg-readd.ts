import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Block } from '../core/primitives/block.ts';
import type { UnixSeconds } from '../../shared/units.ts';
import type { BinaryString } from '../core/codec/binary.ts';
import type { Violation } from '../core/violation.ts';
import type { Clock } from '../lib/clock.ts';
import type { Emitter } from '../lib/events.ts';
import type { Log } from '../lib/log.ts';
import type { Admission, AdmissionRequest } from './admission.ts';
import { spendersOf } from './block-changes.ts';
import { decodeKnown } from './entry.ts';
import { hexOf } from './ids.ts';
import type { Pool, PoolEvents, RemovalReason } from './pool.ts';

/** Brings the payments of undone blocks back when the chain has come to rest. */
export interface ReorgReadd {
  /** Null when the body was lost: nothing of it comes back. */
  disconnected(block: Block | null): void;
  connected(block: Block): void;
  /** The whole move is over. */
  settled(): void;
  /** Resolves when all that were to come back have. */
  idle(): Promise<void>;
}

interface Waiting {
  readonly bytes: Uint8Array;
  readonly id: BinaryString;
  readonly widId: BinaryString;
  readonly time: UnixSeconds;
  /** Among those of the pool the order in which they came. */
  readonly sequence: number;
  /** It was in the pool all along and only stepped aside: nobody has been told that it left. */
  readonly quiet: boolean;
}

export interface ReturningDeps {
  readonly pool: Pool;
  readonly admission: Pick<Admission, 'admit' | 'admitNow'>;
  readonly events: Emitter<PoolEvents>;
  readonly clock: Clock;
  readonly log: Log;
}

// What a reorganisation of any depth may hold in memory; the newest payments, on which no other stands, are let go.
const MAX_BYTES = 32_000_000;
// How long the pool may keep other work waiting.
const SLICE_MS = 10;

export function createReorgReadd({ pool, admission, events, clock, log }: ReturningDeps): ReorgReadd {
  /** Undone blocks, newest first. */
  let undone: Waiting[][] = [];
  /** Entries of the pool that spent from them. */
  let aside: Waiting[] = [];
  /** Those of both that the new side of the chain has not mined. */
  let wanted = new Set<BinaryString>();
  let bytes = 0;
  let dropped = 0;
  let queue = new Map<BinaryString, Waiting>();
  let pump: Promise<void> | null = null;
  const moving = (): boolean => undone.length > 0;

  const stepAside = (block: Block): void => {
    for (const tx of block.transactions) {
      for (const spender of spendersOf(tx, pool)) {
        if (!spender.alive) continue;
        for (const { bytes, id, widId, time, sequence } of pool.takeOut(spender)) {
          aside.push({ bytes, id, widId, time, sequence, quiet: true });
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
    undone.push(kept);
    for (let newest = 0; bytes > MAX_BYTES && newest < undone.length; newest++) letGo(newest);
  };

  const letGo = (index: number): void => {
    for (const { id, bytes: gone } of undone[index]!) {
      bytes -= gone.length;
      wanted.delete(id);
    }
    dropped += undone[index]!.length;
    undone[index] = [];
  };

  const tellLost = ({ id, widId }: Waiting, reason: RemovalReason): void =>
    events.emit('removed', { txid: hexOf(id), wid: hexOf(widId), reason });

  const bringBack = async (waiting: Waiting): Promise<void> => {
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
    // The chain moved on while signatures were checked: what it says now may not hold when it comes to rest.
    if (moving()) queue.set(waiting.id, waiting);
    else tellLost(waiting, reasonFor(refused));
  };

  const run = async (): Promise<void> => {
    let started = clock.ms();
    for (let next = firstOf(queue); next !== undefined && !moving(); next = firstOf(queue)) {
      queue.delete(next.id);
      await bringBack(next);
      if (clock.ms() - started < SLICE_MS) continue;
      await nextTurn();
      started = clock.ms();
    }
  };

  const start = (): void => {
    pump ??= run()
      .catch((error: unknown) => log.error('payments of undone blocks could not come back', { error }))
      .finally(() => {
        pump = null;
      });
  };

  return {
    disconnected(block) {
      if (block === null) return void undone.push([]);
      if (pool.graph.size > 0) stepAside(block);
      keep(block);
    },
    connected(block) {
      if (wanted.size === 0 && queue.size === 0) return;
      for (const { txidBinary: id } of block.transactions) {
        wanted.delete(id);
        const waiting = queue.get(id);
        queue.delete(id);
        if (waiting?.quiet) tellLost(waiting, 'mined');
      }
    },
    settled() {
      if (!moving()) return;
      if (dropped > 0) log.warn('a deep reorganisation undid more payments than fit in memory', { dropped });
      // Each can only stand on what comes before it: the oldest block first, then what stood on the blocks in the
      // pool in the order in which it came, then what the last move had left over.
      const ordered = [...undone.toReversed().flat(), ...aside.toSorted((a, b) => a.sequence - b.sequence)];
      const next = new Map<BinaryString, Waiting>();
      for (const waiting of ordered) {
        if (wanted.has(waiting.id)) next.set(waiting.id, waiting);
        else if (waiting.quiet) tellLost(waiting, 'mined');
      }
      for (const [id, waiting] of queue) next.set(id, waiting);
      queue = next;
      undone = [];
      aside = [];
      wanted = new Set();
      bytes = 0;
      dropped = 0;
      start();
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
