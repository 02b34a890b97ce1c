import { sleep } from '../lib/clock.ts';
import type { Breathe } from '../lib/turns.ts';
import type { Message } from './message-bounds.ts';

export interface InboxDeps {
  /** Starts to handle a message. Does not wait for its answer. */
  take(message: Message): void;
  /** Shared by all clients, so that together they leave time for other work of the event loop. */
  readonly breathe: Breathe;
  /** Whether the client has unread data. Its next messages wait then. */
  congested(): boolean;
  /** Pauses or resumes reading from the client. If the carrier cannot pause, it is closed when too much waits. */
  readonly hold?: ((held: boolean) => void) | undefined;
  /** Closes the connection, because the client sends faster than allowed and reading cannot be paused. */
  end(): void;
}

/** The messages of one client, handled in order and bounded in number, bytes and time. */
export interface Inbox {
  receive(message: Message): void;
  /** Drops all waiting messages. */
  close(): void;
}

/** Above these limits reading pauses, until no more than half of them waits. */
const PAUSE_ABOVE = { messages: 512, bytes: 8 << 20 } as const;
/** Above these limits the connection is closed. A single read of a socket may contain thousands of small messages. */
const CLOSE_ABOVE = { messages: 16_384, bytes: 64 << 20 } as const;
/** Limit on the rate of reading from a client, so that large messages leave time for other work of the thread. */
const BYTES_A_MS = (32 << 20) / 1000;
const LARGE_BYTES = 64 * 1024;
const CONGESTION_POLL_MS = 50;

export function createInbox(deps: InboxDeps): Inbox {
  let waiting: Message[] = [];
  let bytes = 0;
  let held = false;
  let running = false;
  let closed = false;

  function close(): void {
    closed = true;
    waiting = [];
    bytes = 0;
  }

  function hold(now: boolean): void {
    if (held === now) return;
    held = now;
    deps.hold?.(now);
  }

  async function run(): Promise<void> {
    running = true;
    while (waiting.length > 0) {
      await deps.breathe();
      while (deps.congested() && !closed) await sleep(CONGESTION_POLL_MS);
      const message = waiting.shift();
      if (message === undefined) break;
      bytes -= message.length;
      if (waiting.length <= PAUSE_ABOVE.messages / 2 && bytes <= PAUSE_ABOVE.bytes / 2) hold(false);
      deps.take(message);
      if (message.length > LARGE_BYTES) await sleep(message.length / BYTES_A_MS);
    }
    running = false;
  }

  return {
    receive(message) {
      if (closed) return;
      waiting.push(message);
      bytes += message.length;
      if (waiting.length > CLOSE_ABOVE.messages || bytes > CLOSE_ABOVE.bytes) {
        close();
        return deps.end();
      }
      if (waiting.length > PAUSE_ABOVE.messages || bytes > PAUSE_ABOVE.bytes) hold(true);
      if (!running) void run();
    },
    close,
  };
}
