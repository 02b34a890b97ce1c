import { expect, test } from 'vitest';
import type { Propagation } from '../../../../shared/contract/propagation.ts';
import { propagationWords, stepLine } from '../../../../renderer/format/propagation.ts';

const SPREAD: Propagation = {
  txid: '00'.repeat(32),
  seenBy: 2,
  ofPeers: 4,
  startedAt: 1_700_000_000,
  fetched: 1,
  announced: 1,
  firstAfter: 0.42,
  halfAfter: 12,
  points: [
    { after: 0.42, peers: 1 },
    { after: 12, peers: 2 },
  ],
};
const words = (change: Partial<Propagation>) =>
  propagationWords({ ...SPREAD, ...change }).map((text) => text.replaceAll('\u00a0', ' '));

test('a payment says when the first peer and half of the peers had it, and where that was measured', () => {
  expect(words({})).toEqual([
    'First peer after 0.4 s, half of the peers after 12 s.',
    '1 peer fetched it from this node, 1 peer announced it. Measured only at the peers of this node, since it began to send.',
  ]);
});

test('a payment that few peers have has no time for half of them', () => {
  expect(words({ halfAfter: null })[0]).toBe('First peer after 0.4 s, not yet at half of the peers.');
});

test('a close peer has the payment after less than a tenth of a second', () => {
  expect(words({ firstAfter: 0.04, halfAfter: 0.04 })[0]).toBe(
    'First peer after less than 0.1 s, half of the peers after less than 0.1 s.',
  );
});

test('a payment that no peer fetched or announced says so, and has no line', () => {
  expect(words({ firstAfter: null })).toEqual(['No peer has fetched or announced it yet.']);
  expect(stepLine({ points: [], ofPeers: 4 })).toBeNull();
});

test('the line rises at each peer, and its height is the number of connected peers', () => {
  expect(
    stepLine({
      points: [
        { after: 5, peers: 1 },
        { after: 10, peers: 2 },
      ],
      ofPeers: 4,
    }),
  ).toEqual({
    points: '0.0,20.0 45.5,20.0 45.5,15.0 90.9,15.0 90.9,10.0 100.0,10.0',
    end: '11\u00a0s',
  });
});
