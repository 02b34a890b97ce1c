import { fault } from '../api/faults.ts';
import { untilAborted } from '../api/streams.ts';
import { createGroupedPool, type PoolLimits } from '../lib/grouped-pool.ts';

/** Calls that one connection may have open at the same time; a page needs about ten. */
const MAX_OPEN = 256;
/** Subscriptions that one connection may have open at the same time; a page needs about eight. */
const MAX_STREAMS = 32;
/** Limit on the subscriptions of all connections. Each wakes up to four times per second. */
const STREAMS: PoolLimits = { total: 128, perHost: 128, perGroup: 128 };

/** The identity of a connection for limits and budgets. */
export interface Caller {
  /** Unique per connection. */
  readonly id: string;
  calls: number;
  streams: number;
}

interface Call {
  readonly context: object;
  readonly signal?: AbortSignal | undefined;
  next(): Promise<unknown>;
}

export interface OpenCalls {
  /** A new connection. */
  caller(): Caller;
  /**
   * Counts calls until they are answered, and subscriptions until they end. A call above a limit fails with `api-busy`.
   */
  readonly limit: (call: Call) => Promise<unknown>;
}

export function createOpenCalls(): OpenCalls {
  // When all subscriptions are in use, the oldest one of the connection with the most subscriptions is ended, never
  // the newest.
  const streams = createGroupedPool<AbortController>(STREAMS, (stream) => stream.abort(fault('api-busy')));
  let callers = 0;

  function subscribe(
    caller: Caller,
    output: AsyncGenerator,
    signal: AbortSignal | undefined,
  ): AsyncGenerator {
    const ending = new AbortController();
    caller.streams++;
    streams.add(ending, { host: caller.id, group: caller.id });
    let counted = true;
    const release = () => {
      if (counted) caller.streams--;
      counted = false;
      streams.delete(ending);
      signal?.removeEventListener('abort', release);
    };
    // A client may disconnect before the stream is read; only the signal shows that.
    signal?.addEventListener('abort', release, { once: true });
    return releasing(untilAborted(output, ending.signal), release);
  }

  return {
    caller: () => ({ id: String(++callers), calls: 0, streams: 0 }),
    async limit({ next, context, signal }) {
      const { caller } = context as { readonly caller: Caller };
      if (caller.calls >= MAX_OPEN) throw fault('api-busy');
      caller.calls++;
      try {
        const output = await next();
        if (!isStream(output)) return output;
        if (caller.streams < MAX_STREAMS) return subscribe(caller, output, signal);
        await output.return(undefined);
        throw fault('api-busy');
      } finally {
        caller.calls--;
      }
    },
  };
}

async function* releasing(stream: AsyncGenerator, ended: () => void): AsyncGenerator {
  try {
    yield* stream;
  } finally {
    ended();
  }
}

function isStream(output: unknown): output is AsyncGenerator {
  return typeof output === 'object' && output !== null && Symbol.asyncIterator in output;
}
