import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../../../main/core/codec/hex.ts';
import { REGTEST_NETWORK } from '../../../../main/core/params/built-in-networks.ts';
import { isViolation } from '../../../../main/core/violation.ts';
import { SERVICES } from '../../../../shared/contract/vocabulary.ts';
import {
  decodeBlockAnnouncement,
  decodeWids,
  encodeBlockAnnouncement,
  encodeWids,
} from '../../../../main/net/protocol/announcements.ts';
import {
  decodeBye,
  decodeHello,
  decodeTip,
  encodeBye,
  encodeHello,
  encodeTip,
  type Hello,
  commonVersion,
} from '../../../../main/net/protocol/hello.ts';
import {
  decodeGetTransactions,
  decodeTransactions,
  decodeWidList,
  encodeGetTransactions,
  encodeTransactions,
  encodeWidList,
} from '../../../../main/net/protocol/relay-messages.ts';
import {
  decodeGetBlocks,
  decodeGetHeaders,
  decodeHeaders,
  encodeGetBlocks,
  encodeGetHeaders,
  encodeHeaders,
} from '../../../../main/net/protocol/sync-messages.ts';

/** The same every time; another by KITH_FUZZ_SEED. */
const SEEDED = { seed: Number(process.env['KITH_FUZZ_SEED'] ?? 20_261_122) };

const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const hashes = (most: number) => fc.array(bytesOf(32), { maxLength: most });
const genesis = REGTEST_NETWORK.genesis;

const tip = fc.record({
  height: fc.integer({ min: 0, max: 0xffff_ffff }),
  work: fc.bigInt({ min: 0n, max: (1n << 256n) - 1n }),
  id: bytesOf(32),
});
const hello: fc.Arbitrary<Hello> = fc
  .record({
    networkId: bytesOf(32),
    versionMin: fc.integer({ min: 0, max: 1000 }),
    versionMax: fc.integer({ min: 0, max: 1000 }),
    software: fc.stringMatching(/^[ -~]{0,64}$/),
    services: fc.subarray([...SERVICES]),
    servesFrom: fc.integer({ min: 0, max: 0xffff_ffff }),
    clock: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
    tip,
  })
  .map(({ tip: claim, ...rest }) => ({ ...rest, ...claim }));

describe('messages are decoded as they were encoded', () => {
  const same = <T>(
    arbitrary: fc.Arbitrary<T>,
    there: (value: T) => Uint8Array,
    back: (bytes: Uint8Array) => unknown,
  ) =>
    fc.assert(
      fc.property(arbitrary, (value) => {
        expect(back(there(value))).toEqual(value);
      }),
      SEEDED,
    );

  test('hello is decoded as it was encoded', () => same(hello, encodeHello, decodeHello));
  test('tip is decoded as it was encoded', () => same(tip, encodeTip, decodeTip));
  test('bye is decoded as it was encoded', () =>
    same(fc.stringMatching(/^[ -~]{0,64}$/), encodeBye, decodeBye));
  test('getHeaders is decoded as it was encoded', () => same(hashes(64), encodeGetHeaders, decodeGetHeaders));
  test('getBlocks is decoded as it was encoded', () => same(hashes(16), encodeGetBlocks, decodeGetBlocks));
  test('headers are decoded as they were encoded', () => {
    const decoded = decodeHeaders(encodeHeaders([genesis.header.bytes, genesis.header.bytes]));
    expect(decoded).toMatchObject([{ idHex: genesis.header.idHex }, { idHex: genesis.header.idHex }]);
  });
  test('getTransactions is decoded as it was encoded', () =>
    same(
      fc.record({ by: fc.constantFrom('wid' as const, 'txid' as const), ids: hashes(256) }),
      encodeGetTransactions,
      decodeGetTransactions,
    ));
  test('transactions are decoded as they were encoded', () =>
    same(
      fc.array(fc.uint8Array({ minLength: 6, maxLength: 300 }), { maxLength: 50 }),
      encodeTransactions,
      decodeTransactions,
    ));
  test('wid lists are decoded as they were encoded', () =>
    same(
      hashes(100).map((ids) => ids.map(toHex)),
      encodeWidList,
      decodeWidList,
    ));
  test('announced wids are decoded as they were encoded', () =>
    same(
      fc.record({ salt: bytesOf(8), wids: fc.array(bytesOf(32), { minLength: 1, maxLength: 500 }) }),
      encodeWids,
      decodeWids,
    ));
  test('announced blocks, small ones with their body, are decoded as they were encoded', () => {
    const whole = decodeBlockAnnouncement(encodeBlockAnnouncement(genesis.header.bytes, genesis.bytes));
    expect(whole).toMatchObject({ header: { idHex: genesis.header.idHex }, block: genesis.bytes });
    const large = decodeBlockAnnouncement(
      encodeBlockAnnouncement(genesis.header.bytes, new Uint8Array(5000)),
    );
    expect(large).toMatchObject({ header: { idHex: genesis.header.idHex }, block: null });
  });
  test('unknown service bits are ignored', () => {
    const [one] = fc.sample(hello, { numRuns: 1, seed: 2 });
    const known: Hello = { ...one!, versionMin: 1, versionMax: 2, software: 'kith/9', services: ['archive'] };
    const bytes = encodeHello(known);
    const bits = 32 + 1 + 1 + 1 + known.software.length;
    expect(bytes[bits]).toBe(1);
    bytes[bits] = 0x71;
    expect(decodeHello(bytes)).toEqual(known);
  });

  test('the common version is the highest that both have', () => {
    const range = (versionMin: number, versionMax: number) => ({ versionMin, versionMax });
    expect(commonVersion(range(1, 1), range(1, 2))).toBe(1);
    expect(commonVersion(range(1, 3), range(2, 2))).toBe(2);
    expect(commonVersion(range(1, 1), range(2, 3))).toBeNull();
    expect(commonVersion(range(2, 3), range(1, 1))).toBeNull();
  });

  test('a hello may contain fields of a later version', () => {
    const [one] = fc.sample(hello, { numRuns: 1, seed: 1 });
    const bytes = encodeHello(one!);
    const longer = Uint8Array.from([...bytes.subarray(0, -1), 3, 1, 2, 3]);
    expect(decodeHello(longer)).toEqual(one);
  });
});

