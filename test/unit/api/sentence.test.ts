import { describe, expect, test } from 'vitest';
import { describeNode, findWarnings, type SentenceFacts } from '../../../main/api/sentence.ts';
import { describeDuration } from '../../../main/lib/duration.ts';
import { PHASES } from '../../../shared/contract/vocabulary.ts';

const CALM: SentenceFacts = {
  phase: 'synced',
  progress: 1,
  etaSeconds: null,
  etaRange: null,
  blocksPerSecond: 0,
  bytesPerSecond: 0,
  stall: null,
  history: null,
  reachability: 'reachable',
  reachabilityNotice: { code: 'reach-tried', message: 'Peers could connect.' },
  peers: 8,
  knownAddresses: 40,
  strangers: 0,
  clock: null,
  freeDiskBytes: 50e9,
  notices: [],
  network: { name: 'test', launched: true, spacing: 60 },
  height: 12_345,
  headers: 12_345,
  tipTime: 1000,
  now: 1030,
};

const WRONG_CLOCK = { code: 'clock-wrong', message: 'The clock is 14 minutes ahead of other nodes.' };

function tell(change: Partial<SentenceFacts>): { codes: string[]; sentence: string } {
  const facts = { ...CALM, ...change };
  const warnings = findWarnings(facts);
  return { codes: warnings.map(({ code }) => code), sentence: describeNode(facts, warnings) };
}

describe('the sentence about the activity of the node', () => {
  test.each([
    [{}, 'Synced to block 12\u202f345 with 8 peers.'],
    [{ peers: 1 }, 'Synced to block 12\u202f345 with 1 peer.'],
    [{ phase: 'starting' }, 'Opening the data directory.'],
    [{ phase: 'stopping' }, 'Stopping: saving all data.'],
    [
      { phase: 'blocks', progress: 0.269, height: 3100, etaRange: { from: 130, to: 290 } },
      'Downloading and checking blocks: 3\u202f100 of 12\u202f345 (26 %, 2 to 5 minutes left).',
    ],
    [{ phase: 'headers', progress: 0.5, headers: 2000 }, 'Downloading headers: 2\u202f000 so far (50 %).'],
    [
      { phase: 'blocks', progress: 0.5, height: 3100, blocksPerSecond: 411.7, bytesPerSecond: 2_345_000 },
      'Downloading and checking blocks: 3\u202f100 of 12\u202f345 (50 %, 412 per second, 2.3 MB/s).',
    ],
    [
      {
        phase: 'headers',
        progress: 0.5,
        headers: 2000,
        blocksPerSecond: 4.2,
        etaRange: { from: 476, to: 480 },
      },
      'Downloading headers: 2\u202f000 so far (50 %, 4.2 per second, 7 to 8 minutes left).',
    ],
    [
      { phase: 'blocks', progress: 0.5, height: 3100, stall: 'Nobody has it.' },
      'Downloading and checking blocks: 3\u202f100 of 12\u202f345 (50 %). Nobody has it.',
    ],
    [
      { phase: 'blocks', progress: 1, height: 3100, blocksPerSecond: 4.2, etaRange: { from: 2, to: 7 } },
      'Downloading and checking blocks: 3\u202f100 of 12\u202f345 (4.2 per second, a few seconds left).',
    ],
    [{ phase: 'headers', progress: 1, headers: 2000 }, 'Downloading headers: 2\u202f000 so far.'],
    [
      { history: { verified: 410, of: 1000 } },
      'Synced to block 12\u202f345 with 8 peers. The blocks before the snapshot are checked to 41 %.',
    ],
  ] as [Partial<SentenceFacts>, string][])('%j', (change, sentence) => {
    expect(tell(change)).toEqual({ codes: [], sentence });
  });

  test.each(PHASES)('the phase %s has a sentence', (phase) =>
    expect(tell({ phase }).sentence).toMatch(/^[A-Z].*\.$/),
  );
});

describe('the problems of the node', () => {
  test('a missing data directory comes before all other problems', () => {
    const notices = ['other', 'datadir-gone'].map((code) => ({ code, message: `Of ${code}.` }));
    const { codes, sentence } = tell({ peers: 0, knownAddresses: 0, notices });
    expect(codes).toEqual(['datadir-gone', 'peers-unknown', 'other']);
    expect(sentence).toContain('Of datadir-gone.');
  });

  test.each([
    ['nobody known', { peers: 0, knownAddresses: 0 }, 'peers-unknown', 'Add the address of a node'],
    ['nobody answers', { peers: 0, knownAddresses: 3 }, 'peers-unreachable', 'at 3 known addresses'],
    [
      'the only one does not answer',
      { peers: 0, knownAddresses: 1 },
      'peers-unreachable',
      'the one known address',
    ],
    [
      'only strangers',
      { peers: 0, strangers: 2 },
      'peers-other-network',
      'do not belong to the network “test”',
    ],
    [
      'a network before its launch',
      { peers: 0, knownAddresses: 0, network: { name: 'main', launched: false, spacing: 60 } },
      'network-not-launched',
      'not been launched yet',
    ],
    ['a wrong clock', { clock: WRONG_CLOCK }, 'clock-wrong', '14 minutes ahead of'],
    // The age of the tip is measured with that clock.
    ['a wrong clock and no blocks', { clock: WRONG_CLOCK, now: 1000 + 1800 }, 'clock-wrong', 'ahead of'],
    ['little disk', { freeDiskBytes: 300e6 }, 'disk-low', 'Only 300 MB are free'],
    [
      'no blocks',
      { now: 1000 + 1800 },
      'tip-stale',
      'No block arrived for 30 minutes, although one is expected every 60 seconds',
    ],
  ] as [string, Partial<SentenceFacts>, string, string][])('%s', (_what, change, code, words) => {
    const { codes, sentence } = tell(change);
    expect(codes).toEqual([code]);
    expect(sentence).toContain(words);
    expect(sentence).toMatch(/^[A-Z].*\.$/);
  });

  test('the most severe problem comes first, and all are listed', () => {
    const notices = [{ code: 'own', message: 'Something else.' }];
    const { codes, sentence } = tell({ freeDiskBytes: 0, clock: WRONG_CLOCK, peers: 0, notices });
    expect(codes).toEqual(['disk-low', 'clock-wrong', 'peers-unreachable', 'own']);
    expect(sentence).toContain('0 MB');
  });

  test.each(['starting', 'stopping', 'repairing'] as const)(
    'a node without peers raises no alarm while %s',
    (phase) => expect(tell({ phase, peers: 0 }).codes).toEqual([]),
  );

  test('there is no alarm without a problem', () => {
    expect(tell({ freeDiskBytes: null }).codes).toEqual([]);
    const regtest = { name: 'regtest', launched: true, spacing: null };
    expect(tell({ now: 1e9, network: regtest }).codes).toEqual([]);
    expect(tell({ now: 1e9, height: 0 }).codes).toEqual([]);
  });
});

test('durations are written in the units that users expect', () => {
  expect([0, 9, 10, 89, 90, 3600, 5400, 7200, 86_400, 200_000].map(describeDuration)).toEqual([
    'a few seconds',
    'a few seconds',
    '10 seconds',
    '89 seconds',
    '2 minutes',
    '60 minutes',
    '2 hours',
    '2 hours',
    '24 hours',
    '2 days',
  ]);
});
