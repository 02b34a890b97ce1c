import { expect, test, vi } from 'vitest';
import type { ChainEvents } from '../../../../main/chain/chain.ts';
import type { HeaderEntry } from '../../../../main/chain/header-entry.ts';
import { createEmitter } from '../../../../main/lib/events.ts';
import { createBodyReader } from '../../../../main/net/sync/body-of.ts';
import { turnedClock } from '../../../support/test-clock.ts';

const BODY = Uint8Array.of(1);

/** A chain with tip 5 that knows the header of block `a`, and has its body once the test says so. */
function serving(height = 6) {
  const entry = { id: 'a', height, status: 'valid' } as unknown as HeaderEntry & { status: string };
  let isStored = false;
  const events = createEmitter<ChainEvents>((error) => {
    throw error;
  });
  const readBlock = vi.fn(async () => (isStored ? BODY : null));
  const clock = turnedClock();
  const read = createBodyReader(
    {
      tip: () => ({ height: 5 }) as HeaderEntry,
      entry: (id) => (id === 'a' ? entry : undefined),
      hasBody: () => isStored,
      readBlock,
      events,
    },
    clock,
  );
  const store = () => {
    isStored = true;
    events.emit('stored', entry);
  };
  const refuse = () => {
    entry.status = 'invalid';
    events.emit('invalid', { entry, reason: { kind: 'violation', code: 'block-merkle' } as never });
  };
  return { read, readBlock, events, clock, store, refuse };
}

test('a body is waited for and read once, however many requests there are', async () => {
  const { read, readBlock, events, store } = serving();
  const requests = Array.from({ length: 60 }, () => read('a'));
  expect(readBlock).not.toHaveBeenCalled();
  store();
  expect(await Promise.all(requests)).toEqual(Array.from({ length: 60 }, () => BODY));
  expect(readBlock).toHaveBeenCalledTimes(1);
  expect([events.count('stored'), events.count('invalid'), events.count('tip')]).toEqual([0, 0, 0]);
  await read('a');
  expect(readBlock).toHaveBeenCalledTimes(2);
});

test('a request ends at once when the block turns out to be invalid', async () => {
  const { read, refuse } = serving();
  const request = read('a');
  refuse();
  expect(await request).toBeNull();
});

test('a request waits 2.5 s at most', async () => {
  const { read, readBlock, clock } = serving();
  const request = read('a');
  await clock.passing(2499);
  expect(readBlock).not.toHaveBeenCalled();
  await clock.passing(1);
  expect(await request).toBeNull();
});

test.each([
  ['that is unknown', 'b', 6],
  ['far above the tip', 'a', 9],
  ['below the tip', 'a', 4],
])('a body of a block %s is not waited for', async (_what, id, height) => {
  const { read, events } = serving(height);
  const request = read(id);
  expect(events.count('stored')).toBe(0);
  expect(await request).toBeNull();
});
