import { createAlarm } from '../lib/alarm.ts';
import type { Clock } from '../lib/clock.ts';

/** Syncs committed data to the disk: soon after each block while few arrive, rarely during a sync of the chain. */
export interface Flusher {
  /** A batch was committed. `idle`: the chain is at its best known tip, where the user may rely on this block. */
  touched(idle: boolean): void;
  stop(): void;
}

export interface FlusherDeps {
  readonly clock: Pick<Clock, 'monotonic' | 'after'>;
  sync(): Promise<void>;
  onError(error: unknown): void;
}

const IDLE_MS = 200;
const BUSY_MS = 5000;

export function createFlusher({ clock, sync, onError }: FlusherDeps): Flusher {
  const alarm = createAlarm(clock, () => void sync().catch(onError));
  return {
    touched: (idle) => alarm.by(clock.monotonic() + (idle ? IDLE_MS : BUSY_MS)),
    stop: alarm.stop,
  };
}
