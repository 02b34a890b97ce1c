import type { Connection, Stream } from '@libp2p/interface';
import type { Time } from '../../lib/clock.ts';
import type { Budgets } from '../budgets/budgets.ts';
import type { RequestName } from '../budgets/costs.ts';
import { createBucket } from '../protocol/bucket.ts';
import { perConnection } from '../protocol/per-connection.ts';

/** Accepts a stream that a peer opened for a protocol. */
export type Accept = (stream: Stream, connection: Connection) => unknown;

interface Registrar {
  handle(protocol: string, accept: Accept, options?: object): Promise<void>;
}

/**
 * The components of a libp2p service, changed so that streams go to `accept` instead of the handler of the service.
 * `accept` gets that handler as its last argument.
 */
export function withHandler<Components extends object>(
  components: Components,
  accept: (stream: Stream, connection: Connection, own: Accept) => unknown,
): Components {
  const { registrar } = components as unknown as { registrar: Registrar };
  const wrapped = new Proxy(registrar, {
    get(target, name) {
      if (name === 'handle')
        return (protocol: string, own: Accept, options?: object) =>
          target.handle(protocol, (stream, connection) => accept(stream, connection, own), options);
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return new Proxy(components, {
    get: (target, name) => (name === 'registrar' ? wrapped : (Reflect.get(target, name) as unknown)),
  });
}

type Paying = Pick<Budgets, 'of'>;

/** Passes a stream to `accept` when the budget of its connection allows a request of this kind. */
export function payFirst(
  accept: Accept,
  budgets: Paying,
  request: RequestName,
): (stream: Stream, connection: Connection) => Promise<void> {
  return async (stream, connection) => {
    try {
      await budgets.of(connection).spend(request, 0);
    } catch (error) {
      return stream.abort(error as Error);
    }
    await accept(stream, connection);
  };
}

/** Wraps the components of a libp2p service, so that the streams that it serves wait for their budget first. */
export function paid<Components extends object>(
  components: Components,
  budgets: Paying,
  request: RequestName,
): Components {
  return withHandler(components, (stream, connection, own) =>
    payFirst(own, budgets, request)(stream, connection),
  );
}

/** Limit on gossip bytes from one peer: the burst, and the number per second. */
export const GOSSIP_BYTES = { burst: 8 << 20, perSecond: 1 << 20 };

/**
 * Wraps the components of a libp2p service. The router reads its streams without backpressure, so bytes that arrive
 * faster than they are processed would accumulate. This counts them and resets a stream that exceeds its budget.
 */
export function metered<Components extends object>(
  components: Components,
  clock: Pick<Time, 'monotonic'>,
  onFlood: (peerId: string) => void,
  budget: { readonly burst: number; readonly perSecond: number } = GOSSIP_BYTES,
  watch?: (peerId: string, stream: Stream) => void,
): Components {
  const bucketOf = perConnection(() => createBucket(budget.burst, budget.perSecond, clock.monotonic));
  return withHandler(components, (stream, connection, own) => {
    const bucket = bucketOf(connection);
    watch?.(connection.remotePeer.toString(), stream);
    stream.addEventListener('message', (event) => {
      if (bucket.take(event.data.byteLength)) return;
      stream.abort(new Error('too many bytes in one burst'));
      onFlood(connection.remotePeer.toString());
    });
    return own(stream, connection);
  });
}
