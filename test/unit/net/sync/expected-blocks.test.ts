import { describe, expect, test } from 'vitest';
import { createExpectedBlocks } from '../../../../main/net/sync/expected-blocks.ts';
import { turnedClock } from '../../../support/test-clock.ts';

function expecting() {
  const clock = turnedClock();
  const expected = createExpectedBlocks(clock);
  const late: string[] = [];
  const wait = (id: string, ms = 500) => expected.await(id, ms, () => late.push(id));
  return { clock, expected, late, wait };
}

describe('a block whose compact form is awaited', () => {
  test('is late after its time, once, and stays expected', () => {
    const { clock, expected, late, wait } = expecting();
    wait('a');
    clock.pass(499);
    expect(late).toEqual([]);
    clock.pass(1000);
    expect(late).toEqual(['a']);
    expect([expected.has('a'), expected.isAwaited('a')]).toEqual([true, true]);
  });

  test('is not late when its compact form arrives, and stays expected until it is reconstructed', () => {
    const { clock, expected, late, wait } = expecting();
    wait('a');
    expect(expected.endAwaited('a')).toBe(true);
    expect(expected.endAwaited('a')).toBe(false);
    expected.add('a');
    clock.pass(1000);
    expect(late).toEqual([]);
    expect([expected.has('a'), expected.isAwaited('a'), expected.size]).toEqual([true, false, 1]);
    expected.end('a');
    expect([expected.has('a'), expected.size]).toEqual([false, 0]);
  });

  test('is not late when it arrived as a full block meanwhile', () => {
    const { clock, expected, late, wait } = expecting();
    wait('a');
    expected.end('a');
    clock.pass(1000);
    expect([late, expected.isAwaited('a')]).toEqual([[], false]);
  });

  test('lets requests of peers for it wait until it arrives', async () => {
    const { expected, wait } = expecting();
    await expected.whileAwaited('a', 2000);
    wait('a');
    const waiting = expected.whileAwaited('a', 2000);
    expected.endAwaited('a');
    await waiting;
  });

  test('lets requests of peers for it wait no longer than their time', async () => {
    const { clock, expected, wait } = expecting();
    wait('a', 60_000);
    const waiting = expected.whileAwaited('a', 2000);
    clock.pass(2000);
    await waiting;
    expect(expected.isAwaited('a')).toBe(true);
  });

  test('has no timer after the node has stopped', async () => {
    const { clock, expected, late, wait } = expecting();
    wait('a');
    wait('b');
    const waiting = expected.whileAwaited('a', 2000);
    expected.stop();
    await waiting;
    clock.pass(1000);
    expect(late).toEqual([]);
  });
});
