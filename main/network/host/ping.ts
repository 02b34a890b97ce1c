import { randomBytes } from 'node:crypto';
import type { Connection, Stream } from '@libp2p/interface';
import { equalBytes } from '../../core/codec/bytes.ts';
import { sleep } from '../../lib/clock.ts';
import { KithError } from '../../lib/errors.ts';
import { type Bucket, createBucket } from '../wire/bucket.ts';
import { createPuller, write } from '../wire/flow.ts';

/** libp2p's ping: 32 bytes there and back. libp2p's own answering side queues without limit, so this is ours. */
export const PING_PROTOCOL = '/ipfs/ping/1.0.0';
const PING_BYTES = 32;
const REST_MS = 120_000;
const CLOSE_MS = 1000;
/** Bytes echoed at once and a second: more have to wait, held back in the sender's window. */
const ECHO = { burst: 64 * PING_BYTES, perSecond: 8 * PING_BYTES };

/** What one connection may have echoed. */
export const echoBudget = (): Bucket => createBucket(ECHO.burst, ECHO.perSecond);

export async function answerPings(stream: Stream, budget: Bucket): Promise<void> {
  const puller = createPuller(stream);
  try {
    for (;;) {
      const arrived = await puller.next(REST_MS);
      if (arrived === null) return await stream.close();
      for (const piece of arrived) {
        if (piece.length > ECHO.burst) throw new KithError('stream-lost', 'no ping is that long');
        while (!budget.take(piece.length)) await sleep(budget.waitFor(piece.length) + 1);
        await write(stream, [piece]);
      }
    }
  } catch (error) {
    stream.abort(error instanceof Error ? error : new Error(String(error)));
  } finally {
    puller.release();
  }
}

/** Milliseconds to the peer and back. @throws {KithError} `stream-stalled`, `stream-lost`. */
export async function measurePing(connection: Connection, timeoutMs: number): Promise<number> {
  const stream = await connection.newStream(PING_PROTOCOL, { signal: AbortSignal.timeout(timeoutMs) });
  const puller = createPuller(stream);
  const sent = new Uint8Array(randomBytes(PING_BYTES));
  const began = performance.now();
  try {
    await write(stream, [sent]);
    let got = new Uint8Array(0);
    while (got.length < PING_BYTES) {
      const arrived = await puller.next(Math.max(1, timeoutMs - (performance.now() - began)));
      if (arrived === null) throw new KithError('stream-lost', 'no echo');
      got = Uint8Array.from([...got, ...arrived.flatMap((piece) => [...piece])]);
    }
    if (!equalBytes(got, sent)) throw new KithError('stream-lost', 'another echo than what was sent');
    await stream.close({ signal: AbortSignal.timeout(CLOSE_MS) }).catch(() => undefined);
    return performance.now() - began;
  } catch (error) {
    stream.abort(error instanceof Error ? error : new Error(String(error)));
    throw error;
  } finally {
    puller.release();
  }
}
