import { expect, test } from 'vitest';
import { createDeferredBlocks } from '../../../main/chain/deferred-blocks.ts';
import type { Header } from '../../../main/core/primitives/header.ts';
import { isViolation } from '../../../main/core/violation.ts';
import { mineOn, openTestChain, tipOf } from '../../support/chain/test-chain.ts';
import { turnedClock } from '../../support/test-clock.ts';

const LIMIT = 600;

function deferring() {
  const clock = turnedClock();
  const retried: { readonly at: number; readonly ids: readonly number[] }[] = [];
  const began = clock.now();
  const retry = (): void => {
    retried.push({ at: clock.now() - began, ids: deferred.take().map(([id]) => id!) });
  };
  const deferred = createDeferredBlocks({ clock, futureLimit: LIMIT, onDue: retry });
  return {
    clock,
    deferred,
    retried,
    retry,
    /** Keeps a header that is so many seconds too early. */
    keep: (id: number, seconds: number) =>
      deferred.add(
        { idHex: String(id), time: clock.now() + LIMIT + seconds } as unknown as Header,
        Uint8Array.of(id),
      ),
  };
}

test('each item is due in the second in which it is no longer ahead of the clock', () => {
  const { clock, keep, retried } = deferring();
  keep(1, 60);
  keep(2, 20);
  keep(3, 20);
  clock.pass(3600_000);
  expect(retried).toEqual([
    { at: 20, ids: [2, 3] },
    { at: 60, ids: [1] },
  ]);
});

test('an item that is kept between two seconds is due no earlier than its own', () => {
  const { clock, keep, retried } = deferring();
  clock.pass(900);
  keep(1, 1);
  clock.pass(60_000);
  expect(retried.map(({ ids }) => ids)).toEqual([[1]]);
});

test('a clock that is set back delays an item by the same time', () => {
  const { clock, keep, retried } = deferring();
  keep(1, 60);
  clock.shift(-30);
  clock.pass(3600_000);
  expect(retried).toEqual([
    { at: 30, ids: [] },
    { at: 60, ids: [1] },
  ]);
});

test('after the clock was set forward, due items are found and the rest keep their times', () => {
  const { clock, keep, retry, retried } = deferring();
  keep(1, 60);
  keep(2, 90);
  clock.shift(70);
  retry();
  expect(retried).toEqual([{ at: 70, ids: [1] }]);
  clock.pass(3600_000);
  expect(retried.filter(({ ids }) => ids.length > 0)).toEqual([
    { at: 70, ids: [1] },
    { at: 90, ids: [2] },
  ]);
});

test('no item is due after the stop', () => {
  const { clock, keep, deferred, retried } = deferring();
  keep(1, 60);
  deferred.stop();
  clock.pass(3600_000);
  expect(retried).toEqual([]);
});

test('a chain connects an early block when the clock reaches its time', async () => {
  const clock = turnedClock();
  const chain = await openTestChain({ clock });
  const { futureLimit } = chain.network.params;
  const { header, bytes } = mineOn(chain, tipOf(chain), { header: { time: clock.now() + futureLimit + 60 } });
  const refused = await chain.submitBlock(bytes);
  expect(isViolation(refused) && refused.code).toBe('header-time-new');
  const moved = Promise.withResolvers<string>();
  chain.events.on('tip', ({ id }) => moved.resolve(id));
  clock.pass(60_000);
  expect(await moved.promise).toBe(header.idHex);
  await chain.close();
});
