import type { UnixSeconds } from '../../shared/units.ts';
import type { Header } from '../core/primitives/header.ts';
import { createAlarm } from '../lib/alarm.ts';
import type { Clock } from '../lib/clock.ts';

/**
 * Keeps blocks and headers that are slightly ahead of the local clock and submits them later. The sender gets no
 * penalty (protocol.md §10).
 */
export interface DeferredBlocks {
  /**
   * Keeps the bytes of a header or of the whole block. A full buffer drops the oldest. Flooding it is expensive: the
   * caller has checked the proof of work of each header.
   */
  add(header: Header, bytes: Uint8Array): void;
  /** Removes and returns the items that are no longer ahead of the clock, oldest first. */
  take(): Uint8Array[];
  stop(): void;
}

export interface DeferredBlocksDeps {
  readonly clock: Pick<Clock, 'now' | 'monotonic' | 'after'>;
  /** Seconds that a block may be ahead of the clock. */
  readonly futureLimit: number;
  /**
   * An item may be due; the owner calls `take`. Due times follow the monotonic clock, so the owner must also call
   * `take` when the wall clock was set or the computer slept.
   */
  onDue(): void;
}

interface Kept {
  readonly time: UnixSeconds;
  readonly bytes: Uint8Array;
}

const MAX_DEFERRED_BLOCKS = 16;

export function createDeferredBlocks({ clock, futureLimit, onDue }: DeferredBlocksDeps): DeferredBlocks {
  const kept = new Map<string, Kept>();
  const alarm = createAlarm(clock, onDue);

  function setAlarm(): void {
    const earliest = Math.min(...[...kept.values()].map(({ time }) => time));
    alarm.scheduleBy(clock.monotonic() + (earliest - futureLimit - clock.now()) * 1000);
  }

  return {
    add({ idHex, time }, bytes) {
      // A header must not replace the whole block that is kept already.
      if ((kept.get(idHex)?.bytes.length ?? 0) > bytes.length) return;
      kept.set(idHex, { time, bytes });
      if (kept.size > MAX_DEFERRED_BLOCKS) kept.delete(kept.keys().next().value!);
      setAlarm();
    },
    take() {
      const latest = clock.now() + futureLimit;
      const due: Uint8Array[] = [];
      for (const [id, { time, bytes }] of kept) {
        if (time > latest) continue;
        kept.delete(id);
        due.push(bytes);
      }
      setAlarm();
      return due;
    },
    stop: alarm.stop,
  };
}
