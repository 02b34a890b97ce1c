import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareFeerates, lowerFeerate } from '../../../main/core/policy/feerate.ts';
import { coinKey } from '../../../main/core/primitives/coin-key.ts';
import type { PoolEntry } from '../../../main/mempool/entry.ts';
import { createEvictionOrder, keepingFeerate } from '../../../main/mempool/eviction.ts';
import { createAncestorGraph, type AncestorGraph } from '../../../main/mempool/ancestor-graph.ts';
import { assembleTransactions, type AssemblerLimits } from '../../../main/mempool/block-assembler.ts';
import { createTransaction } from '../../../main/core/primitives/transaction.ts';
import { toMotes } from '../../../shared/units.ts';
import { createRandom } from '../../support/random.ts';

interface Shape {
  /** Which earlier ones it spends from, counted backwards. */
  readonly parents: readonly number[];
  readonly fee: number;
  readonly padding: number;
  readonly outputs: number;
  readonly validFrom: number;
}

const shape = fc.record({
  parents: fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 3 }),
  fee: fc.integer({ min: 0, max: 30_000 }),
  padding: fc.integer({ min: 0, max: 800 }),
  outputs: fc.integer({ min: 1, max: 4 }),
  validFrom: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, 0, 11),
});

/** A graph of transactions that could be; nobody checks their signatures here. */
function build(
  shapes: readonly Shape[],
  touched: (entry: PoolEntry) => void = () => undefined,
): AncestorGraph {
  const graph = createAncestorGraph(touched);
  const made: PoolEntry[] = [];
  const free = new Map<PoolEntry, number>();
  shapes.forEach(({ parents, fee, padding, outputs, validFrom }, number) => {
    const seed = new Uint8Array(32);
    new DataView(seed.buffer).setUint32(0, number);
    const from = [...new Set(parents)].flatMap((back) => made[number - back] ?? []);
    const inputs = from.map((parent) => {
      const index = free.get(parent) ?? 0;
      free.set(parent, index + 1);
      return { txid: parent.tx.txid, index };
    });
    const all = [...inputs, { txid: seed, index: 0 }];
    const tx = createTransaction({
      version: 1,
      validFrom,
      expires: 0,
      inputs: all,
      outputs: Array.from({ length: outputs }, () => ({
        amount: toMotes(1),
        lockType: 0,
        lock: new Uint8Array(32),
      })),
      witness: all.map((_, i) => new Uint8Array(i === 0 ? 64 + padding : 64)),
    });
    const facts = { tx, fee: toMotes(fee), time: 0, keys: all.map(coinKey), matureAt: 0, upgradable: false };
    made.push(graph.add(facts, from));
  });
  return graph;
}

/** The same choice, made the slow and plain way. */
function selectPlainly(graph: AncestorGraph, { maxBytes, maxOutputs, height }: AssemblerLimits): PoolEntry[] {
  const all = [...graph.entries()];
  const early = new Set(
    all.filter(({ validFrom }) => validFrom > height).flatMap((entry) => graph.descendantsOf(entry)),
  );
  const taken: PoolEntry[] = [];
  const failed = new Map<PoolEntry, number>();
  const needs = (entry: PoolEntry): PoolEntry[] =>
    [entry, ...graph.ancestorsOf(entry.parents)].filter((part) => !taken.includes(part));
  const sum = (parts: readonly PoolEntry[]) => ({
    fee: parts.reduce((total, part) => total + part.fee, 0),
    size: parts.reduce((total, part) => total + part.size, 0),
  });
  for (;;) {
    const open = all.filter(
      (entry) => !taken.includes(entry) && !early.has(entry) && failed.get(entry) !== needs(entry).length,
    );
    if (open.length === 0) return taken;
    const score = (entry: PoolEntry) => lowerFeerate(entry, sum(needs(entry)));
    const best = open.reduce((a, b) => (compareFeerates(score(b), score(a)) > 0 ? b : a));
    const parts = needs(best);
    const next = [...taken, ...parts];
    const outputs = next.reduce((total, part) => total + part.outputs, 0);
    if (sum(next).size > maxBytes || outputs > maxOutputs) failed.set(best, parts.length);
    else {
      parts.sort((a, b) => a.ancestors.count - b.ancestors.count || a.sequence - b.sequence);
      taken.push(...parts);
    }
  }
}

