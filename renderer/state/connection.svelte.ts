import { createORPCClient, ORPCError, type ClientLink } from '@orpc/client';
import type { KithClient } from '../../shared/contract/contract.ts';
import { backoff, pause } from './backoff.ts';
import type { Carrier, CarrierProblem, Context, OpenCarrier } from './carrier.ts';
import { withLastAnswers } from './last-answers.ts';

export type ConnectionState = 'connecting' | 'open' | CarrierProblem;

/** The connection to the node. `client` stays the same for the life of the page, even if the carrier changes. */
export interface Connection {
  readonly client: KithClient;
  /** What the client calls. */
  readonly link: ClientLink<Context>;
  readonly state: ConnectionState;
  /** Whether the node has answered at least once since the page was loaded. */
  readonly everOpen: boolean;
  /** Increases with every new carrier. Data from an earlier one may be out of date. */
  readonly generation: number;
  /** Aborts when nothing more is to be read over it: another network is open. */
  readonly over: AbortSignal;
  /** Waits until there is a carrier. */
  whenOpen(signal: AbortSignal): Promise<void>;
  /** Closes the carrier and connects again immediately. */
  retry(): void;
}

export function createConnection(open: OpenCarrier): Connection {
  let state = $state<ConnectionState>('connecting');
  let generation = $state(0);
  let carrier: Carrier | null = null;
  let skipWait = new AbortController();
  const waiting: (() => void)[] = [];

  const link: ClientLink<Context> = {
    // Nothing is queued while the node is unreachable, because a payment must never be sent later than the user
    // expects.
    call: (path, input, options) => {
      if (!carrier) throw new ORPCError('NOT_CONNECTED', { message: 'The node does not respond.' });
      return carrier.link.call(path, input, options);
    },
  };

  async function run(): Promise<never> {
    for (let attempt = 0; ; attempt += 1) {
      const result = await open(skipWait.signal);
      if (typeof result === 'string') {
        state = result;
      } else {
        carrier = result;
        generation += 1;
        state = 'open';
        attempt = 0;
        for (const go of waiting.splice(0)) go();
        await Promise.race([result.closed, aborted(skipWait.signal)]);
        carrier = null;
        result.close();
        state = 'no-answer';
      }
      await pause(backoff(attempt), skipWait.signal);
      if (skipWait.signal.aborted) skipWait = new AbortController();
    }
  }
  void run();

  return {
    client: createORPCClient<KithClient>(link),
    link,
    get state() {
      return state;
    },
    get everOpen() {
      return generation > 0;
    },
    get generation() {
      return generation;
    },
    over: new AbortController().signal,
    whenOpen: (signal) =>
      new Promise((resolve) => {
        if (carrier || signal.aborted) return resolve();
        waiting.push(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      }),
    retry: () => skipWait.abort(),
  };
}

/**
 * The same connection for the state of one network. Its subscriptions end when the signal aborts. Its client keeps what it has
 * read, so that every screen opens when the node has stopped.
 */
export function connectionUntil(connection: Connection, over: AbortSignal): Connection {
  const link = withLastAnswers(connection.link);
  return {
    client: createORPCClient<KithClient>(link),
    link,
    over,
    get state() {
      return connection.state;
    },
    get everOpen() {
      return connection.everOpen;
    },
    get generation() {
      return connection.generation;
    },
    whenOpen: connection.whenOpen,
    retry: connection.retry,
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
