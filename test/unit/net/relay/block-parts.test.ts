import { describe, expect, test, vi } from 'vitest';
import { createBlock, decodeBlock, transactionOffsets } from '../../../../main/core/primitives/block.ts';
import { isViolation } from '../../../../main/core/violation.ts';
import { createBlockParts } from '../../../../main/net/relay/block-parts.ts';
import { anyBlock } from '../../../fuzz/samples.ts';
import { mutate } from '../../../fuzz/mutate.ts';
import { createRandom } from '../../../support/random.ts';

const random = createRandom(7);
const sample = anyBlock(random);
const blockOf = (transactions: number) => {
  const block = sample;
  const [first] = block.transactions;
  return createBlock(
    block.header,
    Array.from({ length: transactions }, () => first!),
  );
};

describe('the index of a block', () => {
  test('has the positions of the decoded transactions', () => {
    for (let i = 0; i < 200; i++) {
      const { bytes, transactions } = anyBlock(random);
      const offsets = transactionOffsets(bytes)!;
      expect(offsets).toHaveLength(transactions.length + 1);
      expect(transactions.map((_, at) => bytes.subarray(offsets[at], offsets[at + 1]))).toEqual(
        transactions.map((tx) => tx.bytes),
      );
    }
  });

  test('exists for bytes that can be decoded, and for no others', () => {
    let refused = 0;
    for (let i = 0; i < 2000; i++) {
      const bytes = mutate(anyBlock(random).bytes, random);
      const decodes = !isViolation(decodeBlock(bytes));
      if (!decodes) refused++;
      // Decoding also reads numbers that an index has no use for.
      if (decodes) expect(transactionOffsets(bytes)).not.toBeNull();
      if (transactionOffsets(bytes) === null) expect(decodes).toBe(false);
    }
    expect(refused).toBeGreaterThan(100);
  });
});

describe('parts of blocks', () => {
  function serving(
    blocks: Readonly<Record<string, { height: number; bytes: Uint8Array | null }>>,
    tip = 100,
  ) {
    const readBody = vi.fn(async (id: string) => blocks[id]?.bytes ?? null);
    const parts = createBlockParts({
      chain: {
        tip: () => ({ height: tip }) as never,
        entry: (id) => blocks[id] && ({ height: blocks[id].height } as never),
      },
      readBody,
    });
    return { parts, readBody };
  }

  test('a block is read and indexed once for all requests at the same time and afterwards', async () => {
    const block = blockOf(50);
    const { parts, readBody } = serving({ a: { height: 100, bytes: block.bytes } });
    const asked = await Promise.all(Array.from({ length: 60 }, (_, i) => parts.find('a', [i % 50])));
    await parts.find('a', [0, 49]);
    expect(asked.map((found) => found?.[0])).toEqual(
      Array.from({ length: 60 }, (_, i) => block.transactions[i % 50]!.bytes),
    );
    expect(readBody).toHaveBeenCalledTimes(1);
  });

  test('a position outside the block gives no transactions', async () => {
    const { parts } = serving({ a: { height: 100, bytes: blockOf(5).bytes } });
    expect(await parts.find('a', [0, 4])).toHaveLength(2);
    expect(await parts.find('a', [0, 5])).toBeNull();
  });

  test('old, unknown, missing and invalid blocks are not served', async () => {
    const { parts, readBody } = serving({
      old: { height: 89, bytes: blockOf(1).bytes },
      absent: { height: 100, bytes: null },
      none: { height: 100, bytes: Uint8Array.of(1, 2, 3) },
    });
    for (const id of ['old', 'unknown', 'absent', 'none']) expect(await parts.find(id, [0])).toBeNull();
    expect(readBody.mock.calls).toEqual([['absent'], ['none']]);
  });

  test('the cache has a limit, and the least recently requested block is removed', async () => {
    // Sixteen of nearly a megabyte do not fit.
    const { length } = blockOf(1).transactions[0]!.bytes;
    const full = blockOf(Math.floor(950_000 / length)).bytes;
    expect(full.length).toBeGreaterThan(800_000);
    const blocks = Object.fromEntries(
      Array.from({ length: 16 }, (_, i) => [`b${i}`, { height: 100, bytes: full }]),
    );
    const { parts, readBody } = serving(blocks);
    for (let i = 0; i < 16; i++) await parts.find(`b${i}`, [0]);
    await parts.find('b15', [0]);
    expect(readBody).toHaveBeenCalledTimes(16);
    await parts.find('b0', [0]);
    expect(readBody).toHaveBeenCalledTimes(17);
  });
});
