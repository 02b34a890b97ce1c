import { createAlarm } from '../lib/alarm.ts';
import type { Clock } from '../lib/clock.ts';

/**
 * Calls fsync for committed data: within 200 ms of a commit if the active tip is the best known header, within 5 s
 * during a sync of the chain.
 */
export interface Flusher {
  /** A batch was committed. `idle`: the active tip is the best known header. */
  onCommit(idle: boolean): void;
  stop(): void;
}

export interface FlusherDeps {
  readonly clock: Pick<Clock, 'monotonic' | 'after'>;
  sync(): Promise<void>;
  onError(error: unknown): void;
}

const SYNCED_DELAY_MS = 200;
const SYNCING_DELAY_MS = 5000;

export function createFlusher({ clock, sync, onError }: FlusherDeps): Flusher {
  const alarm = createAlarm(clock, () => void sync().catch(onError));
  return {
    onCommit: (idle) => alarm.scheduleBy(clock.monotonic() + (idle ? SYNCED_DELAY_MS : SYNCING_DELAY_MS)),
    stop: alarm.stop,
  };
}
