import { describe, expect, test } from 'vitest';
import { inOrder, latest } from '../../../main/api/streams.ts';
import { codeOf } from '../../../main/lib/errors.ts';
import { until } from '../../support/until.ts';

function bell() {
  const listeners = new Set<() => void>();
  return {
    ring: () => listeners.forEach((listener) => listener()),
    size: () => listeners.size,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

describe('the latest state', () => {
  test('is returned immediately, skips states that were not read, and repeats none', async () => {
    const { ring, subscribe } = bell();
    let state = 0;
    let reads = 0;
    const read = () => {
      reads++;
      return state;
    };
    const stream = latest(
      { read, subscribe, intervalMs: 1, pollMs: 1e6 },
      { signal: undefined, congested: () => false },
    );
    expect((await stream.next()).value).toBe(0);
    const next = stream.next();
    for (state = 1; state < 50; state++) ring();
    expect((await next).value).toBe(50);
    const later = stream.next();
    ring();
    await until(() => reads >= 3, 'it looks again');
    state = 51;
    ring();
    expect((await later).value).toBe(51);
  });

  test('a value that changes without an event is read again after the poll interval', async () => {
    const { subscribe } = bell();
    let n = 0;
    const source = { read: () => n++, subscribe, intervalMs: 1, pollMs: 1 };
    const stream = latest(source, { signal: undefined, congested: () => false });
    expect([(await stream.next()).value, (await stream.next()).value]).toEqual([0, 1]);
  });

  test('waits while the reader has not caught up', async () => {
    const { ring, subscribe } = bell();
    let congested = true;
    let state = 0;
    const stream = latest(
      { read: () => state, subscribe, intervalMs: 1, pollMs: 1e6 },
      { signal: undefined, congested: () => congested },
    );
    await stream.next();
    const next = stream.next();
    state = 1;
    ring();
    await new Promise((resolve) => setTimeout(resolve, 30));
    state = 2;
    congested = false;
    expect((await next).value).toBe(2);
  });

  test.each(['waiting', 'congested'])('an abort ends it immediately while it is %s', async (how) => {
    const { subscribe, size } = bell();
    const abort = new AbortController();
    const source = { read: () => 0, subscribe, intervalMs: 1, pollMs: 1e6 };
    const stream = latest(source, { signal: abort.signal, congested: () => how === 'congested' });
    await stream.next();
    const next = stream.next();
    await new Promise((resolve) => setTimeout(resolve, 20));
    abort.abort();
    expect((await next).done).toBe(true);
    expect(size()).toBe(0);
  });

  test('a read that fails ends it, and no listener is left', async () => {
    const { subscribe, size } = bell();
    const read = () => {
      throw new Error('gone');
    };
    const stream = latest(
      { read, subscribe, intervalMs: 1, pollMs: 1 },
      { signal: undefined, congested: () => false },
    );
    await expect(stream.next()).rejects.toThrow('gone');
    expect(size()).toBe(0);
  });
});

describe('events in order', () => {
  const start = (congested: () => boolean = () => false) => {
    let push: (n: number) => void = () => undefined;
    let open = false;
    const abort = new AbortController();
    const stream = inOrder<number>(
      (to) => {
        push = to;
        open = true;
        return () => (open = false);
      },
      { signal: abort.signal, congested },
    );
    return { stream, push: (n: number) => push(n), isOpen: () => open, abort };
  };

  test('none is lost and none is repeated', async () => {
    const { stream, push } = start();
    const first = stream.next();
    for (let n = 0; n < 1000; n++) push(n);
    const seen = [(await first).value];
    for (let n = 1; n < 500; n++) seen.push((await stream.next()).value);
    for (let n = 1000; n < 1100; n++) push(n);
    for (let n = 500; n < 1100; n++) seen.push((await stream.next()).value);
    expect(seen).toEqual(Array.from({ length: 1100 }, (_, n) => n));
  });

  test('a reader that never catches up gets an error instead of a gap, and its memory is bounded', async () => {
    const { stream, push, isOpen } = start();
    const first = stream.next();
    push(0);
    await first;
    for (let n = 0; n < 30_000; n++) push(n);
    const error: unknown = await stream.next().catch((thrown: unknown) => thrown);
    expect(codeOf(error)).toBe('api-slow-reader');
    expect(isOpen()).toBe(false);
  });

  test('a reader that leaves removes its listener, whether it was waiting or not', async () => {
    const one = start();
    const next = one.stream.next();
    one.abort.abort();
    expect((await next).done).toBe(true);
    expect(one.isOpen()).toBe(false);
    const two = start();
    const first = two.stream.next();
    two.push(1);
    await first;
    await two.stream.return();
    expect(two.isOpen()).toBe(false);
  });
});
