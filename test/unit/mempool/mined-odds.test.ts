import { describe, expect, test } from 'vitest';
import { bytesAhead, minedOdds, type ObservedBlock } from '../../../main/mempool/mined-odds.ts';

const blocks = (count: number, block: Omit<ObservedBlock, 'height'>, from = 1): ObservedBlock[] =>
  Array.from({ length: count }, (_, i) => ({ height: from + i, ...block }));

const shares = (feerate: number, facts: Parameters<typeof minedOdds>[1]): number[] =>
  minedOdds(feerate, facts).chances.map(({ share }) => share);

test('what pays as much as a new transaction is before it', () => {
  const waiting = [10, 30, 30, 50].map((rate) => ({ fee: rate * 1_000, size: 1_000 }));
  expect(bytesAhead(waiting, 30)).toBe(3_000);
  expect(bytesAhead(waiting, 30.01)).toBe(1_000);
});

describe('a transaction that fits into the next block, where no observed block began like this', () => {
  const observed = blocks(100, { asked: 45, reach: 50 });

  test('has hardly a chance at the end of the block', () => {
    for (const share of shares(30, { blocks: observed, ahead: 990_000 })) expect(share).toBeLessThan(0.02);
  });

  test('has a better one the more room there is', () => {
    expect(shares(30, { blocks: observed, ahead: 500_000 })[0]).toBeCloseTo(0.5);
    expect(shares(30, { blocks: observed, ahead: 0 })[0]).toBeCloseTo(0.75);
  });
});

describe('six blocks in a row', () => {
  // One of six asked little.
  const mixed = (from: number) =>
    blocks(30, { asked: 100, reach: 100 }, from).map((block) =>
      block.height % 6 === 0 ? { ...block, asked: 1 } : block,
    );

  test('are those of the chain, not of the observed ones before and after a gap', () => {
    const expensive = blocks(30, { asked: 100, reach: 100 });
    const cheap = blocks(1, { asked: 1, reach: 1 }, 60);
    // Only the last block takes it, and no run of six ends there but its own.
    const [, soon] = shares(50, { blocks: [...expensive, ...cheap], ahead: 1_000_000 });
    expect(soon).toBeCloseTo(1 / 32);
  });

  test('take it nearly always if one of six does', () => {
    expect(shares(50, { blocks: mixed(1), ahead: 0 })[1]).toBeGreaterThan(0.7);
    expect(shares(50, { blocks: mixed(1), ahead: 1_000_000 })[1]).toBeGreaterThan(0.7);
  });
});
