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

/** Adds the transactions of disconnected blocks to the pool again when a reorganisation is finished. */
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
  /** Order of arrival in the pool. */
  readonly sequence: number;
  /** It was in the pool before the reorganisation: no event was emitted when it was removed. */
  readonly quiet: boolean;
}

export interface ReorgReaddDeps {
  readonly pool: Pool;
  readonly admission: Pick<Admission, 'admit' | 'admitNow'>;
  readonly events: Emitter<PoolEvents>;
  readonly clock: Clock;
  readonly log: Log;
}

// Memory limit for a reorganisation of any depth; the transactions of the newest blocks go first: no other depends on them.
const MAX_BYTES = 32_000_000;
// Milliseconds for which the re-add may occupy the event loop.
const SLICE_MS = 10;

export function createReorgReadd({ pool, admission, events, clock, log }: ReorgReaddDeps): ReorgReadd {
  /** Disconnected blocks, newest first. */
  let disconnected: Waiting[][] = [];
  /** Entries of the pool that spent their outputs. */
  let removed: Waiting[] = [];
  /** Those of both that the new branch has not mined. */
  let wanted = new Set<BinaryString>();
  let bytes = 0;
  let dropped = 0;
  let queue = new Map<BinaryString, Waiting>();
  let pump: Promise<void> | null = null;
  const moving = (): boolean => disconnected.length > 0;

  const stepAside = (block: Block): void => {
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
    disconnected.push(kept);
    for (let newest = 0; bytes > MAX_BYTES && newest < disconnected.length; newest++) letGo(newest);
  };

  const letGo = (index: number): void => {
    for (const { id, bytes: gone } of disconnected[index]!) {
      bytes -= gone.length;
      wanted.delete(id);
    }
    dropped += disconnected[index]!.length;
    disconnected[index] = [];
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
    // The chain changed while signatures were checked: results may not hold at the next announced tip.
    if (moving()) queue.set(waiting.id, waiting);
    else tellLost(waiting, reasonFor(refused));
  };

  const run = async (): Promise<void> => {
    let started = clock.monotonic();
    for (let next = firstOf(queue); next !== undefined && !moving(); next = firstOf(queue)) {
      queue.delete(next.id);
      await bringBack(next);
      if (clock.monotonic() - started < SLICE_MS) continue;
      await clock.soon();
      started = clock.monotonic();
    }
  };

  const start = (): void => {
    pump ??= run()
      .catch((error: unknown) =>
        log.error('transactions of disconnected blocks could not be re-added', { error }),
      )
      .finally(() => {
        pump = null;
      });
  };

  return {
    disconnected(block) {
      if (block === null) return void disconnected.push([]);
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
      if (dropped > 0)
        log.warn('a deep reorganisation disconnected more transactions than fit in memory', { dropped });
      // Parents before children: the transactions of the oldest block first, then the entries that spent them in order of
      // arrival, then what the previous reorganisation left.
      const ordered = [
        ...disconnected.toReversed().flat(),
        ...removed.toSorted((a, b) => a.sequence - b.sequence),
      ];
      const next = new Map<BinaryString, Waiting>();
      for (const waiting of ordered) {
        if (wanted.has(waiting.id)) next.set(waiting.id, waiting);
        else if (waiting.quiet) tellLost(waiting, 'mined');
      }
      for (const [id, waiting] of queue) next.set(id, waiting);
      queue = next;
      disconnected = [];
      removed = [];
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
