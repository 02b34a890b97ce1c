import { expect, test } from 'vitest';
import { REGTEST_NETWORK } from '../../../../main/core/params/built-in-networks.ts';
import { violation } from '../../../../main/core/violation.ts';
import type { Header } from '../../../../main/core/primitives/header.ts';
import type { HeaderEntry } from '../../../../main/chain/header-entry.ts';
import type { Peer } from '../../../../main/net/peers/peer.ts';
import { createHeaderSync } from '../../../../main/net/sync/header-sync.ts';
import type { Request } from '../../../../main/net/protocol/reply-queue.ts';
import { FRAME } from '../../../../main/net/protocol/frame-types.ts';
import { encodeHeaders } from '../../../../main/net/protocol/sync-messages.ts';
import { mineOn, parentOf, powHash, silent } from '../../../support/chain/test-chain.ts';
import { turnedClock } from '../../../support/test-clock.ts';
import { until } from '../../../support/until.ts';

const FUTURE_LIMIT = REGTEST_NETWORK.params.futureLimit;

let mined: readonly Header[] | null = null;

/** The same for all tests: finding their proofs of work takes seconds. */
function headers(): readonly Header[] {
  if (mined !== null) return mined;
  const chain: Header[] = [];
  let parent = parentOf(REGTEST_NETWORK.genesis);
  for (let i = 0; i < 4100; i++) {
    const block = mineOn({ network: REGTEST_NETWORK }, parent);
    chain.push(block.header);
    parent = parentOf(block);
  }
  return (mined = chain);
}

/** Peers that all claim the same chain of 4 100 headers, and answer as told. */
function following(answers: Record<string, (asked: number) => { take: number; from: number; ms: number }>) {
  const clock = turnedClock();
  const chain = headers();
  // Headers above this height are ahead of our clock; set by `aheadFrom`.
  let aheadAbove = Infinity;
  let aheadTime = 0;
  const known = new Map<string, HeaderEntry>();
  const entryOf = (header: Header, prev: HeaderEntry | null): HeaderEntry =>
    ({ id: header.idHex, height: header.height, work: BigInt(header.height), prev }) as HeaderEntry;
  let best = entryOf(REGTEST_NETWORK.genesis.header, null);
  known.set(best.id, best);
  const asked: string[] = [];
  const call = (id: string) => {
    let count = 0;
    return async (request: Request) => {
      asked.push(id);
      // Each is cut off in the end, so that a test which fails does so soon.
      if (count > 30) throw new Error('asked for ever');
      const { from, take, ms } = answers[id]!(count++);
      await new Promise(setImmediate);
      clock.pass(ms);
      const after = from < 0 ? best.height : from;
      const body = encodeHeaders(chain.slice(after, after + take).map(({ bytes }) => bytes));
      return request.onReply!({ type: FRAME.headers.type, id: 0, body });
    };
  };
  const tip = { height: 4100, work: 4100n, id: chain.at(-1)!.id };
  const list = Object.keys(answers).map(
    (id) =>
      ({ id, tip, direction: 'outbound', latencyMs: null, sync: { call: call(id) } }) as unknown as Peer,
  );
  const blamed: string[] = [];
  const sync = createHeaderSync({
    network: REGTEST_NETWORK,
    powHash,
    random: () => 1,
    clock,
    minimumWork: () => 0n,
    onHeaders: () => undefined,
    log: silent,
    peers: {
      list: () => list,
      get: (id) => list.find((peer) => peer.id === id),
      report: (id, { code }) => void blamed.push(`${id}:${code}`),
    },
    chain: {
      tip: () => best,
      bestHeader: () => best,
      entry: (id) => known.get(id),
      locator: () => [REGTEST_NETWORK.genesis.header.id],
      async acceptHeaders(headers) {
        let accepted = 0;
        for (const header of headers) {
          if (known.has(header.idHex)) continue;
          if (header.height > aheadAbove && clock.now() + FUTURE_LIMIT < aheadTime)
            return { accepted, last: best, violation: violation('header-time-new'), earlyTime: aheadTime };
          best = entryOf(header, best);
          known.set(best.id, best);
          accepted++;
        }
        return { accepted, last: best, violation: null, earlyTime: null };
      },
    },
  });
  const aheadFrom = (above: number, seconds: number) => {
    aheadAbove = above;
    aheadTime = clock.now() + FUTURE_LIMIT + seconds;
  };
  return { sync, clock, asked, blamed, aheadFrom, best: () => best.height };
}

test('a peer that sends the same headers again and again is left for the next', async () => {
  const { sync, best, asked } = following({
    loop: () => ({ from: 0, take: 2000, ms: 10 }),
    good: () => ({ from: -1, take: 2000, ms: 10 }),
  });
  sync.consider();
  await until(() => best() === 4100, 'all headers');
  expect(asked.filter((id) => id === 'loop')).toHaveLength(2);
});

test('a peer that sends slowly gives way to another, and what it sent is kept', async () => {
  const { sync, best, asked, blamed } = following({
    slow: () => ({ from: -1, take: 2000, ms: 9000 }),
    quick: () => ({ from: -1, take: 2000, ms: 10 }),
  });
  sync.consider();
  await until(() => best() === 4100, 'all headers');
  expect(asked.filter((id) => id === 'slow')).toHaveLength(1);
  expect(blamed).toEqual([]);
});

test('where everybody is slow the headers come all the same', async () => {
  const { sync, best, blamed } = following({
    one: () => ({ from: -1, take: 2000, ms: 25_000 }),
    two: () => ({ from: -1, take: 2000, ms: 25_000 }),
  });
  sync.consider();
  await until(() => best() === 4100, 'all headers');
  expect(blamed).toEqual([]);
});

test.each([1, 2, 3])(
  'headers ahead of our clock are asked for again when they are due, of each of %i peers',
  async (count) => {
    const answer = () => ({ from: -1, take: 2000, ms: 10 });
    const peers = Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, answer]));
    const { sync, clock, best, asked, blamed, aheadFrom } = following(peers);
    aheadFrom(3000, 60);
    sync.consider();
    await until(() => best() === 3000 && sync.early().length === count, 'all are asked');
    const times = asked.length;
    sync.look();
    await new Promise(setImmediate);
    expect(asked.length).toBe(times);
    clock.pass(61_000);
    sync.look();
    await until(() => best() === 4100, 'all headers');
    await until(() => sync.early().length === 0, 'no header is ahead of the clock');
    expect(blamed.filter((each) => !each.endsWith(':header-time-new'))).toEqual([]);
  },
);

test('setting the clock makes them due at once, setting it back does not ask for what is known', async () => {
  const { sync, clock, best, asked, aheadFrom } = following({
    one: () => ({ from: -1, take: 2000, ms: 10 }),
  });
  aheadFrom(3000, 6 * 3600);
  sync.consider();
  await until(() => sync.early().length === 1, 'some wait');
  clock.shift(6 * 3600 + 1);
  sync.look();
  await until(() => best() === 4100, 'all headers');
  await until(() => sync.source() === null, 'nothing more is asked');
  const times = asked.length;
  clock.shift(-6 * 3600);
  sync.look();
  expect([asked.length, sync.early()]).toEqual([times, []]);
});
