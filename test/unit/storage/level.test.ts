import { cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { beforeAll, describe, expect, test } from 'vitest';
import { cutLostEnd } from '../../../main/storage/cut-end.ts';
import { findLevelDamage } from '../../../main/storage/check-level.ts';
import { readLog } from '../../../main/storage/level-log-file.ts';
import { createRandom } from '../../support/random.ts';
import { newDirectory } from '../../support/chain/test-chain.ts';

type Level = ClassicLevel;
const open = async (directory: string, compression = false): Promise<Level> => {
  const level: Level = new ClassicLevel(directory, { compression });
  await level.open();
  return level;
};

/** Tables of several levels, and a log of several blocks behind them. */
async function fill(directory: string, compression = false): Promise<void> {
  const random = createRandom(9);
  for (let session = 0; session < 3; session++) {
    const level = await open(directory, compression);
    for (let i = 0; i < 20; i++) {
      const batch = level.batch();
      for (let j = 0; j < 50; j++) batch.put(`key ${random.int(2000)}`, 'value '.repeat(random.int(20)));
      await batch.write();
    }
    if (session === 0) await level.compactRange('a', 'z');
    if (session === 2) for (let i = 0; i < 25; i++) await level.put(`late ${i}`, 'x'.repeat(2500));
    await level.close();
  }
}

let original: string;
let live: string[];
beforeAll(async () => {
  original = newDirectory();
  await fill(original);
  live = await liveTables();
});

const files = (pattern: RegExp, directory = original) =>
  readdirSync(directory).filter((name) => pattern.test(name));
function copy(): string {
  const directory = newDirectory();
  cpSync(original, directory, { recursive: true });
  return directory;
}
function edit(path: string, change: (bytes: Buffer) => void): void {
  const bytes = readFileSync(path);
  change(bytes);
  writeFileSync(path, bytes);
}

describe('a healthy database has no damage', () => {
  test('a closed database is intact', async () => {
    expect(live.length).toBeGreaterThan(1);
    expect(await findLevelDamage(original)).toBeNull();
  });
  test('a folder without a database is intact', async () => {
    expect(await findLevelDamage(newDirectory())).toBeNull();
    expect(await findLevelDamage(join(newDirectory(), 'nowhere'))).toBeNull();
  });
  test('a database with compressed tables of an earlier version is intact', async () => {
    const directory = newDirectory();
    await fill(directory, true);
    expect(await findLevelDamage(directory)).toBeNull();
  });
  test('a database is intact after every restart', async () => {
    const directory = copy();
    for (let i = 0; i < 4; i++) {
      const level = await open(directory);
      await level.put(`again ${i}`, 'y');
      await level.close();
      expect(await findLevelDamage(directory)).toBeNull();
    }
  });
  test('a database with obsolete tables is intact', async () => {
    const directory = copy();
    writeFileSync(join(directory, '000001.ldb'), 'left over');
    expect(await findLevelDamage(directory)).toBeNull();
  });
  test('a database with a log that a crash cut anywhere is intact', async () => {
    const directory = copy();
    const log = join(directory, files(/\.log$/)[0]!);
    for (let size = readFileSync(log).length; size >= 0; size -= 997) {
      truncateSync(log, size);
      expect(await findLevelDamage(directory), `${size} bytes`).toBeNull();
    }
  });
});

describe('corruption is found', () => {
  test('in every part of every table', async () => {
    for (const name of live) {
      const directory = copy();
      const path = join(directory, name);
      const { length } = readFileSync(path);
      // Data, filter, index and footer: the last kilobyte bit by bit, the rest in steps.
      const places = [
        ...Array.from({ length: 40 }, (_, i) => Math.floor((i * length) / 40)),
        ...Array.from({ length: 60 }, (_, i) => length - 1 - i * 9),
      ];
      for (const at of places.filter((place) => place >= 0 && !isPadding(readFileSync(path), place))) {
        edit(path, (bytes) => (bytes[at]! ^= 1 << (at % 8)));
        expect([at, length, (await findLevelDamage(directory)) !== null]).toEqual([at, length, true]);
        edit(path, (bytes) => (bytes[at]! ^= 1 << (at % 8)));
      }
      expect(await findLevelDamage(directory)).toBeNull();
    }
  });

  test.each([
    ['a table that is gone', /\.ldb$/, (path: string) => rmSync(path), /gone/],
    [
      'a table cut short',
      /\.ldb$/,
      (path: string) => truncateSync(path, readFileSync(path).length - 1),
      /damaged/,
    ],
    ['an empty table', /\.ldb$/, (path: string) => truncateSync(path, 0), /damaged/],
    ['a manifest that is gone', /^MANIFEST/, (path: string) => rmSync(path), /gone/],
    ['an empty manifest', /^MANIFEST/, (path: string) => truncateSync(path, 0), /damaged/],
    [
      'a manifest with another first byte',
      /^MANIFEST/,
      (path: string) => edit(path, (bytes) => (bytes[0]! ^= 1)),
      /damaged/,
    ],
    ['CURRENT that is gone', /^CURRENT$/, (path: string) => rmSync(path), /no manifest/],
    ['CURRENT that is empty', /^CURRENT$/, (path: string) => truncateSync(path, 0), /no manifest/],
    [
      'CURRENT that names another',
      /^CURRENT$/,
      (path: string) => writeFileSync(path, 'MANIFEST-000001\n'),
      /gone/,
    ],
    [
      'CURRENT that names a path',
      /^CURRENT$/,
      (path: string) => writeFileSync(path, '../../etc/passwd\n'),
      /no manifest/,
    ],
  ])('%s', async (_, pattern, hurt, said) => {
    const directory = copy();
    const [name] = files(pattern).filter((each) => !each.endsWith('.ldb') || live.includes(each));
    hurt(join(directory, name!));
    expect(await findLevelDamage(directory)).toMatch(said);
  });

  test('a part of the log that LevelDB would skip', async () => {
    const directory = copy();
    const path = join(directory, files(/\.log$/)[0]!);
    edit(path, (bytes) => (bytes[bytes.length - 60_000]! ^= 1));
    expect(await findLevelDamage(directory)).toMatch(/log \d+ is damaged/);
    // This is what it does pass over in silence.
    const level = await open(directory);
    const late = await level.getMany(Array.from({ length: 25 }, (_, i) => `late ${i}`));
    expect(late.filter((value) => value === undefined).length).toBeGreaterThan(0);
    expect(late.at(-1)).toHaveLength(2500);
    await level.close();
  });

  test.each([
    ['a bit', (bytes: Buffer, at: number) => (bytes[at]! ^= 1)],
    ['the length', (bytes: Buffer, at: number) => bytes.writeUInt16LE(0xffff, at)],
    ['a part', (bytes: Buffer, at: number) => bytes.fill(0, at, at + 3000)],
  ])('%s of the log with good records behind it in the same block', async (_, hurt) => {
    const directory = newDirectory();
    const level = await open(directory);
    for (let i = 0; i < 20; i++) await level.put(`key ${i}`, 'v'.repeat(500));
    await level.close();
    const log = join(
      directory,
      readdirSync(directory).find((name) => name.endsWith('.log'))!,
    );
    expect(await findLevelDamage(directory)).toBeNull();
    for (let at = 4; at < 4000; at += 531) {
      const bytes = readFileSync(log);
      edit(log, (copied) => void hurt(copied, at));
      expect([at, await findLevelDamage(directory)]).toEqual([
        at,
        expect.stringMatching(/log \d+ is damaged/),
      ]);
      writeFileSync(log, bytes);
    }
  });

  test('bytes that look like a record inside a truncated value are not a record', async () => {
    const directory = newDirectory();
    const binary = { keyEncoding: 'view', valueEncoding: 'view' } as const;
    const level = new ClassicLevel<Uint8Array, Uint8Array>(directory, binary);
    await level.open();
    await level.put(Uint8Array.of(1), Uint8Array.of(1));
    const name = readdirSync(directory).find((each) => each.endsWith('.log'))!;
    const inner = readFileSync(join(directory, name));
    await level.put(Uint8Array.of(2), Buffer.concat([Buffer.alloc(50), inner, Buffer.alloc(50)]));
    await level.close();
    const log = join(directory, name);
    const { length } = readFileSync(log);
    expect(readFileSync(log).lastIndexOf(inner)).toBeGreaterThan(0);
    for (const cut of [1, 10, 49]) {
      truncateSync(log, length - cut);
      expect(await findLevelDamage(directory)).toBeNull();
    }
  });

  test('a missing only log', async () => {
    const directory = copy();
    rmSync(join(directory, files(/\.log$/)[0]!));
    expect(await findLevelDamage(directory)).toMatch(/log \d+ is gone/);
  });

  test('a missing older log below a newer one', async () => {
    const directory = copy();
    const [log] = files(/\.log$/) as [string];
    const newer = `${String(Number.parseInt(log, 10) + 3).padStart(6, '0')}.log`;
    cpSync(join(directory, log), join(directory, newer));
    expect(await findLevelDamage(directory)).toBeNull();
    rmSync(join(directory, log));
    expect(await findLevelDamage(directory)).toMatch(/gone/);
  });
});

/** Those that it can't do without; what a compaction has replaced may still lie about. */
async function liveTables(): Promise<string[]> {
  const live: string[] = [];
  for (const name of files(/\.ldb$/)) {
    const directory = copy();
    rmSync(join(directory, name));
    if (await findLevelDamage(directory)) live.push(name);
  }
  return live;
}

/** The handles of a footer are padded; nobody reads what stands there. */
function isPadding(bytes: Buffer, at: number): boolean {
  return at >= bytes.length - 48 && at < bytes.length - 8 && bytes[at] === 0;
}

test('any bytes are read as a log without an exception', () => {
  const random = createRandom(4);
  const log = readFileSync(join(original, files(/\.log$/)[0]!));
  const whole = readLog(log);
  expect(whole).toMatchObject({ hole: false, whole: true });
  for (let i = 0; i < 200; i++) {
    const bytes = Uint8Array.from(log);
    for (let flips = 1 + random.int(3); flips > 0; flips--) bytes[random.int(bytes.length)] = random.int(256);
    const { records } = readLog(bytes);
    expect(records.length).toBeLessThanOrEqual(whole.records.length);
    readLog(random.bytes(random.int(2000)));
  }
});

describe('records after a gap that a power failure left are removed', () => {
  const KEYS = 40;
  /** Its newest records stand in a second log, as if LevelDB had begun it and had not written a table yet. */
  async function withTwoLogs(): Promise<{
    directory: string;
    first: string;
    second: string;
    ends: number[];
  }> {
    const directory = newDirectory();
    const level = await open(directory);
    for (let i = 0; i < KEYS; i++) await level.put(`key ${String(i).padStart(2, '0')}`, 'v'.repeat(100));
    await level.close();
    const first = join(directory, files(/\.log$/, directory)[0]!);
    const bytes = readFileSync(first);
    const { ends } = readLog(bytes);
    const at = ends[KEYS / 2 - 1]!;
    const second = join(directory, '000999.log');
    writeFileSync(second, bytes.subarray(at));
    truncateSync(first, at);
    return { directory, first, second, ends: ends.slice(0, KEYS / 2) };
  }
  async function keysIn(directory: string): Promise<number> {
    expect(await findLevelDamage(directory)).toBeNull();
    const level = await open(directory);
    const keys = await level.keys().all();
    await level.close();
    expect(keys).toEqual(Array.from({ length: keys.length }, (_, i) => `key ${String(i).padStart(2, '0')}`));
    return keys.length;
  }

  test('no record where every log is complete', async () => {
    const { directory } = await withTwoLogs();
    expect(await cutLostEnd(directory)).toBeNull();
    expect(await keysIn(directory)).toBe(KEYS);
  });
  test.each([
    ['in the middle of a record', (ends: readonly number[]) => ends.at(-1)! - 50, KEYS / 2 - 1],
    ['between two records', (ends: readonly number[]) => ends.at(-2)!, KEYS / 2 - 1],
    ['at its beginning', () => 0, 0],
  ])('the newer log, if the older one ends %s', async (_, length, left) => {
    const { directory, first, ends } = await withTwoLogs();
    truncateSync(first, length(ends));
    expect(await cutLostEnd(directory)).toBe('000999.log');
    expect(await keysIn(directory)).toBe(left);
  });
  test('no record where the older log is corrupt, because no power failure leaves that', async () => {
    const { directory, first, second } = await withTwoLogs();
    edit(first, (bytes) => void (bytes[bytes.length >> 1]! ^= 1));
    expect(await cutLostEnd(directory)).toBeNull();
    expect(files(/\.log$/, directory)).toContain(second.slice(directory.length + 1));
    expect(await findLevelDamage(directory)).not.toBeNull();
  });
  test('no record where there is no database', async () => {
    expect(await cutLostEnd(join(newDirectory(), 'nowhere'))).toBeNull();
  });
});
