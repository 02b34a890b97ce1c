import type { Connection, Stream } from '@libp2p/interface';
import { createBucket } from '../protocol/bucket.ts';
import { withHandler } from './with-handler.ts';

/** Bytes of gossip that one peer may send at once, and a second in the long run. */
export const GOSSIP_BYTES = { burst: 8 << 20, perSecond: 1 << 20 };

/**
 * The router reads its streams without holding the sender back, so what comes faster than it is handled would pile up:
 * this puts a meter before it, and ends a stream that is over its budget. Wraps what a libp2p service is made from.
 */
export function metered<Components extends object>(
  components: Components,
  onFlood: (peerId: string) => void,
  budget: { readonly burst: number; readonly perSecond: number } = GOSSIP_BYTES,
  watch?: (peerId: string, stream: Stream) => void,
): Components {
  const buckets = new WeakMap<Connection, ReturnType<typeof createBucket>>();
  return withHandler(components, (stream, connection, own) => {
    // One budget for all streams of a connection: opening another must not fill it up again.
    const bucket = buckets.get(connection) ?? createBucket(budget.burst, budget.perSecond);
    buckets.set(connection, bucket);
    watch?.(connection.remotePeer.toString(), stream);
    stream.addEventListener('message', (event) => {
      if (bucket.take(event.data.byteLength)) return;
      stream.abort(new Error('too much at once'));
      onFlood(connection.remotePeer.toString());
    });
    return own(stream, connection);
  });
}
