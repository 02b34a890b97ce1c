import { Writer } from '../../../../main/core/codec/writer.ts';
import { Reader } from '../../../../main/core/codec/reader.ts';
import type { Block } from '../../../../main/core/primitives/block.ts';
import { HEADER_BYTES } from '../../../../main/core/primitives/limits.ts';
import { decodeRecords } from '../../../../main/core/primitives/records.ts';
import { isViolation } from '../../../../main/core/violation.ts';
import type { RuleCase, RuleWorld, Twins } from './rules-world.ts';

/** The same header with a body that was changed on the way: the true one must still be accepted. */
async function damaged(world: RuleWorld, change: (block: Block) => Uint8Array): Promise<Twins> {
  const block = await world.mine({ transactions: [world.spend([await world.coin()])] });
  return { broken: change(block), sound: block.bytes };
}

const splice = (bytes: Uint8Array, at: number, remove: number, insert: readonly number[]): Uint8Array =>
  Uint8Array.from([...bytes.subarray(0, at), ...insert, ...bytes.subarray(at + remove)]);

// Offsets inside a block: header | count u8 | coinbase: version, validFrom, expires, no inputs, one output.
const COUNT = HEADER_BYTES;
const VERSION = COUNT + 1;

/** Where the coinbase's first amount stands: validFrom is one byte up to height 127, two above. */
const amountAt = (block: Block): number => VERSION + (block.header.height < 128 ? 5 : 6);

export const CODEC_CASES = {
  'codec-truncated': [
    ...[1, 32, 64, 100].map((missing): RuleCase => ({
      what: `the last ${missing} bytes are missing`,
      twins: (world) => damaged(world, ({ bytes }) => bytes.subarray(0, bytes.length - missing)),
    })),
    {
      what: 'nothing but a header',
      twins: (world) => damaged(world, ({ bytes }) => bytes.subarray(0, HEADER_BYTES)),
    },
    {
      what: 'half a header',
      twins: (world) => damaged(world, ({ bytes }) => bytes.subarray(0, 40)),
    },
    {
      what: 'a count of transactions that no message could hold',
      twins: (world) =>
        damaged(world, ({ bytes }) => splice(bytes, COUNT, 1, [0xff, 0xff, 0xff, 0xff, 0x0f])),
    },
  ],
  'codec-varuint': [
    {
      what: 'a count with a needless byte',
      twins: (world) => damaged(world, ({ bytes }) => splice(bytes, COUNT, 1, [0x82, 0x00])),
    },
    {
      what: 'a version over 2^32 - 1',
      twins: (world) =>
        damaged(world, ({ bytes }) => splice(bytes, VERSION, 1, [0xff, 0xff, 0xff, 0xff, 0x1f])),
    },
    {
      what: 'a version of six bytes',
      twins: (world) =>
        damaged(world, ({ bytes }) => splice(bytes, VERSION, 1, [0x81, 0x80, 0x80, 0x80, 0x80, 0x00])),
    },
  ],
  'codec-u64': [
    {
      what: 'an amount of 2^53',
      twins: (world) =>
        damaged(world, (block) => splice(block.bytes, amountAt(block), 8, [0, 0, 0, 0, 0, 0, 0x20, 0])),
    },
    {
      what: 'an amount of 2^64 - 1',
      twins: (world) =>
        damaged(world, (block) => splice(block.bytes, amountAt(block), 8, Array<number>(8).fill(255))),
    },
    {
      what: 'a time of 2^53',
      run: async (world) => {
        const { bytes } = await world.mine();
        return world.submit(splice(bytes, 68, 8, [0, 0, 0, 0, 0, 0, 0x20, 0]));
      },
    },
  ],
  'codec-trailing': [
    {
      what: 'a byte too many',
      twins: (world) => damaged(world, ({ bytes }) => splice(bytes, bytes.length, 0, [0])),
    },
    {
      what: 'a count that leaves the last transaction out',
      twins: (world) => damaged(world, ({ bytes }) => splice(bytes, COUNT, 1, [1])),
    },
  ],
  // No field of a block is bounded by the format itself; the limits on locks and witnesses are rules of their own.
  'codec-length': [
    {
      what: 'a byte string over its bound',
      run: async () => {
        const reader = new Reader(new Writer().varbytes(new Uint8Array(65)).finish());
        reader.varbytes(64);
        return reader.finish() ?? undefined;
      },
    },
  ],
  // Of a block's parts only records are ordered, and there it is `coinbase-records`.
  'codec-order': [
    {
      what: 'records in the wrong order',
      run: async () => {
        const records = decodeRecords(Uint8Array.of(2, 0, 1, 0));
        return isViolation(records) ? records.code : undefined;
      },
    },
  ],
} as const satisfies Record<string, readonly RuleCase[]>;
