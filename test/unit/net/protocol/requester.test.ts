import type { Stream } from '@libp2p/interface';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CallerDeps, createCaller, isUnanswered } from '../../../../main/net/protocol/requester.ts';
import type { Request } from '../../../../main/net/protocol/reply-queue.ts';
import { createFrameReader, type Frame } from '../../../../main/net/protocol/frames.ts';
import {
  isPeerViolation,
  peerViolation,
  type PeerViolation,
} from '../../../../main/net/protocol/wire-violation.ts';
import type { RequestKind } from '../../../../main/net/protocol/requests.ts';
import { type Handler, serve } from '../../../../main/net/protocol/responder.ts';
import { KithError } from '../../../../main/lib/errors.ts';
import { FRAME } from '../../../../main/net/protocol/frame-types.ts';
import { expectBugs } from '../../../support/bugs.ts';
import { createStreamPairs, type StreamPairs } from '../../../support/nodes/stream-pair.ts';
import { writeFrame } from '../../../support/nodes/write-frame.ts';
import { systemClock } from '../../../../main/lib/clock.ts';

let streams: StreamPairs;
beforeAll(async () => {
  streams = await createStreamPairs();
});
afterAll(() => streams.stop());

const ASK = 1;
const REPLY = 2;
const KIND: RequestKind = {
  type: ASK,
  cap: 100,
  answers: [{ type: REPLY, cap: 100 }],
  deadlineMs: 5000,
  mandatory: false,
};
const SOON = { ...KIND, deadlineMs: 100 };

/** Repeats what it is asked, as often as the first byte says. */
const echo: Handler = {
  cap: 100,
  async handle(frame, reply) {
    if (frame.body[0] === 255) return peerViolation('codec-order');
    for (let i = 0; i < (frame.body[0] ?? 0); i++) await reply(REPLY, frame.body);
    return null;
  },
};

const request = (bytes: number[], more: Partial<Request> = {}): Request => ({
  kind: KIND,
  body: Uint8Array.from(bytes),
  replies: bytes[0]!,
  onReply: () => null,
  ...more,
});

function callerTo(far: (stream: Stream) => void, more: Partial<CallerDeps> = {}) {
  const violations: string[] = [];
  const caller = createCaller({
    open: () => streams.open(far),
    clock: systemClock,
    onViolation: (wrong) => void violations.push(wrong.code),
    ...more,
  });
  return { caller, violations };
}

const answering = (done?: (wrong: PeerViolation | null) => void) => (stream: Stream) =>
  void serve(stream, new Map([[ASK, echo]]), { clock: systemClock }).then(done);

/** Takes one request and does this with it. */
const once = (act: (stream: Stream, frame: Frame) => unknown) => (stream: Stream) => {
  const reader = createFrameReader(stream, systemClock, () => 100);
  reader
    .next()
    .then((frame) => act(stream, frame as Frame))
    .catch(() => undefined);
};
const silent = once(() => undefined);

describe('one stream for many requests', () => {
  test('writes a small request before a large one that follows it, so that answers come in order', async () => {
    const ids: number[] = [];
    const handle: Handler['handle'] = async (frame, reply) => {
      ids.push(frame.id);
      await reply(REPLY, frame.body.subarray(0, 1));
      return null;
    };
    const { caller, violations } = callerTo(
      (stream) => void serve(stream, new Map([[ASK, { cap: 10_000, handle }]]), { clock: systemClock }),
    );
    const calls = [caller.call(request([1])), caller.call({ ...request([1]), body: new Uint8Array(8_000) })];
    expect(await Promise.all(calls)).toEqual([null, null]);
    expect(ids).toEqual([1, 2]);
    expect(violations).toEqual([]);
  });

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

  test.each([
    ['a reply to another request', (frame: Frame) => [REPLY, frame.id + 1] as const, 'wire-unexpected'],
    ['a reply of a type that was not asked for', (frame: Frame) => [3, frame.id] as const, 'wire-unknown'],
  ])('reports %s', async (_what, replyTo, code) => {
    const { caller, violations } = callerTo((stream) => {
      const reader = createFrameReader(stream, systemClock, () => 100);
      void reader.next().then(async (frame) => {
        const [type, id] = replyTo(frame as Frame);
        await writeFrame(stream, type, id, [Uint8Array.of(1)]);
      });
    });
    expect(await caller.call(request([1]))).toMatchObject({ code });
    expect(violations).toEqual([code]);
    caller.close();
  });

  test('reports the violation that the handler of a response returns', async () => {
    const { caller, violations } = callerTo(answering());
    const outcome = await caller.call(request([2], { onReply: () => peerViolation('block-unasked') }));
    expect(outcome).toMatchObject({ code: 'block-unasked' });
    expect(violations).toEqual(['block-unasked']);
    caller.close();
  });

  test('the answering side reports the violation of a request, and closes', async () => {
    const wrong = Promise.withResolvers<PeerViolation | null>();
    const { caller } = callerTo(answering(wrong.resolve));
    await expect(caller.call(request([255, 1], { replies: 1 }))).rejects.toMatchObject({ code: 'peer-gone' });
    expect(await wrong.promise).toMatchObject({ code: 'codec-order' });
    caller.close();
  });
});

