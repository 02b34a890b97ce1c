import { expect, test } from 'vitest';
import { REGTEST_NETWORK } from '../../../../main/core/params/built-in-networks.ts';
import { violation } from '../../../../main/core/violation.ts';
import { KithError } from '../../../../main/lib/errors.ts';
import { systemRandom } from '../../../../main/lib/random.ts';
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

type Answer = { take: number; from: number; ms: number } | 'silent' | 'gone';

/** Peers that all claim the same chain of 4 100 headers, and answer as told; those of `later` connect by `join`. */
function following(
  answers: Record<string, (asked: number) => Answer>,
  { minimumWork = 0n, later = '' } = {},
) {
  const clock = turnedClock();
  const chain = headers();
  // Headers above this height are ahead of our clock; set by `aheadFrom`.
  let aheadAbove = Infinity;
  let aheadTime = 0;
  const known = new Map<string, HeaderEntry>();
  const entryOf = (header: Header, prev: HeaderEntry | null): HeaderEntry =>
    ({
      id: header.idHex,
      height: header.height,
      time: header.time,
      bits: header.bits,
      work: BigInt(header.height),
      prev,
      anchor: null,
    }) as unknown as HeaderEntry;
  let best = entryOf(REGTEST_NETWORK.genesis.header, null);
  known.set(best.id, best);
  const asked: string[] = [];
  const call = (id: string) => {
    let count = 0;
    return async (request: Request) => {
      asked.push(id);
      // Each is cut off in the end, so that a test which fails does so soon.
      if (count > 30) throw new Error('asked for ever');
      const answer = answers[id]!(count++);
      await new Promise(setImmediate);
      if (answer === 'silent') return new Promise<null>(() => {});
      if (answer === 'gone') {
        connected.delete(id);
        sync.forget(id);
        throw new KithError('peer-gone');
      }
      const { from, take, ms } = answer;
      clock.pass(ms);
      const after = from < 0 ? best.height : from;
      const body = encodeHeaders(chain.slice(after, after + take).map(({ bytes }) => bytes));
      return request.onReply!({ type: FRAME.headers.type, id: 0, body });
    };
  };
  const tip = { height: 4100, work: 4100n, id: chain.at(-1)!.id };
  const connected = new Set(Object.keys(answers).filter((id) => id !== later));
  const all = Object.keys(answers).map(
    (id) =>
      ({ id, tip, direction: 'outbound', latencyMs: null, sync: { call: call(id) } }) as unknown as Peer,
  );
  const list = () => all.filter(({ id }) => connected.has(id));
  const blamed: string[] = [];
  let told = 0;
  const sync = createHeaderSync({
    network: REGTEST_NETWORK,
    powHash,
    random: { ...systemRandom, number: () => 0.999 },
    clock,
    minimumWork: () => minimumWork,
    onHeaders: () => void told++,
    log: silent,
    peers: {
      list,
      get: (id) => list().find((peer) => peer.id === id),
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
  const join = () => {
    connected.add(later);
    sync.consider();
  };
  return { sync, clock, asked, blamed, aheadFrom, join, best: () => best.height, told: () => told };
}

test('a peer that sends the same headers repeatedly is replaced by the next', async () => {
  const { sync, best, asked } = following({
    loop: () => ({ from: 0, take: 2000, ms: 10 }),
    good: () => ({ from: -1, take: 2000, ms: 10 }),
  });
  sync.consider();
  await until(() => best() === 4100, 'all headers');
  expect(asked.filter((id) => id === 'loop')).toHaveLength(2);
});

test('a slow peer is replaced by another and gets no penalty', async () => {
  const { sync, best, asked, blamed } = following({
    slow: () => ({ from: -1, take: 2000, ms: 9000 }),
    quick: () => ({ from: -1, take: 2000, ms: 10 }),
  });
  sync.consider();
  await until(() => best() === 4100, 'all headers');
  expect(asked.filter((id) => id === 'slow')).toHaveLength(1);
  expect(blamed).toEqual([]);
});

test('with slow peers only, the headers still arrive', async () => {
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
    sync.check();
    await new Promise(setImmediate);
    expect(asked.length).toBe(times);
    clock.pass(61_000);
    sync.check();
    await until(() => best() === 4100, 'all headers');
    await until(() => sync.early().length === 0, 'no header is ahead of the clock');
    expect(blamed.filter((each) => !each.endsWith(':header-time-new'))).toEqual([]);
  },
);

test('setting the clock forward makes them due immediately; setting it back requests no known headers', async () => {
  const { sync, clock, best, asked, aheadFrom } = following({
    one: () => ({ from: -1, take: 2000, ms: 10 }),
  });
  aheadFrom(3000, 6 * 3600);
  sync.consider();
  await until(() => sync.early().length === 1, 'some wait');
  clock.shift(6 * 3600 + 1);
  sync.check();
  await until(() => best() === 4100, 'all headers');
  await until(() => sync.source() === null, 'nothing more is asked');
  const times = asked.length;
  clock.shift(-6 * 3600);
  sync.check();
  expect([asked.length, sync.early()]).toEqual([times, []]);
});

test('a peer that does not answer is replaced after five seconds if another has a better chain', async () => {
  const { sync, clock, best, asked, blamed } = following({
    mute: () => 'silent',
    good: () => ({ from: -1, take: 2000, ms: 10 }),
  });
  sync.consider();
  await clock.passing(4999);
  expect([asked, sync.source()?.id]).toEqual([['mute'], 'mute']);
  await clock.passing(1);
  await until(() => best() === 4100, 'all headers');
  expect(asked.filter((id) => id === 'mute')).toHaveLength(1);
  expect(blamed).toEqual([]);
});

test('the only peer is waited for, and replaced immediately when another with a better chain connects', async () => {
  const { sync, clock, best, asked, join } = following(
    { mute: () => 'silent', good: () => ({ from: -1, take: 2000, ms: 10 }) },
    { later: 'good' },
  );
  sync.consider();
  await clock.passing(20_000);
  expect([asked, sync.source()?.id]).toEqual([['mute'], 'mute']);
  join();
  await until(() => best() === 4100, 'all headers');
});

test('after a peer disconnects, the remaining headers are requested from another', async () => {
  const { sync, best, asked, blamed } = following({
    leaving: (count) => (count === 0 ? { from: -1, take: 2000, ms: 10 } : 'gone'),
    good: () => ({ from: -1, take: 2000, ms: 10 }),
  });
  const sources: (string | undefined)[] = [];
  sync.events.on('source', (peer) => sources.push(peer?.id));
  sync.consider();
  await until(() => sync.source() === null, 'the end');
  expect(best()).toBe(4100);
  expect(asked).toEqual(['leaving', 'leaving', 'good', 'good']);
  expect(sources).toEqual(['leaving', 'good', undefined]);
  expect(blamed).toEqual([]);
});

test('no header of a chain with too little work is stored, and its peer gets no penalty and no further request', async () => {
  const { sync, best, asked, blamed, told } = following(
    { short: (count) => ({ from: count * 2000, take: 2000, ms: 10 }) },
    { minimumWork: 10n ** 12n },
  );
  sync.consider();
  await until(() => sync.source() === null, 'the end');
  expect([best(), told(), blamed]).toEqual([0, 0, []]);
  expect(asked).toEqual(['short', 'short', 'short']);
  sync.consider();
  expect(sync.source()).toBeNull();
});
