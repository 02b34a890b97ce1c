import type { Connection, Stream } from '@libp2p/interface';
import { equalBytes } from '../../core/codec/bytes.ts';
import { abortAfter } from '../../lib/clock.ts';
import { KithError } from '../../lib/errors.ts';
import type { Random } from '../../lib/random.ts';
import type { PeerBudget } from '../budgets/budgets.ts';
import type { StreamClock } from '../protocol/deadline.ts';
import { abortStream, createPuller, write } from '../protocol/flow.ts';

/**
 * Ping of libp2p: 32 bytes there and back. The answering side of libp2p queues without limit, so this one is used
 * instead.
 */
export const PING_PROTOCOL = '/ipfs/ping/1.0.0';
const PING_BYTES = 32;
const REST_MS = 120_000;
const CLOSE_MS = 1000;
/** Maximum number of bytes that may arrive together. No ping is longer. */
const MAX_BUFFERED_BYTES = 64 * PING_BYTES;

/**
 * Echoes the bytes that arrive. While the budget is used up it waits, and the window of the sender stops further bytes.
 */
export async function answerPings(
  stream: Stream,
  clock: StreamClock,
  budget: Pick<PeerBudget, 'spend'>,
): Promise<void> {
  const puller = createPuller(stream, clock);
  try {
    for (;;) {
      const arrived = await puller.next(REST_MS);
      if (arrived === null) return await stream.close();
      for (const piece of arrived) {
        if (piece.length > MAX_BUFFERED_BYTES) throw new KithError('stream-lost', 'no ping is that long');
        await budget.spend('ping', piece.length);
        await write(stream, clock, [piece]);
      }
    }
  } catch (error) {
    abortStream(stream, error);
  } finally {
    puller.release();
  }
}

export interface PingDeps {
  readonly clock: StreamClock;
  readonly random: Pick<Random, 'bytes'>;
}

/** Measures the round trip in milliseconds. @throws {KithError} `stream-stalled`, `stream-lost` */
export async function measurePing(
  connection: Connection,
  timeoutMs: number,
  { clock, random }: PingDeps,
): Promise<number> {
  const stream = await connection.newStream(PING_PROTOCOL, { signal: abortAfter(clock, timeoutMs) });
  const puller = createPuller(stream, clock);
  const sent = random.bytes(PING_BYTES);
  const began = clock.monotonic();
  try {
    await write(stream, clock, [sent]);
    let got = new Uint8Array(0);
    while (got.length < PING_BYTES) {
      const arrived = await puller.next(Math.max(1, timeoutMs - (clock.monotonic() - began)));
      if (arrived === null) throw new KithError('stream-lost', 'no echo');
      got = Uint8Array.from([...got, ...arrived.flatMap((piece) => [...piece])]);
    }
    if (!equalBytes(got, sent)) throw new KithError('stream-lost', 'the echo differs from what was sent');
    await stream.close({ signal: abortAfter(clock, CLOSE_MS) }).catch(() => undefined);
    return clock.monotonic() - began;
  } catch (error) {
    abortStream(stream, error);
    throw error;
  } finally {
    puller.release();
  }
}
