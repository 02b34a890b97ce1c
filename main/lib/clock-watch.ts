import { uptime } from 'node:os';
import type { Clock, Timer } from './clock.ts';
import { createEmitter, type Events } from './events.ts';
import type { Log } from './log.ts';

export interface ClockWatchEvents {
  /** The wall clock was set by this number of seconds: forward if positive, back if negative. */
  jumped: { readonly seconds: number };
  /** The computer was suspended, or this process was stopped, for this number of seconds. */
  slept: { readonly seconds: number };
}

/**
 * Compares the wall clock with monotonic time, so that a clock that was set is noticed: at each call of `check`, and every
 * five seconds. The network calls `check` at each heartbeat of the gossip router, about once a second.
 */
export interface ClockWatch {
  readonly events: Events<ClockWatchEvents>;
  /** Milliseconds since the wall clock last jumped; Infinity when it never did. */
  sinceJumpMs(): number;
  /**
   * Monotonic milliseconds. They include the time that the computer was suspended, which `Clock.monotonic` may leave
   * out.
   */
  elapsedMs(): number;
  /** Compares immediately. Costs little. */
  check(): void;
  start(): void;
  stop(): void;
}

export interface ClockWatchDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Seconds since the computer started, suspended time included. By default that of the system. */
  readonly uptime?: () => number;
}

const CHECK_MS = 5000;
/**
 * The wall clock is read in whole seconds, so two readings alone may differ by almost one second from monotonic time.
 */
const MIN_JUMP_SECONDS = 2;
/** If this long passes between two looks, the computer slept or the process was stopped. */
const ASLEEP_SECONDS = 30;

export function createClockWatch({ clock, log, uptime = systemUptime(clock) }: ClockWatchDeps): ClockWatch {
  const events = createEmitter<ClockWatchEvents>((error, event) =>
    log.error('a listener of clock events failed', { event, error }),
  );
  const read = () => ({ wall: clock.now(), ms: clock.monotonic(), up: uptime() });
  let last = read();
  let jumpedAt = -Infinity;
  let uncountedMs = 0;
  let timer: Timer | undefined;

  function check(): void {
    const now = read();
    const counted = (now.ms - last.ms) / 1000;
    const passed = Math.max(counted, now.up - last.up);
    const jump = now.wall - last.wall - passed;
    last = now;
    if (passed - counted >= MIN_JUMP_SECONDS) uncountedMs += (passed - counted) * 1000;
    if (passed - counted >= MIN_JUMP_SECONDS || passed >= ASLEEP_SECONDS) {
      log.info('the computer or this process was suspended', { seconds: Math.round(passed) });
      events.emit('slept', { seconds: passed });
    }
    if (Math.abs(jump) < MIN_JUMP_SECONDS) return;
    jumpedAt = now.ms;
    log.warn('the clock of this computer was set', { seconds: Math.round(jump) });
    events.emit('jumped', { seconds: jump });
  }

  return {
    events,
    check,
    sinceJumpMs: () => clock.monotonic() - jumpedAt,
    elapsedMs: () => clock.monotonic() + uncountedMs,
    start() {
      last = read();
      timer = clock.every(CHECK_MS, check);
    },
    stop: () => timer?.cancel(),
  };
}

// The uptime is used only on Linux, which leaves suspended time out of its monotonic clock and includes it in the
// uptime. macOS and Windows include it in both, and macOS derives the uptime from the wall clock.
function systemUptime(clock: Clock): () => number {
  return process.platform === 'linux' ? uptime : () => clock.monotonic() / 1000;
}
