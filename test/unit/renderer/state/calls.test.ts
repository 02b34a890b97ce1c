import { ORPCError } from '@orpc/client';
import { describe, expect, test, vi } from 'vitest';
import { backoff, pause } from '../../../../renderer/state/backoff.ts';
import { findPayment } from '../../../../renderer/state/find-payment.ts';
import { follow } from '../../../../renderer/state/follow.ts';
import { problemOf } from '../../../../renderer/state/problem.ts';
import { anEntry } from '../entries.ts';

describe('the text of a failure', () => {
  test('the node’s own sentence is kept', () => {
    const error = new ORPCError('wallet-password', { message: 'The password is wrong. Try again.' });
    expect(problemOf(error)).toEqual({
      code: 'wallet-password',
      sentence: 'The password is wrong. Try again.',
    });
  });
  test('a refused field becomes a sentence', () => {
    const error = new ORPCError('input-invalid', {
      data: { issues: [{ message: 'the password is empty' }] },
    });
    expect(problemOf(error).sentence).toBe('The password is empty.');
  });
  test('any other failure means that the node does not answer', () => {
    expect(problemOf(new Error('socket hang up')).code).toBe('NOT_CONNECTED');
  });
});

test('a payment is searched page by page', async () => {
  const all = Array.from({ length: 700 }, (_, i) => anEntry({ txid: String(i) }));
  const history = vi.fn(async ({ limit = 100, after }: { limit?: number; after?: string }) => {
    const from = after === undefined ? 0 : all.findIndex((entry) => entry.txid === after) + 1;
    return all.slice(from, from + limit);
  });
  const client = { wallet: { history } } as unknown as Parameters<typeof findPayment>[0];
  expect((await findPayment(client, 'w', '650'))?.txid).toBe('650');
  expect(history).toHaveBeenCalledTimes(2);
  expect(await findPayment(client, 'w', 'nowhere')).toBeNull();
});

test('the pause grows up to a limit', () => {
  expect([0, 1, 2, 3, 30].map(backoff)).toEqual([200, 400, 800, 1600, 5000]);
});

test('a pause ends when its signal aborts', async () => {
  const stop = new AbortController();
  const waiting = pause(60_000, stop.signal);
  stop.abort();
  await waiting;
});

test('a subscription that ends is opened again, until it is stopped', async () => {
  const heard: number[] = [];
  let opened = 0;
  const stop = follow(
    { whenOpen: () => Promise.resolve() },
    async function subscribe() {
      opened += 1;
      const first = opened * 10;
      return (async function* () {
        yield first;
        if (first === 10) throw new Error('the carrier broke');
        yield first + 1;
      })();
    },
    (event) => heard.push(event),
  );
  await expect.poll(() => heard.length).toBeGreaterThanOrEqual(3);
  stop();
  expect(heard.slice(0, 3)).toEqual([10, 20, 21]);
});
