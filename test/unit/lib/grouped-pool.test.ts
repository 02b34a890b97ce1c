import { describe, expect, test } from 'vitest';
import {
  createGroupedPool,
  type GroupedPool,
  type PoolLimits,
  type PoolSource,
} from '../../../main/lib/grouped-pool.ts';
import { createRandom } from '../../support/random.ts';

const LIMITS: PoolLimits = { total: 8, perHost: 2, perGroup: 4 };
const from = (group: string, host: number): PoolSource => ({ group, host: `${group}.${host}` });

function poolOf(limits = LIMITS): { pool: GroupedPool<string>; evicted: string[] } {
  const evicted: string[] = [];
  return { pool: createGroupedPool<string>(limits, (entry) => evicted.push(entry)), evicted };
}

describe('a pool that untrusted peers fill', () => {
  test('accepts every entry until it is full', () => {
    const { pool, evicted } = poolOf();
    for (let i = 0; i < 8; i++) pool.add(`${i}`, from(`g${i}`, 0));
    expect(evicted).toEqual([]);
    expect(pool.entries()).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
  });

  test('evicts the oldest entry of a host above its limit, and no other entry', () => {
    const { pool, evicted } = poolOf();
    pool.add('other', from('a', 1));
    for (const entry of ['1', '2', '3', '4']) pool.add(entry, from('a', 0));
    expect(evicted).toEqual(['1', '2']);
    expect(pool.entries()).toEqual(['other', '3', '4']);
  });

  test('evicts within a group above its limit, from the host that has most entries', () => {
    const { pool, evicted } = poolOf();
    pool.add('single', from('a', 0));
    pool.add('twin 1', from('a', 1));
    pool.add('twin 2', from('a', 1));
    pool.add('elsewhere', from('b', 0));
    pool.add('fourth', from('a', 2));
    expect(evicted).toEqual([]);
    pool.add('fifth', from('a', 3));
    expect(evicted).toEqual(['twin 1']);
  });

  test('when full, evicts the oldest entry of the largest group, although others are older', () => {
    const { pool, evicted } = poolOf();
    for (let i = 0; i < 5; i++) pool.add(`honest ${i}`, from(`h${i}`, 0));
    for (let i = 0; i < 3; i++) pool.add(`flood ${i}`, from('f', i));
    pool.add('newcomer', from('n', 0));
    expect(evicted).toEqual(['flood 0']);
    expect(pool.has('newcomer')).toBe(true);
  });

  test('when full of single entries, evicts the oldest, so that the newest is always accepted', () => {
    const { pool, evicted } = poolOf();
    for (let i = 0; i < 10; i++) pool.add(`${i}`, from(`g${i}`, 0));
    expect(evicted).toEqual(['0', '1']);
    expect(pool.has('9')).toBe(true);
  });

  test('has no limit per source for entries without a source, but keeps the total limit', () => {
    const { pool, evicted } = poolOf();
    const own: PoolSource = { host: null, group: null };
    pool.add('remote', from('r', 0));
    for (let i = 0; i < 9; i++) pool.add(`own ${i}`, own);
    expect(evicted).toEqual(['own 0', 'own 1']);
    expect(pool.has('remote')).toBe(true);
  });

  test('forgets removed entries, and keeps the age of entries that are added again', () => {
    const { pool, evicted } = poolOf();
    pool.add('1', from('a', 0));
    pool.add('2', from('a', 0));
    expect(pool.delete('1')).toBe(true);
    expect(pool.delete('1')).toBe(false);
    pool.add('2', from('a', 0));
    pool.add('3', from('a', 0));
    expect(evicted).toEqual([]);
    pool.add('2', from('a', 0));
    pool.add('4', from('a', 0));
    expect(evicted).toEqual(['2']);
  });

  test('works with a limit of one', () => {
    const { pool, evicted } = poolOf({ total: 1, perHost: 1, perGroup: 1 });
    pool.add('1', from('a', 0));
    pool.add('2', from('b', 0));
    pool.add('3', from('b', 1));
    expect([evicted, pool.entries()]).toEqual([['1', '2'], ['3']]);
  });

  test('keeps every limit and the newest entry through 20 000 random steps', () => {
    const random = createRandom(7);
    const evicted = new Set<number>();
    const pool = createGroupedPool<number>(LIMITS, (entry) => evicted.add(entry));
    const sources = new Map<number, PoolSource>();
    for (let i = 0; i < 20_000; i++) {
      const group = `g${random.int(5)}`;
      sources.set(i, from(group, random.int(3)));
      pool.add(i, sources.get(i)!);
      expect(pool.has(i)).toBe(true);
      if (random.int(4) === 0) pool.delete(pool.entries()[random.int(pool.size)]!);
      const inside = pool.entries().map((entry) => sources.get(entry)!);
      const most = (by: keyof PoolSource) =>
        Math.max(0, ...inside.map((each) => inside.filter((other) => other[by] === each[by]).length));
      expect(inside.length).toBeLessThanOrEqual(LIMITS.total);
      expect(most('host')).toBeLessThanOrEqual(LIMITS.perHost);
      expect(most('group')).toBeLessThanOrEqual(LIMITS.perGroup);
      expect(pool.entries().some((entry) => evicted.has(entry))).toBe(false);
    }
    expect(evicted.size).toBeGreaterThan(1000);
  });
});
