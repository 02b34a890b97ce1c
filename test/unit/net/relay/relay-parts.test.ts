import { describe, expect, test } from 'vitest';
import { toHex } from '../../../../main/core/codec/hex.ts';
import { createTransaction, type Transaction } from '../../../../main/core/primitives/transaction.ts';
import { isViolation } from '../../../../main/core/violation.ts';
import { KithError } from '../../../../main/lib/errors.ts';
import { systemRandom } from '../../../../main/lib/random.ts';
import type { Peer } from '../../../../main/net/peers/peer.ts';
import { createAnnouncer } from '../../../../main/net/relay/transaction-announcer.ts';
import { createFetcher } from '../../../../main/net/relay/transaction-fetcher.ts';
import { createKnownSet } from '../../../../main/net/relay/known-set.ts';
import { createBucket } from '../../../../main/net/protocol/bucket.ts';
import { createOwnPayments } from '../../../../main/net/relay/own-payments.ts';
import { decodeWids } from '../../../../main/net/protocol/announcements.ts';
import type { Request } from '../../../../main/net/protocol/reply-queue.ts';
import { FRAME } from '../../../../main/net/protocol/frame-types.ts';
import type { PeerViolation } from '../../../../main/net/protocol/wire-violation.ts';
import { decodeGetTransactions, encodeTransactions } from '../../../../main/net/protocol/relay-messages.ts';
import type { Motes } from '../../../../shared/units.ts';
import { silent } from '../../../support/chain/test-chain.ts';
import { turnedClock } from '../../../support/test-clock.ts';
import { until } from '../../../support/until.ts';

const txOf = (n: number): Transaction =>
  createTransaction({
    version: 1,
    validFrom: n,
    expires: 0,
    inputs: [{ txid: new Uint8Array(32).fill(n), index: 0 }],
    outputs: [{ amount: 1 as Motes, lockType: 0, lock: new Uint8Array(32) }],
    witness: [new Uint8Array(64)],
  });
const widOf = (tx: Transaction) => toHex(tx.wid);

test('a known set removes its oldest entry', () => {
  const known = createKnownSet(3);
  for (const id of ['a', 'b', 'c', 'a', 'd']) known.add(id);
  expect([known.size, known.has('a'), known.has('b'), known.has('d')]).toEqual([3, true, false, true]);
});