describe('any bytes give a value or a violation', () => {
  const decoders: [string, (bytes: Uint8Array) => unknown, ((value: never) => Uint8Array)?][] = [
    ['hello', decodeHello],
    ['tip', decodeTip, encodeTip],
    ['bye', decodeBye],
    ['getHeaders', decodeGetHeaders, encodeGetHeaders],
    ['getBlocks', decodeGetBlocks, encodeGetBlocks],
    ['headers', decodeHeaders],
    ['getTransactions', decodeGetTransactions, encodeGetTransactions],
    ['transactions', decodeTransactions, encodeTransactions],
    ['wids', decodeWidList, encodeWidList],
    ['announced wids', decodeWids, encodeWids],
    ['announced block', decodeBlockAnnouncement],
  ];
  // Half of them begin like something valid, so that the decoders get past their first field.
  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc
      .tuple(fc.integer({ min: 0, max: 12 }), fc.uint8Array({ maxLength: 400 }))
      .map(([n, rest]) => Uint8Array.of(n, ...rest)),
  );

  test.each(decoders)('%s', (_name, decode, encode) => {
    fc.assert(
      fc.property(noise, (bytes) => {
        const value = decode(bytes);
        if (isViolation(value) || encode === undefined) return;
        // One value has one encoding.
        expect(encode(value as never)).toEqual(bytes);
      }),
      { ...SEEDED, numRuns: 2000 },
    );
  });

  test.each([
    [
      'too many locator ids',
      () => decodeGetHeaders(encodeGetHeaders(Array<Uint8Array>(65).fill(new Uint8Array(32)))),
    ],
    [
      'too many blocks',
      () => decodeGetBlocks(encodeGetBlocks(Array<Uint8Array>(17).fill(new Uint8Array(32)))),
    ],
    [
      'too many headers',
      () => decodeHeaders(encodeHeaders(Array<Uint8Array>(2001).fill(genesis.header.bytes))),
    ],
    ['no wids', () => decodeWids(encodeWids({ salt: new Uint8Array(8), wids: [] }))],
    [
      'too many wids',
      () =>
        decodeWids(
          encodeWids({ salt: new Uint8Array(8), wids: Array<Uint8Array>(501).fill(new Uint8Array(32)) }),
        ),
    ],
    ['a count without its items', () => decodeWidList(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f))],
  ])('%s', (_what, decode) => expect(decode()).toMatchObject({ kind: 'violation' }));
});