describe('no answer', () => {
  test('from a peer that runs is a violation, and fails all requests behind it', async () => {
    const { caller, violations } = callerTo(silent);
    const calls = [caller.call(request([1], { kind: SOON })), caller.call(request([1]))];
    const [first, second] = await Promise.allSettled(calls);
    expect(first).toMatchObject({ reason: { code: 'peer-timeout' } });
    expect(second).toMatchObject({ status: 'rejected' });
    expect(violations).toEqual(['request-unanswered']);
    caller.close();
  });

  test('from a peer that answers no ping either costs it no more than the connection', async () => {
    const { caller, violations } = callerTo(silent, { isAlive: async () => false });
    await expect(caller.call(request([1], { kind: SOON }))).rejects.toMatchObject({ code: 'peer-timeout' });
    expect(violations).toEqual(['peer-silent']);
    caller.close();
  });

  test('from a peer that answers pings, but no request at all, costs it no more than the connection', async () => {
    const { caller, violations } = callerTo(silent, { answersOthers: async () => false });
    await expect(caller.call(request([1], { kind: SOON }))).rejects.toMatchObject({ code: 'peer-timeout' });
    expect(violations).toEqual(['peer-overloaded']);
    caller.close();
  });

  test('by the deadline, but soon after its ping, is an answer: it may have been suspended', async () => {
    const pinged = Promise.withResolvers<null>();
    const late = once(async (stream, { id }) => {
      await pinged.promise;
      await writeFrame(stream, REPLY, id, [Uint8Array.of(1)]);
    });
    const { caller, violations } = callerTo(late, { isAlive: async () => (pinged.resolve(null), true) });
    expect(await caller.call(request([1], { kind: SOON }))).toBeNull();
    expect(violations).toEqual([]);
    caller.close();
  });

  test('while the peer sends other data fast enough is waited for, because its connection is busy', async () => {
    let received = 0;
    const pinged: number[] = [];
    const slow = once(async (stream, { id }) => {
      for (let i = 0; i < 25; i++) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        received += 1000;
      }
      await writeFrame(stream, REPLY, id, [Uint8Array.of(1)]);
    });
    const { caller, violations } = callerTo(slow, {
      received: () => received,
      isAlive: async () => (pinged.push(received), true),
    });
    expect(await caller.call(request([1], { kind: SOON }))).toBeNull();
    expect([violations, pinged]).toEqual([[], []]);
    caller.close();
  });

  test('is in time when its frame has begun in time', async () => {
    const slow = once(async (stream, { id }) => {
      stream.send(Uint8Array.of(2, 0, 0, 0, REPLY, id, 0, 0, 0, 7));
      await new Promise((resolve) => setTimeout(resolve, 400));
      stream.send(Uint8Array.of(7));
    });
    const { caller, violations } = callerTo(slow);
    expect(await caller.call(request([1], { kind: SOON }))).toBeNull();
    expect(violations).toEqual([]);
    caller.close();
  });

  test.each([
    ['resets the stream', (stream: Stream) => stream.abort(new Error('no')), ['wire-cut']],
    ['ends the stream', (stream: Stream) => stream.close(), ['wire-cut']],
    [
      'ends the stream inside the answer',
      async (stream: Stream, { id }: Frame) => {
        stream.send(Uint8Array.of(2, 0, 0, 0, REPLY, id, 0, 0, 0, 7));
        await stream.close();
      },
      ['wire-cut'],
    ],
  ])('because the peer %s is a violation', async (_how, act, codes) => {
    const { caller, violations } = callerTo(once(act));
    await Promise.allSettled([caller.call(request([1])), caller.call(request([1]))]);
    expect(violations).toEqual(codes);
    caller.close();
  });

  test('on a stream that this side could not open is not a violation of the peer', async () => {
    const { caller, violations } = callerTo(silent, {
      open: () => Promise.reject(new Error('too many streams')),
    });
    await expect(caller.call(request([1]))).rejects.toMatchObject({ code: 'peer-gone' });
    expect(violations).toEqual([]);
    caller.close();
  });
});