describe('the fetcher', () => {
  /** Peers that answer from a shelf, or fail. */
  function fetching(shelves: Record<string, readonly Transaction[] | 'gone' | 'silent'>) {
    const requests: { peer: string; ids: string[] }[] = [];
    const delivered: string[] = [];
    const violations: (PeerViolation | null)[] = [];
    const blamed: string[] = [];
    const clock = turnedClock();
    const call = (peer: string) => async (request: Request) => {
      const asked = decodeGetTransactions(request.body);
      if (isViolation(asked)) throw new Error(asked.code);
      const ids = asked.ids.map(toHex);
      requests.push({ peer, ids });
      const shelf = shelves[peer]!;
      if (shelf === 'silent') return new Promise<null>(() => {});
      if (shelf === 'gone') throw new KithError('peer-timeout');
      const found = shelf.filter(
        (tx) => ids.includes(asked.by === 'wid' ? widOf(tx) : tx.txidHex) || tx === rogue,
      );
      const body = encodeTransactions(found.map((tx) => tx.bytes));
      const wrong = request.onReply!({ type: FRAME.transactions.type, id: 0, body });
      violations.push(wrong);
      return wrong;
    };
    const fetcher = createFetcher({
      peer(id) {
        // A name such as `a@11.1.0.1` tells where the peer is.
        const address = `/ip4/${id.split('@')[1] ?? '127.0.0.1'}/tcp/1`;
        const direction = id === 'outbound' ? 'outbound' : 'inbound';
        const peer = { id, address, direction, relay: { call: call(id) } };
        return id in shelves ? (peer as unknown as Peer) : undefined;
      },
      deliver: (tx, peer) => void delivered.push(`${peer}:${tx.txidHex}`),
      onViolation: (peer, { code }) => void blamed.push(`${peer}:${code}`),
      clock,
      log: silent,
    });
    /** Every wanted transaction was delivered or given up. */
    const settled = () => until(() => fetcher.size === 0, 'nothing is wanted any more');
    return { fetcher, clock, requests, delivered, violations, blamed, settled };
  }
  const rogue = txOf(99);

  test('requests from one announcer only, and combines a burst into one request', async () => {
    const [a, b] = [txOf(1), txOf(2)];
    const { fetcher, requests, delivered, settled } = fetching({ p: [a, b], q: [a, b] });
    fetcher.want('wid', [widOf(a)], 'p');
    fetcher.want('wid', [widOf(b)], 'p');
    fetcher.want('wid', [widOf(a), widOf(b)], 'q');
    await settled();
    expect(requests).toEqual([{ peer: 'p', ids: [widOf(a), widOf(b)] }]);
    expect(delivered).toEqual([`p:${a.txidHex}`, `p:${b.txidHex}`]);
    expect(fetcher.size).toBe(0);
  });

  test('requests from the next announcer when the first has no transaction, fails, or disconnects', async () => {
    const tx = txOf(3);
    const { fetcher, delivered, settled } = fetching({ empty: [], silent: 'gone', good: [tx] });
    for (const peer of ['empty', 'left', 'silent', 'good']) fetcher.want('wid', [widOf(tx)], peer);
    await settled();
    expect(delivered).toEqual([`good:${tx.txidHex}`]);
    expect(fetcher.size).toBe(0);
  });

  test('gives up when no announcer has it', async () => {
    const tx = txOf(4);
    const { fetcher, settled } = fetching({ p: [], q: 'gone' });
    fetcher.want('wid', [widOf(tx)], 'p');
    fetcher.want('wid', [widOf(tx)], 'q');
    await settled();
    expect(fetcher.size).toBe(0);
  });

  test('fetches parents by txid', async () => {
    const parent = txOf(5);
    const { fetcher, delivered, settled } = fetching({ p: [parent] });
    fetcher.want('txid', [parent.txidHex], 'p');
    await settled();
    expect(delivered).toEqual([`p:${parent.txidHex}`]);
  });

  test('reports a transaction that was not requested', async () => {
    const { fetcher, violations, delivered, settled } = fetching({ p: [rogue] });
    fetcher.want('wid', [widOf(txOf(6))], 'p');
    await settled();
    expect(violations).toMatchObject([{ code: 'tx-unasked' }]);
    expect(delivered).toEqual([]);
  });

  test('many peers of one network do not displace announcements of other peers', () => {
    const flood = Array.from({ length: 40 }, (_, i) => `f${i}@11.1.${i}.1`);
    const peers = [...flood, 'honest@12.1.0.1'];
    const { fetcher } = fetching(Object.fromEntries(peers.map((id) => [id, 'silent' as const])));
    const ids = (of: number, count: number) =>
      Array.from({ length: count }, (_, i) =>
        toHex(
          new Uint8Array(32)
            .fill(of)
            .fill(i >> 8, 1, 2)
            .fill(i, 2, 3),
        ),
      );
    fetcher.want('wid', ids(200, 500), 'honest@12.1.0.1');
    flood.forEach((peer, i) => fetcher.want('wid', ids(i, 500), peer));
    expect(fetcher.size).toBe(20_000);
    // The peer alone has as much as each flooding peer; the network of those has forty times as much.
    const more = ids(201, 100);
    fetcher.want('wid', more, 'honest@12.1.0.1');
    fetcher.want('wid', ids(202, 100), flood[0]!);
    expect(fetcher.size).toBe(20_000);
    for (const id of [...ids(200, 500), ...more]) fetcher.drop('wid', id);
    expect(fetcher.size).toBe(20_000 - 600);
  });

  test('the next announcer is requested when the first does not answer for two seconds', async () => {
    const [a, b] = [txOf(7), txOf(8)];
    const { fetcher, clock, delivered } = fetching({ mute: 'silent', good: [a, b] });
    fetcher.want('wid', [widOf(a)], 'mute');
    fetcher.want('wid', [widOf(a)], 'good');
    await clock.passing(1999);
    expect(delivered).toEqual([]);
    await clock.passing(1);
    await until(() => delivered.length === 1, 'asked elsewhere');
    // From one that is known to be slow, what another has too isn't waited for at all.
    fetcher.want('wid', [widOf(b)], 'mute');
    fetcher.want('wid', [widOf(b)], 'good');
    await until(() => delivered.length === 2, 'asked elsewhere at once');
    expect(delivered).toEqual([`good:${a.txidHex}`, `good:${b.txidHex}`]);
  });

  test('among the other announcers an outbound peer is requested first', async () => {
    const tx = txOf(10);
    const { fetcher, requests, settled } = fetching({ empty: [], inbound: [tx], outbound: [tx] });
    for (const peer of ['empty', 'inbound', 'outbound']) fetcher.want('wid', [widOf(tx)], peer);
    await settled();
    expect(requests.map(({ peer }) => peer)).toEqual(['empty', 'outbound']);
  });

  test('requests to a peer that disconnects are sent to another announcer', async () => {
    const tx = txOf(11);
    const { fetcher, requests, delivered, settled } = fetching({ mute: 'silent', good: [tx] });
    for (const peer of ['mute', 'good']) fetcher.want('wid', [widOf(tx)], peer);
    await until(() => requests.length === 1, 'the first announcer is asked');
    fetcher.forget('mute');
    await settled();
    expect(requests.map(({ peer }) => peer)).toEqual(['mute', 'good']);
    expect(delivered).toEqual([`good:${tx.txidHex}`]);
  });

  test('four peers that announce endlessly and serve nothing do not displace an honest one', async () => {
    const tx = txOf(9);
    const mutes = { a: 'silent', b: 'silent', c: 'silent', d: 'silent', e: 'silent' } as const;
    const { fetcher, clock, delivered } = fetching({ ...mutes, good: [tx] });
    Object.keys(mutes).forEach((peer, n) =>
      fetcher.want(
        'wid',
        Array.from({ length: 5000 }, (_, i) => (n * 5000 + i).toString(16).padStart(64, '0')),
        peer,
      ),
    );
    expect(fetcher.size).toBe(20_000);
    fetcher.want('wid', [widOf(tx)], 'good');
    await clock.passing(2000);
    await until(() => delivered.length === 1, 'delivered');
  });

  test('a peer that announces a thousand transactions and has none is recorded, until it disconnects', async () => {
    const { fetcher, blamed } = fetching({ empty: [], gone: 'gone' });
    const many = (n: number) =>
      Array.from({ length: 1100 }, (_, i) => (n * 2000 + i).toString(16).padStart(64, '0'));
    fetcher.want('wid', many(1), 'empty');
    fetcher.want('wid', many(2), 'gone');
    await until(() => fetcher.size === 0, 'all given up');
    expect(blamed).toEqual(['empty:tx-withheld']);
  });

  test('an announced transaction that a block may have confirmed since is not a violation', async () => {
    const { fetcher, blamed, requests } = fetching({ empty: [] });
    const many = (n: number) =>
      Array.from({ length: 1100 }, (_, i) => (n * 2000 + i).toString(16).padStart(64, '0'));
    fetcher.want('wid', many(1), 'empty');
    // The block comes while the requests are on their way.
    fetcher.tipMoved();
    await until(() => fetcher.size === 0, 'all given up');
    expect(requests.length).toBeGreaterThan(0);
    fetcher.want('wid', many(2).slice(0, 900), 'empty');
    await until(() => fetcher.size === 0, 'all given up');
    fetcher.tipMoved();
    fetcher.want('wid', many(3).slice(0, 900), 'empty');
    await until(() => fetcher.size === 0, 'all given up');
    expect(blamed).toEqual([]);
    fetcher.want('wid', many(4).slice(0, 200), 'empty');
    await until(() => fetcher.size === 0, 'all given up');
    expect(blamed).toEqual(['empty:tx-withheld']);
  });

  test('the announcements of one peer are bounded', () => {
    const { fetcher } = fetching({ p: 'gone' });
    fetcher.want(
      'wid',
      Array.from({ length: 9000 }, (_, i) => i.toString(16).padStart(64, '0')),
      'p',
    );
    expect(fetcher.size).toBe(5000);
  });
});

