import { expect, test } from 'vitest';
import { createOpenCalls } from '../../../main/rpc/open-calls.ts';
import { codeOf } from '../../../main/lib/errors.ts';

async function* endless(): AsyncGenerator<number> {
  for (let i = 0; ; i++) {
    yield i;
    await new Promise(() => undefined);
  }
}

/** A call whose answer is a stream, of this connection. */
function subscribe(openCalls: ReturnType<typeof createOpenCalls>, caller: object, signal?: AbortSignal) {
  const call = { context: { caller }, next: () => Promise.resolve(endless()), signal };
  return openCalls.limit(call) as Promise<AsyncGenerator<number>>;
}

test('the oldest subscription of the connection with most ends, so that a new client gets one', async () => {
  const openCalls = createOpenCalls();
  const greedy = Array.from({ length: 4 }, () => openCalls.caller());
  const streams: AsyncGenerator<number>[] = [];
  for (const caller of greedy) for (let i = 0; i < 32; i++) streams.push(await subscribe(openCalls, caller));
  const waiting = streams.map(async (stream) => {
    await stream.next();
    return stream.next();
  });
  const newcomer = await subscribe(openCalls, openCalls.caller());
  expect((await newcomer.next()).value).toBe(0);
  const ended = await Promise.race(
    waiting.map((each, i) =>
      each.then(
        () => -1,
        (error: unknown) => `${i} ${codeOf(error)}`,
      ),
    ),
  );
  expect(ended).toBe('0 api-busy');
});

test('a subscription that ends, or whose client disconnects before it is read, is not counted any more', async () => {
  const openCalls = createOpenCalls();
  const caller = openCalls.caller();
  const leaving = new AbortController();
  const streams = [];
  for (let i = 0; i < 32; i++) streams.push(await subscribe(openCalls, caller, leaving.signal));
  await expect(subscribe(openCalls, caller)).rejects.toMatchObject({ code: 'api-busy' });
  await streams[0]!.next();
  await streams[0]!.return(undefined);
  expect(caller.streams).toBe(31);
  leaving.abort();
  expect(caller.streams).toBe(0);
  for (let i = 0; i < 32; i++) await subscribe(openCalls, caller);
});

test('calls are counted until they answer', async () => {
  const openCalls = createOpenCalls();
  const caller = openCalls.caller();
  const context = { caller };
  let answer: (value: string) => void = () => undefined;
  const slow = new Promise<string>((resolve) => (answer = resolve));
  const calls = Array.from({ length: 256 }, () => openCalls.limit({ context, next: () => slow }));
  await expect(openCalls.limit({ context, next: () => slow })).rejects.toMatchObject({ code: 'api-busy' });
  answer('done');
  expect(await Promise.all(calls)).toHaveLength(256);
  expect(await openCalls.limit({ context, next: () => Promise.resolve(7) })).toBe(7);
});
