import { randomBytes } from 'node:crypto';
import type { Connection, Stream } from '@libp2p/interface';
import { equalBytes } from '../../core/codec/bytes.ts';
import { KithError } from '../../lib/errors.ts';
import type { PeerBudget } from '../budgets/budgets.ts';
import { createPuller, write } from '../protocol/flow.ts';

/**
 * libp2p's ping: 32 bytes there and back. libp2p's own answering side queues without limit, so it is replaced by this
 * one.
 */
export const PING_PROTOCOL = '/ipfs/ping/1.0.0';
const PING_BYTES = 32;
const REST_MS = 120_000;
const CLOSE_MS = 1000;
/** Most bytes that may arrive at once: no ping is longer. */
const MOST_AT_ONCE = 64 * PING_BYTES;

/** Echoes the bytes that arrive as far as the budget allows; further bytes are held back by the sender's window. */
export async function answerPings(stream: Stream, budget: Pick<PeerBudget, 'spend'>): Promise<void> {
  const puller = createPuller(stream);
  try {
    for (;;) {
      const arrived = await puller.next(REST_MS);
      if (arrived === null) return await stream.close();
      for (const piece of arrived) {
        if (piece.length > MOST_AT_ONCE) throw new KithError('stream-lost', 'no ping is that long');
        await budget.spend('ping', piece.length);
        await write(stream, [piece]);
      }
    }
  } catch (error) {
    stream.abort(error instanceof Error ? error : new Error(String(error)));
  } finally {
    puller.release();
  }
}

/** Round trip in milliseconds. @throws {KithError} `stream-stalled`, `stream-lost`. */
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
    if (!equalBytes(got, sent)) throw new KithError('stream-lost', 'the echo differs from what was sent');
    await stream.close({ signal: AbortSignal.timeout(CLOSE_MS) }).catch(() => undefined);
    return performance.now() - began;
  } catch (error) {
    stream.abort(error instanceof Error ? error : new Error(String(error)));
    throw error;
  } finally {
    puller.release();
  }
}