test('the announcer sends single payments immediately and floods in batches', async () => {
  const clock = turnedClock();
  const sent: { wids: number; everyone: boolean }[] = [];
  const announcer = createAnnouncer({
    async publish(data, everyone) {
      const decoded = decodeWids(data);
      if (!isViolation(decoded)) sent.push({ wids: decoded.wids.length, everyone });
      return 1;
    },
    clock,
    random: systemRandom,
  });
  announcer.announce(new Uint8Array(32), true);
  await clock.passing(1);
  expect(sent).toEqual([{ wids: 1, everyone: true }]);
  for (let i = 0; i < 1200; i++) announcer.announce(new Uint8Array(32), false);
  await clock.passing(200);
  expect(sent.slice(1).map(({ wids }) => wids)).toEqual([500, 500, 200]);
  announcer.announce(new Uint8Array(32), false);
  announcer.stop();
  await clock.passing(1000);
  expect(sent).toHaveLength(4);
});

test('20 000 transactions that a reorganisation re-adds are announced within the limits of peers', async () => {
  const clock = turnedClock();
  // The limit of docs/limits.md at the other end, half of it: lines are not always even.
  const accepted = createBucket(10_000, 1000, clock.monotonic);
  let announced = 0;
  const announcer = createAnnouncer({
    async publish(data) {
      const decoded = decodeWids(data);
      if (isViolation(decoded)) throw new Error(decoded.code);
      expect(accepted.take(decoded.wids.length)).toBe(true);
      announced += decoded.wids.length;
      return 1;
    },
    clock,
    random: systemRandom,
  });
  for (let i = 0; i < 20_000; i++) announcer.announce(new Uint8Array(32), i % 2 === 0);
  await clock.passing(5000);
  expect(announced).toBeGreaterThanOrEqual(10_000);
  await clock.passing(10_000);
  expect(announced).toBe(20_000);
  announcer.stop();
});

