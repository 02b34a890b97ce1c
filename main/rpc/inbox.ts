import { sleep } from '../lib/clock.ts';
import type { Breathe } from '../lib/turns.ts';
import type { Message } from './message-bounds.ts';

export interface InboxDeps {
  /** Begins to handle a message; how long its answer takes is not waited for. */
  take(message: Message): void;
  /** Shared by all clients, so that they together leave the event loop to others. */
  readonly breathe: Breathe;
  /** The client has not read what it was sent: its next messages wait. */
  congested(): boolean;
  /** Stops reading from the client, or reads on. A carrier that cannot stop is ended when too much waits. */
  readonly hold?: ((held: boolean) => void) | undefined;
  /** Ends the connection: the client sends faster than it may, and cannot be held back. */
  end(): void;
}

/** The messages of one client, handled in order and bounded in number, bytes and time. */
export interface Inbox {
  receive(message: Message): void;
  /** Drops what waits. */
  close(): void;
}

/** From here on the client is held back, until half of it is left. */
const HELD = { messages: 512, bytes: 8 << 20 } as const;
/** From here on it is cut off. A single read of a socket may hold thousands of small messages. */
const CUT = { messages: 16_384, bytes: 64 << 20 } as const;
/** A client is read at this speed, so that large messages leave the thread to others. */
const BYTES_A_MS = (32 << 20) / 1000;
const LARGE = 64 * 1024;
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
      if (waiting.length <= HELD.messages / 2 && bytes <= HELD.bytes / 2) hold(false);
      deps.take(message);
      if (message.length > LARGE) await sleep(message.length / BYTES_A_MS);
    }
    running = false;
  }

  return {
    receive(message) {
      if (closed) return;
      waiting.push(message);
      bytes += message.length;
      if (waiting.length > CUT.messages || bytes > CUT.bytes) {
        close();
        return deps.end();
      }
      if (waiting.length > HELD.messages || bytes > HELD.bytes) hold(true);
      if (!running) void run();
    },
    close,
  };
}
