import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeDiagnosis } from '../../../main/api/diagnosis.ts';
import { createTestFacade, type TestFacade } from '../../contract/facade.ts';
import type { LogLine } from '../../../shared/contract/node.ts';

let facade: TestFacade;
beforeAll(async () => (facade = await createTestFacade()));
afterAll(() => facade.close());

const SECRET_PEER = {
  id: '12D3KooWQYhTNQdmr3ArTeUHRYzFg94BKyTkoWBDWez9kSCVe2Xo',
  address: '/ip4/198.51.100.7/tcp/21474',
  version: 'kith/0.1.0 lena@example.org',
  country: 'NZ',
  asn: 64_999,
  group: '198.51',
} as const;

function written(lines: readonly LogLine[] = []): string {
  const peers = {
    ...facade.peers,
    list: () => facade.peers.list().map((peer) => ({ ...peer, ...SECRET_PEER })),
  };
  const about = { ...facade.about, datadir: '/home/lena/kith' };
  return writeDiagnosis({ node: { ...facade, about, peers }, lines, names: ['holiday fund'], now: 1000 });
}

const line = (message: string, data?: Record<string, unknown>): LogLine => ({
  time: '2026-12-01T02:00:00.000Z',
  level: 'warn',
  area: 'network.peers',
  message,
  ...(data !== undefined && { data }),
});
const logOf = (each: LogLine): string =>
  written([each])
    .split('\n')
    .find((text) => text.includes('network.peers')) ?? '';

describe('a diagnosis', () => {
  test('says what a developer needs', () => {
    const text = written();
    for (const fact of [
      'version: 0.0.0',
      'height: 3 of 3 headers',
      'phase: synced',
      'full-relay: 1',
      'logLevel: info',
    ])
      expect(text).toContain(fact);
  });

  test.each([
    ['the peer id', SECRET_PEER.id],
    ['the address', '198.51'],
    ['what the peer claims as its version', 'lena@'],
    ['the country', 'NZ'],
    ['the autonomous system', '64999'],
    ['the data directory', '/home'],
    ['the own peer id', '12D3KooWSelf'],
  ])('has not %s of a peer or this node', (_what, secret) => {
    expect(written()).not.toContain(secret);
  });

  test('has not the id of the tip', () => {
    expect(written()).not.toContain(facade.chain.tip().id);
  });
});

describe('a log line in a diagnosis', () => {
  test('keeps its time, level, area, message, and numbers and codes with known names', () => {
    const shown = logOf(line('reachability changed', { because: 'reach-router', height: 17 }));
    expect(shown.trim()).toBe(
      '2026-12-01T02:00:00.000Z warn  network.peers: reachability changed because=reach-router height=17',
    );
  });

  test.each([
    ['a name', { name: 'secretname' }],
    ['an amount', { amount: 123, fee: 5 }],
    ['a txid', { txid: 'secretname' }],
    ['a peer', { peer: 'secretname', address: 'secretname' }],
    ['text where a code is expected', { code: 'Secretname and more' }],
    ['a field that nobody foresaw', { secretname: 'secretname', deep: { secretname: 1 } }],
  ])('drops %s', (_what, data) => {
    expect(logOf(line('it happened', data))).toMatch(/: it happened$/);
  });

  test('tells a line with a code by its code, because the message may name a folder', () => {
    const data = { code: 'datadir-copied', height: 17 };
    expect(logOf(line("copy of Dad's money, Anna Meier", data))).toMatch(/: datadir-copied height=17$/);
  });

  test('tells an error with a code by its code alone', () => {
    expect(logOf(line('failed', { error: { code: 'wallet-unknown', message: 'secretname' } }))).toMatch(
      /failed error=\(wallet-unknown\)$/,
    );
  });

  test('tells an error without a code by its message without private facts, and its stack without folders', () => {
    const error = {
      name: 'TypeError',
      message: 'no 198.51.100.7',
      stack: ['at work (file:///home/lena/kith/main/net/peer.ts:10:5)'],
      cause: { code: 'ECONNRESET' },
    };
    expect(logOf(line('failed', { error }))).toMatch(
      /failed error=\(TypeError no \[address\] at peer\.ts:10:5 because \(ECONNRESET\)\)$/,
    );
  });

  test('has no name of a wallet', () => {
    expect(logOf(line('holiday fund is locked'))).toMatch(/: \[name\] is locked$/);
  });
});

describe('the log of a diagnosis', () => {
  test.each([
    ['a block that the miner found', 'miner', 'found a block', { height: 18_231 }],
    ['a search of a wallet', 'wallet', 'a wallet has searched the chain', { from: 18_231, to: 19_000 }],
    ['a part of the wallets', 'wallet.files', 'the wallet file is corrupt', undefined],
    ['the contacts', 'contacts', 'the contacts cannot be used', undefined],
    [
      'a mined block in another area',
      'chain',
      'a block that this node mined was refused',
      { height: 18_231 },
    ],
  ])('has no line of %s', (_what, area, message, data) => {
    const text = written([{ ...line(message, data), area, time: '2026-12-01T02:00:00.123Z' }]);
    expect(text).not.toContain('02:00:00.123');
    expect(text).not.toContain('18231');
  });

  test('has the newest 200 of the lines that remain', () => {
    const lines = Array.from({ length: 500 }, (_, i) => ({
      ...line(`line ${i}`),
      area: i % 2 === 0 ? 'miner' : 'chain',
    }));
    const shown = written(lines).match(/line \d+$/gm)!;
    expect([shown.length, shown[0], shown.at(-1)]).toEqual([200, 'line 101', 'line 499']);
  });
});
