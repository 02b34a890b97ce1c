import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { describe, expect, test } from 'vitest';
import { findLevelDamage } from '../../../main/storage/check-level.ts';
import { salvageRecords } from '../../../main/storage/salvage.ts';
import { unpackSnappy } from '../../../main/storage/snappy.ts';
import { createRandom } from '../../support/random.ts';
import { newDirectory } from '../../support/chain/test-chain.ts';

type Level = ClassicLevel<Uint8Array, Uint8Array>;
const BINARY = { keyEncoding: 'view', valueEncoding: 'view' } as const;
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** Several tables, deletions and newer versions of the same keys, and a log behind them. */
async function fill(directory: string, compression: boolean): Promise<Map<string, string>> {
  const random = createRandom(5);
  const wanted = new Map<string, string>();
  for (let session = 0; session < 4; session++) {
    const level: Level = new ClassicLevel(directory, { ...BINARY, compression, writeBufferSize: 64 << 10 });
    await level.open();
    for (let i = 0; i < 600; i++) {
      const key = Uint8Array.of(1 + random.int(2), random.int(256), random.int(4));
      // Some runs and repetitions, so that packing has something to pack.
      const value = Buffer.concat([random.bytes(random.int(80)), Buffer.alloc(random.int(200), i)]);
      if (random.int(5) === 0) {
        await level.del(key);
        wanted.delete(hex(key));
      } else {
        await level.put(key, value);
        wanted.set(hex(key), hex(value));
      }
    }
    if (session === 1) await level.compactRange(Uint8Array.of(0), Uint8Array.of(9));
    await level.close();
  }
  return wanted;
}
const read = async (directory: string, wanted = (_key: Uint8Array) => true) =>
  new Map((await salvageRecords(directory, wanted)).map(([key, value]) => [hex(key), hex(value)]));
const tablesOf = (directory: string) => readdirSync(directory).filter((name) => name.endsWith('.ldb'));

describe.each([
  ['plain', false],
  ['packed', true],
])('a database of %s tables', (_how, compression) => {
  test('is read in full without LevelDB: the newest version of each key, and none that was deleted', async () => {
    const directory = newDirectory();
    const wanted = await fill(directory, compression);
    expect(tablesOf(directory).length).toBeGreaterThan(1);
    expect(await read(directory)).toEqual(wanted);
    const some = await read(directory, (key) => key[0] === 1);
    expect(some).toEqual(new Map([...wanted].filter(([key]) => key.startsWith('01'))));
    expect(some.size).toBeLessThan(wanted.size);
  });

  test('returns all records except those in a corrupt block, and none that was never written', async () => {
    const directory = newDirectory();
    const wanted = await fill(directory, compression);
    const written = new Set(wanted.keys());
    const table = join(directory, tablesOf(directory)[0]!);
    const whole = readFileSync(table);
    let fewest = Infinity;
    for (let i = 0; i < 60; i++) {
      const at = Math.floor((i * whole.length) / 60);
      const hurt = Buffer.from(whole);
      hurt[at]! ^= 1 << (i % 8);
      writeFileSync(table, hurt);
      expect([at, await findLevelDamage(directory)]).toEqual([at, expect.stringMatching(/damaged/)]);
      const found = await read(directory);
      fewest = Math.min(fewest, [...found.keys()].filter((key) => written.has(key)).length);
      for (const key of found.keys()) expect(key).toMatch(/^0[12]/);
    }
    expect(fewest).toBeGreaterThan(0);
    expect(fewest).toBeLessThan(wanted.size);
  });

  test('is read from its tables and logs when its manifest is lost', async () => {
    const directory = newDirectory();
    const wanted = await fill(directory, compression);
    writeFileSync(join(directory, 'CURRENT'), 'nonsense');
    expect(await read(directory)).toEqual(wanted);
  });
});

test('records after a corrupt part of the log are read', async () => {
  const directory = newDirectory();
  const level: Level = new ClassicLevel(directory, BINARY);
  await level.open();
  for (let i = 0; i < 40; i++) await level.put(Uint8Array.of(i), Buffer.alloc(3000, i));
  await level.close();
  const log = join(
    directory,
    readdirSync(directory).find((name) => name.endsWith('.log'))!,
  );
  const bytes = readFileSync(log);
  bytes[40_000]! ^= 1;
  writeFileSync(log, bytes);
  const found = await read(directory);
  // Blocks of 32 KiB: ten records each, and those of the second are lost from the damage on.
  expect([found.has('00'), found.has('0e'), found.has('27')]).toEqual([true, false, true]);
  expect(found.size).toBeGreaterThan(25);
});

test('no content of the folder makes it throw', async () => {
  const random = createRandom(11);
  for (let i = 0; i < 5; i++) {
    const directory = newDirectory();
    await fill(directory, i % 2 === 0);
    for (const name of readdirSync(directory)) {
      const path = join(directory, name);
      if (statSync(path).size === 0) continue;
      if (random.int(3) === 0) truncateSync(path, random.int(statSync(path).size));
      else if (random.int(2) === 0) {
        const bytes = readFileSync(path);
        for (let left = random.int(50); left > 0; left--) bytes[random.int(bytes.length)] = random.int(256);
        writeFileSync(path, bytes);
      }
    }
    expect(await salvageRecords(directory, () => true)).toBeInstanceOf(Array);
  }
  expect(await salvageRecords(join(newDirectory(), 'nowhere'), () => true)).toEqual([]);
});

describe('Snappy', () => {
  test.each([
    ['nothing', '00', ''],
    ['a literal', '0308616263', '616263'],
    ['a copy that reaches into what it writes', '0a0061 1501', '61'.repeat(10)],
    ['a copy with two bytes of distance', '0804 6162 160200', '6162'.repeat(4)],
    ['a copy with four bytes of distance', '0804 6162 1702000000', '6162'.repeat(4)],
  ])('unpacks %s', (_what, packed, wanted) => {
    expect(hex(unpackSnappy(Buffer.from(packed.replaceAll(' ', ''), 'hex'))!)).toBe(wanted);
  });

  test.each([
    ['a length that nothing fills', '05'],
    ['a literal longer than what follows', '0310 61'],
    ['more than it said', '0204616263'],
    ['a copy from before the beginning', '0804 6162 160300'],
    ['a copy from nowhere', '0804 6162 160000'],
    ['a length beyond any block', 'ffffff7f 00'],
    ['no bytes at all', ''],
  ])('refuses %s', (_what, packed) => {
    expect(unpackSnappy(Buffer.from(packed.replaceAll(' ', ''), 'hex'))).toBeNull();
  });
});