describe('a request that the peer does not know', () => {
  const unknown = (asked: number[]) => (stream: Stream) => {
    const reader = createFrameReader(stream, systemClock, () => 100);
    const answer = async (): Promise<void> => {
      const frame = await reader.next();
      if (frame === null || isPeerViolation(frame)) return;
      asked.push(frame.type);
      await writeFrame(stream, FRAME.unknown.type, frame.id, []);
      return answer();
    };
    answer().catch(() => undefined);
  };

  test('is not sent again, and is not a violation', async () => {
    const asked: number[] = [];
    const { caller, violations } = callerTo(unknown(asked));
    for (let i = 0; i < 3; i++) {
      const error: unknown = await caller.call(request([1])).catch((thrown: unknown) => thrown);
      expect(isUnanswered(error)).toBe(true);
      expect(error).toMatchObject({ code: 'peer-unsupported' });
    }
    expect([asked, violations]).toEqual([[ASK], []]);
    caller.close();
  });

  test('is a violation if every node must answer it', async () => {
    const { caller, violations } = callerTo(unknown([]));
    const outcome = await caller.call(request([1], { kind: { ...KIND, mandatory: true } }));
    expect(outcome).toMatchObject({ code: 'request-unsupported' });
    expect(violations).toEqual(['request-unsupported']);
    caller.close();
  });

  test('cannot be reported any more after a part of the answer', async () => {
    const { caller, violations } = callerTo(
      once(async (stream, { id }) => {
        await writeFrame(stream, REPLY, id, []);
        await writeFrame(stream, FRAME.unknown.type, id, []);
      }),
    );
    await caller.call(request([2]));
    expect(violations).toEqual(['wire-unexpected']);
    caller.close();
  });
});

describe('an exception', () => {
  const bugs = expectBugs();
  const broken = (): never => {
    throw new RangeError('a Merkle root needs a leaf');
  };

  test('while an answer is handled counts against the peer', async () => {
    const { caller, violations } = callerTo(answering());
    const outcome = await caller.call(request([1], { onReply: broken }));
    expect(outcome).toMatchObject({ code: 'handler-failed', evidence: { where: 'answer to 0x1' } });
    expect(violations).toEqual(['handler-failed']);
    expect(bugs()).toHaveLength(1);
    caller.close();
  });

  test.each([
    ['a bug', new TypeError('x is undefined'), 'handler-failed'],
    ['the disk', new KithError('disk-failed'), undefined],
    ['a file', Object.assign(new Error('too many open files'), { code: 'EMFILE' }), undefined],
  ])('while a request is handled: %s', async (_what, error, code) => {
    const ended = Promise.withResolvers<PeerViolation | null>();
    const handler: Handler = { cap: 100, handle: () => Promise.reject(error) };
    const { caller } = callerTo(
      (stream) => void serve(stream, new Map([[ASK, handler]]), { clock: systemClock }).then(ended.resolve),
    );
    await caller.call(request([1])).catch(() => undefined);
    expect((await ended.promise)?.code).toBe(code);
    expect(bugs()).toHaveLength(code === undefined ? 0 : 1);
    caller.close();
  });
});