describe('selection', () => {
  test('is what the plain algorithm chooses, fits, and has parents first', () => {
    fc.assert(
      fc.property(
        fc.array(shape, { maxLength: 40 }),
        fc.integer({ min: 0, max: 20_000 }),
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 0, max: 150 }),
        (shapes, maxBytes, maxOutputs, cut) => {
          const graph = build(shapes);
          const limits = { maxBytes, maxOutputs, height: 10, cut };
          const { entries, fees, bytes, outputs } = assembleTransactions(graph, limits);
          expect(entries.map(({ sequence }) => sequence)).toEqual(
            selectPlainly(graph, limits).map(({ sequence }) => sequence),
          );
          expect(bytes).toBeLessThanOrEqual(maxBytes);
          expect(outputs).toBeLessThanOrEqual(maxOutputs);
          expect(fees).toBe(entries.reduce((total, { fee }) => total + fee, 0));
          entries.forEach(({ parents, validFrom }, at) => {
            for (const parent of parents) expect(entries.indexOf(parent)).toBeLessThan(at);
            expect(validFrom).toBeLessThanOrEqual(10);
          });
        },
      ),
      { seed: 11, numRuns: 300 },
    );
  });

  test('of the block after the next is that of a pool from which the next block was mined', () => {
    fc.assert(
      fc.property(
        fc.array(shape, { maxLength: 40 }),
        fc.integer({ min: 300, max: 8_000 }),
        fc.integer({ min: 0, max: 150 }),
        (shapes, maxBytes, cut) => {
          const graph = build(shapes);
          const limits = { maxBytes, maxOutputs: 100, height: 10, cut };
          const next = assembleTransactions(graph, limits);
          const ahead = assembleTransactions(graph, { ...limits, earlier: new Set(next.entries) });
          for (const entry of next.entries) graph.remove(entry);
          const after = assembleTransactions(graph, limits);
          expect(ahead).toEqual(after);
        },
      ),
      { seed: 13, numRuns: 300 },
    );
  });

  test('ranks a parent with a low feerate by its child, and a child with a low feerate after other transactions', () => {
    const plain = { padding: 0, outputs: 2, validFrom: 0 };
    const graph = build([
      { ...plain, parents: [], fee: 0 },
      { ...plain, parents: [1], fee: 30_000 },
      { ...plain, parents: [], fee: 9_000 },
      { ...plain, parents: [1], fee: 0 },
      { ...plain, parents: [], fee: 8_000 },
    ]);
    const { entries } = assembleTransactions(graph, { maxBytes: 1e6, maxOutputs: 1e4, height: 1 });
    expect(entries.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 5, 4]);
  });

  test('fills a block from a pool of 8 000 with small and large ones', () => {
    const random = createRandom(3);
    const shapes = Array.from({ length: 8_000 }, () => ({
      parents: random.int(4) === 0 ? [1 + random.int(5)] : [],
      fee: random.int(50_000),
      padding: random.int(300),
      outputs: 2,
      validFrom: 0,
    }));
    const graph = build(shapes);
    const { bytes, fees } = assembleTransactions(graph, { maxBytes: 999_000, maxOutputs: 9_999, height: 1 });
    expect(bytes).toBeGreaterThan(997_000);
    const average = [...graph.entries()].reduce((total, { fee }) => total + fee, 0) / graph.bytes;
    expect(fees / bytes).toBeGreaterThan(average * 1.5);
  });
});

describe('sums of the graph', () => {
  test('are right after any additions and removals, and the lowest feerate is the lowest', () => {
    fc.assert(
      fc.property(
        fc.array(shape, { minLength: 1, maxLength: 30 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        (shapes, removals) => {
          let order: ReturnType<typeof createEvictionOrder> | null = null;
          const graph = build(shapes, (entry) => order?.touched(entry));
          order = createEvictionOrder(
            () => graph.entries(),
            () => graph.size,
          );
          for (const pick of [...removals, 0]) {
            const all = [...graph.entries()];
            if (all.length === 0) break;
            const worst = all.reduce((a, b) =>
              compareFeerates(keepingFeerate(b), keepingFeerate(a)) <= 0 ? b : a,
            );
            expect(order.least()?.sequence).toBe(worst.sequence);
            checkSums(graph);
            // Mined ones leave alone and parents first; others take their descendants along.
            const entry = all[pick % all.length]!;
            if (pick % 2 === 0 && entry.parents.every(({ alive }) => !alive)) graph.remove(entry);
            else
              graph
                .descendantsOf(entry)
                .sort((a, b) => b.ancestors.count - a.ancestors.count)
                .forEach((gone) => graph.remove(gone));
          }
        },
      ),
      { seed: 12, numRuns: 300 },
    );
  });
});

function checkSums(graph: AncestorGraph): void {
  let bytes = 0;
  const sum = (entries: readonly PoolEntry[]) => ({
    count: entries.length,
    size: entries.reduce((total, { size }) => total + size, 0),
    fee: entries.reduce((total, { fee }) => total + fee, 0),
  });
  for (const entry of graph.entries()) {
    bytes += entry.size;
    expect(entry.ancestors).toEqual(sum([entry, ...graph.ancestorsOf(entry.parents)]));
    expect(entry.descendants).toEqual(sum(graph.descendantsOf(entry)));
    expect(graph.get(entry.id)).toBe(entry);
    for (const key of entry.keys) expect(graph.spender(key)).toBe(entry);
    for (const child of entry.children) {
      expect(child.alive).toBe(true);
      expect(child.keys.some((key) => key.startsWith(entry.id))).toBe(true);
    }
  }
  expect(graph.bytes).toBe(bytes);
}
