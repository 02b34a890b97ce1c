import { describe, expect, test } from 'vitest';
import {
  type AwaitedReply,
  createReplyDeadline,
  type ReplyDeadlineDeps,
} from '../../../../main/net/protocol/reply-deadline.ts';
import { turnedClock } from '../../../support/test-clock.ts';

const DEADLINE_MS = 30_000;

/** Awaits one reply of a peer that answers pings and other requests, unless `deps` says otherwise. */
function awaiting(deps: Partial<ReplyDeadlineDeps> = {}, reply: Partial<AwaitedReply> = {}) {
  const clock = turnedClock();
  const codes: string[] = [];
  const deadline = createReplyDeadline({
    clock,
    received: () => 0,
    isAlive: () => Promise.resolve(true),
    answersOthers: () => Promise.resolve(true),
    ...deps,
  });
  deadline.watch({
    deadlineMs: DEADLINE_MS,
    isArriving: () => false,
    isNext: () => true,
    overdue: (code) => void codes.push(code),
    ...reply,
  });
  return { clock, codes, deadline };
}

describe('an overdue reply', () => {
  test.each([
    ['of a peer that answers no ping', { isAlive: () => Promise.resolve(false) }, 0, 'peer-silent'],
    ['of a peer that answers another request', {}, 5000, 'request-unanswered'],
    [
      'of a peer that answers no request at all',
      { answersOthers: () => Promise.resolve(false) },
      5000,
      'peer-overloaded',
    ],
  ])('%s has a code of its own', async (_what, deps, graceMs, code) => {
    const { clock, codes } = awaiting(deps);
    await clock.passing(DEADLINE_MS + graceMs - 1);
    expect(codes).toEqual([]);
    await clock.passing(1);
    expect(codes).toEqual([code]);
  });

  test('is excused while the peer sends other data, for four times the deadline at most', async () => {
    let received = 0;
    const { clock, codes } = awaiting({ received: () => received });
    for (let second = 0; second < 119; second++) {
      received += 2048;
      await clock.passing(1000);
    }
    expect(codes).toEqual([]);
    received += 2048;
    await clock.passing(1000 + 5000);
    expect(codes).toEqual(['request-unanswered']);
  });

  test('is excused once it has begun to arrive', async () => {
    const { clock, codes } = awaiting({}, { isArriving: () => true });
    await clock.passing(10 * DEADLINE_MS);
    expect(codes).toEqual([]);
  });

  test('that arrives within the grace period is no violation', async () => {
    let isNext = true;
    const { clock, codes } = awaiting({}, { isNext: () => isNext });
    await clock.passing(DEADLINE_MS + 1000);
    isNext = false;
    await clock.passing(10 * DEADLINE_MS);
    expect(codes).toEqual([]);
  });

  test('is not checked after `clear`', async () => {
    const { clock, codes, deadline } = awaiting();
    deadline.clear();
    await clock.passing(10 * DEADLINE_MS);
    expect(codes).toEqual([]);
  });
});
