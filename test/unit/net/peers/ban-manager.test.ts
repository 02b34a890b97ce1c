import { describe, expect, test } from 'vitest';
import type { NewBan } from '../../../../main/net/peers/ban-list.ts';
import { createBanManager, type CountedViolation } from '../../../../main/net/peers/ban-manager.ts';
import { BAN_SECONDS, PENALTY, reasonOf, SCORE_HALF_LIFE_MS } from '../../../../main/net/peers/penalties.ts';
import { createScores } from '../../../../main/net/peers/scores.ts';
import { peerViolation, type PeerViolationCode } from '../../../../main/net/protocol/wire-violation.ts';
import { silent } from '../../../support/chain/test-chain.ts';
import { turnedClock } from '../../../support/test-clock.ts';

function court(address = '/ip4/192.0.2.7/tcp/5') {
  const clock = turnedClock();
  const scores = createScores(clock);
  const bans: NewBan[] = [];
  const parted: PeerViolationCode[] = [];
  const verdicts: CountedViolation[] = [];
  const report = createBanManager({
    bans: {
      add: async (ban) => void bans.push(ban),
      has: () => false,
      discourages: () => false,
      list: () => [],
      lift: async () => true,
      load: async () => {},
    },
    scores,
    log: silent,
    locate: () => address,
    part: (_id, code) => void parted.push(code),
    penalised: (verdict) => void verdicts.push(verdict),
  });
  return {
    clock,
    scores,
    bans,
    parted,
    verdicts,
    report: (code: PeerViolationCode) => report('peer', peerViolation(code)),
  };
}

describe('violations and their penalties', () => {
  test.each([
    ['header-time-new'],
    ['coin-missing'],
    ['policy-feerate'],
    ['tx-expired'],
    ['hello-network'],
    ['hello-version'],
    ['header-orphan'],
  ] as const)('%s never costs points: races, clocks, versions, other networks', (code) => {
    const { scores, parted, report } = court();
    for (let i = 0; i < 100; i++) report(code);
    expect([scores.of('peer'), parted]).toEqual([0, []]);
  });

  test.each([['tx-signature'], ['header-pow'], ['wire-oversize'], ['codec-truncated']] as const)(
    '%s bans at the first',
    (code) => {
      const { bans, parted, report } = court();
      report(code);
      expect(parted).toEqual([code]);
      expect(bans).toEqual([
        {
          id: 'peer',
          address: '/ip4/192.0.2.7',
          seconds: BAN_SECONDS,
          code,
          reason: reasonOf(code),
        },
      ]);
    },
  );

  test.each([
    ['peer-silent'],
    ['wire-slow'],
    ['wire-unread'],
    ['sync-stalled'],
    ['hello-missing'],
    ['gossip-score'],
  ] as const)(
    '%s ends the connection and never adds up to a ban: slow connections, pauses, crashes',
    (code) => {
      const { bans, scores, parted, report } = court();
      for (let i = 0; i < 100; i++) report(code);
      expect([bans, scores.of('peer'), parted.length]).toEqual([[], 0, 100]);
    },
  );

  test('faults add up to a ban, unless there is time between them', () => {
    const quick = court();
    for (let i = 0; i < 3; i++) quick.report('tx-unasked');
    expect(quick.bans.length).toBe(1);

    const slow = court();
    for (let i = 0; i < 10; i++) {
      slow.report('tx-unasked');
      slow.clock.pass(SCORE_HALF_LIFE_MS * 2);
    }
    expect(slow.bans).toEqual([]);
  });

  test('an invalid block ends the connection without a ban, because its work cost its miner', () => {
    const { bans, parted, report } = court();
    report('coinbase-amount');
    expect([bans, parted]).toEqual([[], ['coinbase-amount']]);
  });

  test('a peer of an older version is disconnected after every block, and never banned', () => {
    const { bans, parted, scores, report } = court();
    const codes = ['block-invalid', 'header-on-invalid', 'coinbase-amount', 'snapshot-wrong'] as const;
    for (let i = 0; i < 40; i++) report(codes[i % 4]!);
    expect([bans, parted.length, scores.of('peer')]).toEqual([[], 40, 0]);
  });

  test.each([
    ['/ip4/127.0.0.1/tcp/5', null],
    ['/ip4/127.3.2.1/tcp/5', '/ip4/127.3.2.1'],
    ['/ip6/::1/tcp/5', null],
    ['/ip6/2001:db8::7/tcp/5', '/ip6/2001:db8::/ipcidr/64'],
    ['/ip4/44.1.0.2/tcp/1/p2p/12D3KooWAuBk9Nx5CpGPq7WCrNaxoF367nicnQz5UTE2pNQ2ZHuX/p2p-circuit', null],
  ])('a ban of a peer at %s discourages %s', (address, host) => {
    const { bans, report } = court(address);
    report('header-pow');
    expect(bans[0]!.address).toBe(host);
  });

  test('a violation with points is emitted with its consequence; one without points is not', () => {
    const { verdicts, report } = court();
    for (const code of ['hello-network', 'block-merkle', 'header-pow'] as const) report(code);
    const about = { id: 'peer', address: '/ip4/192.0.2.7/tcp/5' };
    expect(verdicts).toEqual([
      { ...about, code: 'block-merkle', banned: false },
      { ...about, code: 'header-pow', banned: true },
    ]);
  });

  test.each(Object.keys(PENALTY) as PeerViolationCode[])('the code %s has a sentence', (code) =>
    expect(reasonOf(code)).toMatch(/^[A-Z].{15,}\.$/),
  );
});

test('scores decay by halves and are bounded', () => {
  const clock = turnedClock();
  const scores = createScores(clock);
  scores.add('a', 40, 'wire-slow');
  clock.pass(SCORE_HALF_LIFE_MS);
  expect(scores.of('a')).toBeCloseTo(20);
  expect(scores.last('a')).toBe('wire-slow');
  clock.pass(SCORE_HALF_LIFE_MS * 10);
  expect(scores.of('a')).toBe(0);
  expect(scores.last('a')).toBeNull();
  for (let i = 0; i < 5000; i++) scores.add(`peer ${i}`, 1 + (i % 50), 'gossip-flood');
  scores.add('worst', 99, 'block-merkle');
  expect(scores.of('worst')).toBe(99);
});
