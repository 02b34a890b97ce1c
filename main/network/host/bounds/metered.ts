import type { Connection, Stream } from '@libp2p/interface';
import { createBucket } from '../../wire/bucket.ts';

/** Bytes of gossip that one peer may send at once, and a second in the long run. */
export const GOSSIP_BYTES = { burst: 8 << 20, perSecond: 1 << 20 };

type Accept = (stream: Stream, connection: Connection) => unknown;
interface Registrar {
  handle(protocol: string, accept: Accept, options?: object): Promise<void>;
}

/**
 * The router reads its streams without holding the sender back, so what comes faster than it is handled would pile up:
 * this puts a meter before it, and ends a stream that is over its budget. Wraps what a libp2p service is made from.
 */
export function metered<Components extends object>(
  components: Components,
  onFlood: (peerId: string) => void,
  budget: { readonly burst: number; readonly perSecond: number } = GOSSIP_BYTES,
): Components {
  const { registrar } = components as unknown as { registrar: Registrar };
  const buckets = new WeakMap<Connection, ReturnType<typeof createBucket>>();
  const watch = (stream: Stream, connection: Connection): void => {
    // One budget for all streams of a connection: opening another must not fill it up again.
    const bucket = buckets.get(connection) ?? createBucket(budget.burst, budget.perSecond);
    buckets.set(connection, bucket);
    stream.addEventListener('message', (event) => {
      if (bucket.take(event.data.byteLength)) return;
      stream.abort(new Error('too much at once'));
      onFlood(connection.remotePeer.toString());
    });
  };
  const wrapped = new Proxy(registrar, {
    get(target, name) {
      if (name === 'handle') {
        return (protocol: string, accept: Accept, options?: object) =>
          target.handle(
            protocol,
            (stream, connection) => {
              watch(stream, connection);
              return accept(stream, connection);
            },
            options,
          );
      }
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return new Proxy(components, {
    get: (target, name) => (name === 'registrar' ? wrapped : (Reflect.get(target, name) as unknown)),
  });
}
