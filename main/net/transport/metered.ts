import type { Connection, Stream } from '@libp2p/interface';
import type { Time } from '../../lib/clock.ts';
import { createBucket } from '../protocol/bucket.ts';
import { withHandler } from './with-handler.ts';

/** Gossip bytes accepted from one peer: the burst, and per second. */
export const GOSSIP_BYTES = { burst: 8 << 20, perSecond: 1 << 20 };

/**
 * The router reads its streams without backpressure, so bytes that arrive faster than they are processed would
 * accumulate: this wrapper counts them, and resets a stream that exceeds its budget. Wraps the components of a libp2p
 * service.
 */
export function metered<Components extends object>(
  components: Components,
  clock: Pick<Time, 'monotonic'>,
  onFlood: (peerId: string) => void,
  budget: { readonly burst: number; readonly perSecond: number } = GOSSIP_BYTES,
  watch?: (peerId: string, stream: Stream) => void,
): Components {
  const buckets = new WeakMap<Connection, ReturnType<typeof createBucket>>();
  return withHandler(components, (stream, connection, own) => {
    // All streams of a connection share one budget: a new stream must not refill it.
    const bucket = buckets.get(connection) ?? createBucket(budget.burst, budget.perSecond, clock.monotonic);
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
