import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { createGrinder, createJob, MAX_NONCE, withNonce } from '../../../main/mining/grind.ts';
import { createHashRate } from '../../../main/mining/hash-rate.ts';

const block = REGTEST_NETWORK.genesis;
const nonceOf = (header: Uint8Array): number =>
  new DataView(header.buffer, header.byteOffset).getUint32(84, true);
/** "Proof of work" that only one nonce meets. */
const onlyNonce = (nonce: number) => (header: Uint8Array) =>
  new Uint8Array(32).fill(nonceOf(header) === nonce ? 0 : 255);

describe('grinding', () => {
  test('distributes all nonces, each once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 256 }), (parts) => {
        let next = 0;
        for (let part = 0; part < parts; part++) {
          const { first, last } = createJob(1, block, 8, part, parts);
          expect(first).toBe(next);
          next = last + 1;
        }
        expect(next).toBe(MAX_NONCE + 1);
      }),
      { seed: 6 },
    );
  });

  test('tries nonces in order, stops on request, and continues from there', () => {
    const job = { ...createJob(1, block, 8), first: 100, last: 120 };
    const grinder = createGrinder(job, onlyNonce(117));
    expect(grinder.run((tried) => tried >= 10)).toBeNull();
    expect(grinder.tried).toBe(10);
    expect(grinder.run(() => false)).toBe(117);
    expect(grinder.run(() => false)).toBeNull();
    expect(grinder.spent).toBe(true);
    expect(grinder.tried).toBe(21);
  });

  test('does not skip the last nonce', () => {
    const job = { ...createJob(1, block, 8), first: MAX_NONCE - 1 };
    const grinder = createGrinder(job, onlyNonce(MAX_NONCE));
    expect(grinder.run(() => false)).toBe(MAX_NONCE);
    expect(grinder.spent).toBe(true);
  });

  test('the nonce changes the header and nothing else', () => {
    const mined = withNonce(block, 77);
    expect(nonceOf(mined.header.bytes)).toBe(77);
    expect(mined.header.bytes.subarray(0, 84)).toEqual(block.header.bytes.subarray(0, 84));
    expect(mined.bytes.subarray(88)).toEqual(block.bytes.subarray(88));
  });
});

describe('the hash rate', () => {
  test('is the number of hashes per second in the last ten seconds', () => {
    const rate = createHashRate(0);
    expect(rate.perSecond(0)).toBe(0);
    for (let at = 250; at <= 4_000; at += 250) rate.add(50, at);
    expect(rate.perSecond(4_000)).toBe(200);
    for (let at = 4_250; at <= 60_000; at += 250) rate.add(25, at);
    expect(Math.round(rate.perSecond(60_000))).toBeLessThanOrEqual(103);
    expect(Math.round(rate.perSecond(60_000))).toBeGreaterThanOrEqual(100);
    expect(rate.perSecond(90_000)).toBe(0);
  });

  test('does not jump at the first report', () => {
    const rate = createHashRate(1_000);
    rate.add(10, 1_001);
    expect(rate.perSecond(1_001)).toBe(20);
  });
});
