import { expect, test } from 'vitest';
import { keepRunning } from '../../../main/cli/keep-running.ts';
import { KithError } from '../../../main/lib/errors.ts';
import type { RunningNode } from '../../../main/node/run-node.ts';
import { silent } from '../../support/chain/test-chain.ts';

const damage = () => new KithError('storage-damaged');

/** A program whose nodes fail as told: one entry for each start, null for a node that is told to end. */
function program(...failures: readonly (KithError | null)[]) {
  const life = new AbortController();
  const seen: string[] = [];
  let time = 0;
  let starts = 0;
  const ended = keepRunning({
    signal: life.signal,
    now: () => time,
    start(signal, failed) {
      const number = ++starts;
      const failure = failures[number - 1]!;
      seen.push(`start ${number}`);
      const stop = async () => void seen.push(`stop ${number}`);
      if (failure?.message === 'at the start') return Promise.reject(failure);
      // After the start has returned.
      queueMicrotask(() => void Promise.resolve().then(() => (failure ? failed(failure) : life.abort())));
      return Promise.resolve({ log: silent, stop } as unknown as RunningNode);
    },
    started() {
      time += 1_000_000;
    },
  });
  return { ended, seen };
}

test('a corrupt chain database restarts the node, and stopping it later is not a failure', async () => {
  const { ended, seen } = program(damage(), damage(), null);
  expect((await ended).failure).toBeUndefined();
  expect(seen).toEqual(['start 1', 'stop 1', 'start 2', 'stop 2', 'start 3']);
});

test('a chain database that is found corrupt during the start restarts the node as well', async () => {
  const { ended, seen } = program(new KithError('storage-damaged', 'at the start'), null);
  expect((await ended).failure).toBeUndefined();
  expect(seen).toEqual(['start 1', 'start 2']);
});

test('a fourth corruption within an hour ends the program', async () => {
  const { ended, seen } = program(damage(), damage(), damage(), damage(), null);
  expect((await ended).failure).toMatchObject({ code: 'storage-damaged' });
  expect(seen.at(-1)).toBe('start 4');
});

test('any other failure ends the program', async () => {
  const { ended, seen } = program(new KithError('disk-full'), null);
  expect((await ended).failure).toMatchObject({ code: 'disk-full' });
  expect(seen).toEqual(['start 1']);
});
