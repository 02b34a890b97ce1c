import type { Stream } from '@libp2p/interface';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCaller, type Request } from '../../../../main/network/wire/caller.ts';
import { createFrameReader, type Frame, writeFrame } from '../../../../main/network/wire/frames.ts';
import { offence, type Offence } from '../../../../main/network/wire/offence.ts';
import { type Handler, serve } from '../../../../main/network/wire/server.ts';
import { createStreamPairs, type StreamPairs } from '../../../support/nodes/stream-pair.ts';

let streams: StreamPairs;
beforeAll(async () => {
  streams = await createStreamPairs();
});
afterAll(() => streams.stop());

const ASK = 1;
const REPLY = 2;

/** Repeats what it is asked, as often as the first byte says. */
const echo: Handler = {
  cap: 100,
  async handle(frame, reply) {
    if (frame.body[0] === 255) return offence('codec-order');
    for (let i = 0; i < (frame.body[0] ?? 0); i++) await reply(REPLY, frame.body);
    return null;
  },
};

const request = (bytes: number[], more: Partial<Request> = {}): Request => ({
  type: ASK,
  body: Uint8Array.from(bytes),
  replies: bytes[0]!,
  accepts: new Map([[REPLY, 100]]),
  timeoutMs: 5000,
  onReply: () => null,
  ...more,
});

function callerTo(far: (stream: Stream) => void) {
  const offences: string[] = [];
  const caller = createCaller({
    open: () => streams.open(far),
    onOffence: (wrong) => void offences.push(wrong.code),
  });
  return { caller, offences };
}

const answering = (done?: (wrong: Offence | null) => void) => (stream: Stream) =>
  void serve(stream, new Map([[ASK, echo]])).then(done);

describe('one stream for many requests', () => {
  test('answers pipelined requests in order', async () => {
    const { caller } = callerTo(answering());
    const got: number[][] = [];
    const calls = [3, 1, 2].map((times, i) =>
      caller.call(request([times, i], { onReply: (frame) => (got.push([...frame.body]), null) })),
    );
    expect(await Promise.all(calls)).toEqual([null, null, null]);
    expect(got).toEqual([
      [3, 0],
      [3, 0],
      [3, 0],
      [1, 1],
      [2, 2],
      [2, 2],
    ]);
    expect(caller.pending).toBe(0);
    caller.close();
  });

  test('opens a new stream after the old one was lost', async () => {
    let opened = 0;
    const { caller } = callerTo((stream) => {
      opened++;
      if (opened === 1) stream.abort(new Error('gone'));
      else answering()(stream);
    });
    await expect(caller.call(request([1]))).rejects.toMatchObject({ code: 'peer-gone' });
    expect(await caller.call(request([1]))).toBeNull();
    caller.close();
  });

  test('gives up on a peer that says nothing, with everything that waited behind it', async () => {
    const { caller, offences } = callerTo((stream) => void createFrameReader(stream, () => 100).next());
    const calls = [caller.call(request([1], { timeoutMs: 200 })), caller.call(request([1]))];
    const [first, second] = await Promise.allSettled(calls);
    expect(first).toMatchObject({ reason: { code: 'peer-timeout' } });
    expect(second).toMatchObject({ status: 'rejected' });
    expect(offences).toEqual([]);
    caller.close();
  });

  test.each([
    ['a reply to another request', (frame: Frame) => [REPLY, frame.id + 1] as const, 'wire-unexpected'],
    ['a reply of a type that was not asked for', (frame: Frame) => [3, frame.id] as const, 'wire-unknown'],
  ])('reports %s', async (_what, replyTo, code) => {
    const { caller, offences } = callerTo((stream) => {
      const reader = createFrameReader(stream, () => 100);
      void reader.next().then(async (frame) => {
        const [type, id] = replyTo(frame as Frame);
        await writeFrame(stream, type, id, [Uint8Array.of(1)]);
      });
    });
    expect(await caller.call(request([1]))).toMatchObject({ code });
    expect(offences).toEqual([code]);
    caller.close();
  });

  test('reports what the taker of a reply objects to', async () => {
    const { caller, offences } = callerTo(answering());
    const outcome = await caller.call(request([2], { onReply: () => offence('block-unasked') }));
    expect(outcome).toMatchObject({ code: 'block-unasked' });
    expect(offences).toEqual(['block-unasked']);
    caller.close();
  });

  test('the answering side names what a request breaks, and closes', async () => {
    const wrong = Promise.withResolvers<Offence | null>();
    const { caller } = callerTo(answering(wrong.resolve));
    await expect(caller.call(request([255, 1], { replies: 1 }))).rejects.toMatchObject({ code: 'peer-gone' });
    expect(await wrong.promise).toMatchObject({ code: 'codec-order' });
    caller.close();
  });
});
