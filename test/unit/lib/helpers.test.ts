import { describe, expect, test } from 'vitest';
import { sleep, systemClock } from '../../../main/lib/clock.ts';
import { codeOf, findCode, KithError, messageOf } from '../../../main/lib/errors.ts';
import { createEmitter } from '../../../main/lib/events.ts';
import { createQueue } from '../../../main/lib/queue.ts';
import { runAll, type Service } from '../../../main/lib/service.ts';

describe('the emitter', () => {
  const withErrors = () => {
    const errors: unknown[] = [];
    return { errors, emitter: createEmitter<{ tip: number }>((error) => errors.push(error)) };
  };

  test('calls all listeners in order, until they are removed', () => {
    const { emitter } = withErrors();
    const heard: string[] = [];
    const listener = (n: number) => heard.push(`a${n}`);
    const off = emitter.on('tip', listener);
    emitter.on('tip', listener);
    emitter.on('tip', (n) => heard.push(`b${n}`));
    emitter.emit('tip', 1);
    off();
    off();
    emitter.emit('tip', 2);
    expect(heard).toEqual(['a1', 'a1', 'b1', 'a2', 'b2']);
    expect(emitter.count('tip')).toBe(2);
  });

  test('a listener that fails, immediately or later, does not affect other listeners', async () => {
    const { emitter, errors } = withErrors();
    const heard: number[] = [];
    emitter.on('tip', () => {
      throw new Error('now');
    });
    emitter.on('tip', () => Promise.reject(new Error('later')) as never);
    emitter.on('tip', (n) => heard.push(n));
    emitter.emit('tip', 1);
    await sleep(0);
    expect(heard).toEqual([1]);
    expect(errors.map(messageOf)).toEqual(['now', 'later']);
  });

  test('listeners may be removed and added while it emits', () => {
    const { emitter } = withErrors();
    const heard: string[] = [];
    const off = emitter.on('tip', () => {
      off();
      emitter.on('tip', () => heard.push('new'));
      heard.push('old');
    });
    emitter.emit('tip', 1);
    expect(heard).toEqual(['old']);
    emitter.emit('tip', 2);
    expect(heard).toEqual(['old', 'new']);
  });
});

describe('the queue', () => {
  test('runs one task at a time, in order, failures included', async () => {
    const queue = createQueue(10);
    let running = 0;
    const done: number[] = [];
    const task = (n: number) => async () => {
      expect(++running).toBe(1);
      await sleep(n % 2 ? 2 : 0);
      running--;
      done.push(n);
      if (n === 2) throw new Error('two');
      return n;
    };
    const results = await Promise.allSettled([1, 2, 3, 4].map((n) => queue.run(task(n))));
    expect(done).toEqual([1, 2, 3, 4]);
    expect(results.map((result) => result.status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    expect(queue.size).toBe(0);
  });

  test('is bounded, and refuses tasks after it is closed', async () => {
    const queue = createQueue(2);
    const gate = Promise.withResolvers<undefined>();
    const work = [queue.run(() => gate.promise), queue.run(() => 2)];
    expect(codeOf(await queue.run(() => 3).catch((e: unknown) => e))).toBe('queue-full');
    const closed = queue.close();
    expect(codeOf(await queue.run(() => 4).catch((e: unknown) => e))).toBe('queue-closed');
    gate.resolve(undefined);
    await closed;
    expect(await Promise.all(work)).toEqual([undefined, 2]);
  });
});

describe('the order of start and stop', () => {
  const services = (log: string[], failing?: string, broken?: string): Service[] =>
    ['a', 'b', 'c'].map((name) => ({
      name,
      start() {
        if (name === failing) throw new Error(`${name} failed`);
        log.push(`+${name}`);
      },
      async stop() {
        log.push(`-${name}`);
        if (name === broken) throw new Error(`${name} would not stop`);
      },
    }));
  const go = new AbortController().signal;

  test('the first started service is stopped last, and once', async () => {
    const log: string[] = [];
    const stop = await runAll(services(log), go);
    await Promise.all([stop(), stop()]);
    expect(log).toEqual(['+a', '+b', '+c', '-c', '-b', '-a']);
  });

  test('a failed start stops the started services, last first', async () => {
    const log: string[] = [];
    await expect(runAll(services(log, 'c'), go)).rejects.toThrow('c failed');
    expect(log).toEqual(['+a', '+b', '-b', '-a']);
  });

  test('the stop continues when a service does not stop, and reports it', async () => {
    const log: string[] = [];
    const stop = await runAll(services(log, undefined, 'b'), go);
    await expect(stop()).rejects.toThrow('b would not stop');
    expect(log).toEqual(['+a', '+b', '+c', '-c', '-b', '-a']);
  });

  test('a stop during the start stops the started services', async () => {
    const log: string[] = [];
    const abort = new AbortController();
    const [a, b, c] = services(log) as [Service, Service, Service];
    const aborting: Service = { ...b, start: () => abort.abort() };
    await expect(runAll([a, aborting, c], abort.signal)).rejects.toThrow();
    expect(log).toEqual(['+a', '-b', '-a']);
  });
});

describe('errors', () => {
  test('errors have a code, a cause and data', () => {
    const cause = Object.assign(new Error('full'), { code: 'ENOSPC' });
    const error = new KithError('storage-full', 'no room', { cause, data: { path: '/x' } });
    expect(codeOf(error)).toBe('storage-full');
    expect(findCode(error, new Set(['ENOSPC']))).toBe('ENOSPC');
    expect(findCode(error, new Set(['EIO']))).toBeUndefined();
    expect(new KithError('wallet-locked').message).toBe('wallet-locked');
  });

  test('any thrown value becomes an error', () => {
    for (const thrown of [undefined, null, 7, 'text', {}, { code: 3 }]) {
      expect(codeOf(thrown)).toBeUndefined();
      expect(typeof messageOf(thrown)).toBe('string');
    }
  });
});

test('a sleep ends when the signal aborts', async () => {
  const abort = new AbortController();
  const asleep = sleep(1_000_000, abort.signal);
  abort.abort();
  await asleep;
  await sleep(1_000_000, abort.signal);
  expect(systemClock.now()).toBe(Math.floor(systemClock.now()));
});
