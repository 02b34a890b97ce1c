import { describe, expect, test } from 'vitest';
import type { JournalEntry } from '../../../../shared/contract/peers.ts';
import { isViolationEvent, describePeerEvent } from '../../../../renderer/format/peer-event.ts';
import { dataWords } from '../../../../renderer/format/log.ts';
import {
  clockWords,
  compactWords,
  historyWords,
  uploadWords,
} from '../../../../renderer/format/network-activity.ts';
import { peerVersions } from '../../../../renderer/format/peer.ts';
import { upgradeName, upgradeWords } from '../../../../renderer/format/upgrade.ts';
import { aPeer } from '../entries.ts';

const entry = (parts: Partial<JournalEntry>): JournalEntry => ({
  number: 1,
  time: 1_800_000_000,
  event: 'connected',
  id: '12D3KooWdamwXzUc',
  address: '/ip4/192.0.2.7/tcp/21474',
  direction: 'outbound',
  kind: 'full-relay',
  foundBy: 'exchange',
  code: null,
  reason: null,
  times: 1,
  ...parts,
});

describe('an event of a peer', () => {
  test.each<[Partial<JournalEntry>, string]>([
    [{}, 'connected, outbound to 192.0.2.7:21474, found by peer exchange'],
    [
      { kind: 'block-only', foundBy: 'address-book' },
      'connected, outbound to 192.0.2.7:21474, block-relay only, from the address manager',
    ],
    [{ kind: 'feeler', foundBy: 'dht' }, 'connected, outbound to 192.0.2.7:21474, feeler, found in the DHT'],
    [
      { direction: 'inbound', kind: 'inbound', foundBy: 'inbound' },
      'connected, inbound from 192.0.2.7:21474',
    ],
    [{ event: 'left' }, 'disconnected'],
    [
      { event: 'left', code: 'peer-silent', reason: 'It stopped answering.' },
      'was disconnected. It stopped answering.',
    ],
    [
      { event: 'refused', reason: 'It belongs to another network.', times: 12 },
      'was refused. It belongs to another network. (12 times)',
    ],
    [
      { event: 'penalty', reason: 'It sent announcements faster than allowed.' },
      'broke a rule. It sent announcements faster than allowed.',
    ],
    [
      { event: 'banned', reason: 'You disconnected or banned it.' },
      'was banned. You disconnected or banned it.',
    ],
    [{ event: 'pardoned' }, 'was unbanned'],
  ])('%j', (parts, words) => {
    expect(describePeerEvent(entry(parts))).toBe(words);
  });

  test('penalties and bans are marked as trouble', () => {
    const events = ['connected', 'left', 'refused', 'penalty', 'banned', 'pardoned'] as const;
    expect(events.filter((event) => isViolationEvent(entry({ event })))).toEqual(['penalty', 'banned']);
  });
});

test('compact blocks are described in one line', () => {
  expect(compactWords({ whole: 0, asked: 0, failed: 0, inline: 0 })).toBe('none yet');
  expect(compactWords({ whole: 0, asked: 0, failed: 0, inline: 1 })).toBe('1 small block received in full');
  expect(compactWords({ whole: 8, asked: 0, failed: 0, inline: 0 })).toBe(
    '8 of 8 reconstructed without a round trip (100\u00a0%)',
  );
  expect(compactWords({ whole: 97, asked: 2, failed: 1, inline: 40 })).toBe(
    '97 of 100 reconstructed without a round trip (97\u00a0%), 2 after one round trip, 1 downloaded in full, 40 small blocks received in full',
  );
});

test('the clock offset and the checked history have words', () => {
  expect([null, 0.4, 90, -7200].map(clockWords)).toEqual([
    'too few peers to compare',
    'less than 2 seconds',
    '2 minutes ahead of the peers',
    '2 hours behind the peers',
  ]);
  expect(historyWords({ verified: 5, of: 20 })).toBe('5 of 20 blocks checked (25\u00a0%)');
  expect(historyWords({ verified: 20, of: 20 })).toBe('all 20 blocks checked');
});

test('the state of a new rule is described', () => {
  const all = { period: 20, threshold: 18, blocks: 6 };
  const at = { name: 'policy-lock', bit: 0, since: 60, activeAt: null, signalled: 5, recent: 9 };
  expect(upgradeName(at)).toBe('Conditional locks');
  expect(upgradeName({ name: 'later' })).toBe('later');
  const words = [
    upgradeWords({ ...at, state: 'defined' }, all),
    upgradeWords({ ...at, state: 'started' }, all),
    upgradeWords({ ...at, state: 'locked-in', activeAt: 100 }, all),
    upgradeWords({ ...at, state: 'active', since: 100, activeAt: 100 }, all),
    upgradeWords({ ...at, state: 'failed' }, all),
  ];
  expect(words).toEqual([
    'signalling has not started',
    'signalled by 5 of 6 blocks of this period; 18 of 20 lock it in',
    'locked in at block 60, active from block 100 on',
    'active since block 100',
    'failed at block 60',
  ]);
});

test('the programs of the peers are listed, the most frequent first', () => {
  const run = (id: string, version: string) => ({ ...aPeer(id, 1), version });
  expect(peerVersions([run('a', 'kith/0.2'), run('b', 'kith/0.1'), run('c', 'kith/0.1')])).toEqual([
    { version: 'kith/0.1', count: 2 },
    { version: 'kith/0.2', count: 1 },
  ]);
});

test('a log line shows its facts', () => {
  expect(dataWords(undefined)).toBe('');
  expect(dataWords({ id: 'ab'.repeat(32), height: 7, error: { code: 'x' } })).toBe(
    'id abababab… · height 7 · error {"code":"x"}',
  );
  const peer = '12D3KooWPUF1EVZL1APUF2ddZcDfDNC5xgGt4x1hSd2phBkq7p8v';
  expect(dataWords({ peer, address: `/ip4/127.0.0.1/tcp/33037/p2p/${peer}` })).toBe(
    'peer hBkq7p8v · address 127.0.0.1:33037',
  );
  expect(dataWords({ text: 'x'.repeat(500) }).length).toBeLessThan(130);
});

test('the upload is described with its limit, if there is one', () => {
  const plain = (text: string) => text.replaceAll('\u00a0', ' ');
  expect(plain(uploadWords({ total: 34_000_000, bytesPerSecond: 1200, limit: null }))).toBe(
    '1.2 kB per second, 34 MB since the start',
  );
  expect(plain(uploadWords({ total: 812, bytesPerSecond: 0, limit: 500_000 }))).toBe(
    '0 B per second, 812 B since the start; limit 500 kB per second',
  );
});