test('own payments are counted by peer and announced again until mined', () => {
  const clock = turnedClock();
  const announced: string[] = [];
  const counted: number[] = [];
  let pending = true;
  const own = createOwnPayments({
    pending: () => pending,
    announce: (wid) => void announced.push(toHex(wid)),
    changed: (txid) => void counted.push(own.seenBy(txid)!),
    connected: () => 3,
    clock,
    random: { number: () => 0.5 },
  });
  const tx = txOf(1);
  expect(own.track({ txid: tx.txidHex, wid: tx.wid, widHex: widOf(tx) }, true)).toBe(true);
  expect(own.track({ txid: tx.txidHex, wid: tx.wid, widHex: widOf(tx) }, true)).toBe(false);
  for (const peer of ['a', 'b', 'a']) own.seen(widOf(tx), peer, 'fetched');
  expect([own.seenBy(tx.txidHex), own.seenBy('ff')]).toEqual([2, null]);
  for (const peer of ['a', 'c']) own.forget(peer);
  expect(own.seenBy(tx.txidHex)).toBe(1);
  expect(counted).toEqual([1, 2, 1]);
  clock.pass(20 * 60_000 - 1);
  expect(announced).toEqual([]);
  clock.pass(1);
  expect(announced).toEqual([widOf(tx)]);
  clock.pass(40 * 60_000);
  expect(announced).toEqual([widOf(tx), widOf(tx), widOf(tx)]);
  pending = false;
  clock.pass(3_600_000);
  expect(announced).toHaveLength(3);
  pending = true;
  own.stop();
  clock.pass(3_600_000);
  expect(announced).toHaveLength(3);
});
