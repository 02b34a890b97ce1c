import { describe, expect, test } from 'vitest';
import { fromBinary, toBinary } from '../../../../main/core/codec/binary.ts';
import { bytesToBigInt, compareBytes, equalBytes } from '../../../../main/core/codec/bytes.ts';
import { fromHex, toHex } from '../../../../main/core/codec/hex.ts';
import { Reader } from '../../../../main/core/codec/reader.ts';
import { Writer } from '../../../../main/core/codec/writer.ts';

const varuint = (bytes: readonly number[]) => {
  const reader = new Reader(Uint8Array.from(bytes));
  const value = reader.varuint();
  return reader.finish() ?? value;
};

describe('varuint', () => {
  test.each([
    [[0x00], 0],
    [[0x7f], 127],
    [[0x80, 0x01], 128],
    [[0xff, 0x7f], 16_383],
    [[0x80, 0x80, 0x01], 16_384],
    [[0xff, 0xff, 0xff, 0xff, 0x0f], 0xffff_ffff],
  ])('%j is %d, both ways', (bytes, value) => {
    expect(varuint(bytes)).toBe(value);
    expect([...new Writer().varuint(value).finish()]).toEqual(bytes);
  });

  test.each([
    ['a needless last byte', [0x80, 0x00]],
    ['two needless bytes', [0x81, 0x80, 0x00]],
    ['2^32', [0x80, 0x80, 0x80, 0x80, 0x10]],
    ['2^35 - 1', [0xff, 0xff, 0xff, 0xff, 0x7f]],
    ['six bytes', [0x80, 0x80, 0x80, 0x80, 0x80, 0x01]],
    ['six bytes that say zero', [0x80, 0x80, 0x80, 0x80, 0x80, 0x00]],
  ])('refuses %s', (_, bytes) => expect(varuint(bytes)).toBe('codec-varuint'));

  test.each([[[]], [[0x80]], [[0xff, 0xff, 0xff, 0xff]]])('%j is truncated', (bytes) =>
    expect(varuint(bytes)).toBe('codec-truncated'),
  );
});

describe('u64', () => {
  const u64 = (bytes: readonly number[]) => {
    const reader = new Reader(Uint8Array.from(bytes));
    const value = reader.u64();
    return reader.finish() ?? value;
  };
  test.each([0, 1, 0xffff_ffff, 0x1_0000_0000, 8_400_000_000_000_000, Number.MAX_SAFE_INTEGER])(
    '%d, both ways',
    (n) => {
      const bytes = new Writer().u64(n).finish();
      expect(new DataView(bytes.buffer).getBigUint64(0, true)).toBe(BigInt(n));
      expect(u64([...bytes])).toBe(n);
    },
  );
  test.each([
    [[0, 0, 0, 0, 0, 0, 0x20, 0]],
    [[0, 0, 0, 0, 0, 0, 0, 1]],
    [[255, 255, 255, 255, 255, 255, 255, 255]],
  ])('%j is 2^53 or more', (bytes) => expect(u64(bytes)).toBe('codec-u64'));
  test.each([-1, 0.5, 2 ** 53, NaN, Infinity])('%d cannot be written', (n) =>
    expect(() => new Writer().u64(n)).toThrow(RangeError),
  );
});

describe('a reader', () => {
  test('keeps its first failure and returns zeros from then on', () => {
    const reader = new Reader(Uint8Array.of(0x80, 0x00, 1, 2, 3, 4, 5, 6, 7, 8));
    reader.varuint();
    expect([reader.u8(), reader.u32(), reader.u64(), reader.varuint(), reader.bytes(1).length]).toEqual([
      0, 0, 0, 0, 0,
    ]);
    expect(reader.varbytes(9)).toHaveLength(0);
    expect(reader.finish()).toBe('codec-varuint');
  });

  test('reads no further than its end, whatever bytes follow', () => {
    const source = new Uint8Array(16).fill(7);
    for (const read of ['u8', 'u32', 'u64', 'varuint'] as const) {
      const reader = new Reader(source, 4, 4);
      reader[read]();
      expect(reader.failed).toBe('codec-truncated');
    }
    const reader = new Reader(source, 0, 4);
    expect(reader.bytes(5)).toHaveLength(0);
    expect(reader.failed).toBe('codec-truncated');
  });

  test('compares a count of items with the remaining bytes before memory is allocated for them', () => {
    const reader = new Reader(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f, 1, 2, 3));
    expect(reader.count(1)).toBe(0);
    expect(reader.failed).toBe('codec-truncated');
    expect(new Reader(Uint8Array.of(3, 1, 2, 3)).count(1)).toBe(3);
    expect(new Reader(Uint8Array.of(3, 1, 2, 3)).count(2)).toBe(0);
  });

  test('takes a byte string as a view', () => {
    const source = Uint8Array.of(2, 8, 9);
    const taken = new Reader(source).varbytes(2);
    source[1] = 1;
    expect([...taken]).toEqual([1, 9]);
  });
});

test('a writer grows and gives exactly what was written', () => {
  const writer = new Writer(1);
  for (let i = 0; i < 1000; i++) writer.u8(i).u32(i).varuint(i);
  const reader = new Reader(writer.finish());
  for (let i = 0; i < 1000; i++)
    expect([reader.u8(), reader.u32(), reader.varuint()]).toEqual([i & 0xff, i, i]);
  expect(reader.finish()).toBeNull();
});

test('hexadecimal is written in lower case, and read in both cases', () => {
  expect(toHex(Uint8Array.of(0, 15, 16, 255))).toBe('000f10ff');
  expect(fromHex('000f10FF')).toEqual(Uint8Array.of(0, 15, 16, 255));
  expect(fromHex('')).toHaveLength(0);
  for (const bad of ['0', 'zz', '0g', ' 00', '00 ', '0x00', '00\n', '０0'])
    expect(fromHex(bad), bad).toBeNull();
});

test('binary strings hold every byte, at every length', () => {
  for (const length of [0, 1, 255, 256, 4095, 4096, 4097, 10_000]) {
    const bytes = Uint8Array.from({ length }, (_, i) => i & 0xff);
    expect(toBinary(bytes)).toHaveLength(length);
    expect(fromBinary(toBinary(bytes))).toEqual(bytes);
  }
});

test('bytes are compared by value, in the order of LevelDB', () => {
  const [a, b, longer] = [Uint8Array.of(1, 2), Uint8Array.of(1, 200), Uint8Array.of(1, 2, 0)];
  expect(equalBytes(a, a.slice())).toBe(true);
  expect([equalBytes(a, b), equalBytes(a, longer)]).toEqual([false, false]);
  expect([longer, b, a].sort(compareBytes)).toEqual([a, longer, b]);
  expect(bytesToBigInt(Uint8Array.of(1, 0, 255))).toBe(0x1_00ffn);
  expect(bytesToBigInt(new Uint8Array(0))).toBe(0n);
});
