import type { UnixSeconds } from '../../shared/units.ts';
import type { Header } from '../core/primitives/header.ts';
import { createAlarm } from '../lib/alarm.ts';
import type { Clock } from '../lib/clock.ts';

/** Blocks and headers slightly ahead of the local clock, kept for a retry without a penalty for the sender (protocol.md §10). */
export interface DeferredBlocks {
  /**
   * Keeps the bytes of a header, or of its whole block. A full buffer drops the oldest: a peer that sends many early
   * headers had to do the proof of work of each, which the caller has checked.
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
   * An item may be due: the owner calls `take`. Monotonic time decides when, so after the wall clock was set or the
   * computer slept, the owner must call `take` without this.
   */
  onDue(): void;
}

interface Kept {
  readonly time: UnixSeconds;
  readonly bytes: Uint8Array;
}

const MOST = 16;

export function createDeferredBlocks({ clock, futureLimit, onDue }: DeferredBlocksDeps): DeferredBlocks {
  const kept = new Map<string, Kept>();
  const alarm = createAlarm(clock, onDue);

  function setAlarm(): void {
    const earliest = Math.min(...[...kept.values()].map(({ time }) => time));
    alarm.by(clock.monotonic() + (earliest - futureLimit - clock.now()) * 1000);
  }

  return {
    add({ idHex, time }, bytes) {
      // A header alone must not replace its whole block.
      if ((kept.get(idHex)?.bytes.length ?? 0) > bytes.length) return;
      kept.set(idHex, { time, bytes });
      if (kept.size > MOST) kept.delete(kept.keys().next().value!);
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
