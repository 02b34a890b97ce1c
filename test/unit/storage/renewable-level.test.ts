import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { codeOf } from '../../../main/lib/errors.ts';
import type { Log } from '../../../main/lib/log.ts';
import {
  openRenewableLevel,
  type RenewableLevel,
  type RenewableOptions,
} from '../../../main/storage/renewable-level.ts';
import { newDirectory, silent } from '../../support/chain/test-chain.ts';

/** Keys that begin with 1 are to be kept, those with 2 can be had again. */
const KEPT = 1;
let folder: string;
let said: string[];
beforeEach(() => {
  folder = join(newDirectory(), 'data');
  said = [];
});
const open = (options: Partial<RenewableOptions> = {}): Promise<RenewableLevel> => {
  const log: Log = {
    ...silent,
    warn: (line) => said.push(line),
    error: (line) => said.push(line),
    child: () => log,
  };
  return openRenewableLevel({
    folder,
    log,
    what: 'test database',
    kind: 'wallet data',
    codes: { damaged: 'test-damaged', unusable: 'test-unusable' },
    keep: (key) => key[0] === KEPT,
    bufferBytes: 64 << 10,
    ...options,
  });
};
const put = (level: RenewableLevel, first: number, second: number, size = 400) =>
  level.write([[Uint8Array.of(first, second), Buffer.alloc(size, second)]], false);
const keysOf = async (level: RenewableLevel) => {
  const keys: string[] = [];
  for await (const [key] of level.entries({ gte: Uint8Array.of(0), lt: Uint8Array.of(9) }))
    keys.push(`${key[0]}.${key[1]}`);
  return keys;
};
/** A database with a table of both sorts of keys, closed. */
const fill = async () => {
  const level = await open();
  for (let i = 0; i < 200; i++) await put(level, 1 + (i % 2), i);
  await level.close();
  const again = await open();
  await again.close();
};
const tables = () =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.ldb'))
    .map((name) => join(folder, name));
/** Makes data blocks of every table into something that is no block; the index still leads to them. */
const ruin = (part = 0.6, from = 0) => {
  expect(tables().length).toBeGreaterThan(0);
  for (const table of tables()) {
    const bytes = readFileSync(table);
    bytes.fill(0xff, Math.floor(bytes.length * from), Math.floor(bytes.length * part));
    writeFileSync(table, bytes, { flag: 'r+' });
  }
};

test('an intact database stays unchanged', async () => {
  await fill();
  const level = await open();
  expect([level.renewedBecause, (await keysOf(level)).length, said]).toEqual([null, 200, []]);
  await level.close();
  expect(existsSync(`${folder}.damaged`)).toBe(false);
});

describe('corruption that exists before the opening', () => {
  test('is found before LevelDB opens the database; the readable records to keep are kept', async () => {
    await fill();
    ruin(0.3);
    const level = await open();
    expect(level.renewedBecause).toMatch(/table \d+ is damaged/);
    const keys = await keysOf(level);
    expect(keys.filter((key) => !key.startsWith('1.'))).toEqual([]);
    expect(keys.length).toBeGreaterThan(20);
    expect(keys.length).toBeLessThan(100);
    expect(said).toEqual(['the test database is corrupt; it is renamed and created again']);
    await put(level, 2, 7);
    await level.close();

    const again = await open();
    expect([again.renewedBecause, (await keysOf(again)).includes('2.7')]).toEqual([null, true]);
    await again.close();
  });

  test('keeps the renamed database until a start finds an intact one', async () => {
    await fill();
    ruin();
    await (await open()).close();
    expect(readdirSync(`${folder}.damaged`).some((name) => name.endsWith('.ldb'))).toBe(true);
    await (await open()).close();
    expect(existsSync(`${folder}.damaged`)).toBe(false);
  });

  test.each<[string, () => void]>([
    [
      'a file in the place of the folder',
      () => (rmSync(folder, { recursive: true }), writeFileSync(folder, 'x')),
    ],
    [
      'a folder in the place of a table',
      () => {
        const [table] = tables();
        rmSync(table!);
        mkdirSync(table!);
      },
    ],
    ['no manifest', () => rmSync(join(folder, 'CURRENT'))],
  ])('%s does not prevent the opening', async (_what, hurt) => {
    await fill();
    hurt();
    const level = await open();
    expect(level.renewedBecause).not.toBeNull();
    await put(level, 2, 1);
    expect(await keysOf(level)).toContain('2.1');
    await level.close();
  });

  test('a folder in which no database can be created is reported as unusable', async () => {
    const file = join(newDirectory(), 'file');
    writeFileSync(file, '');
    expect(codeOf(await open({ folder: join(file, 'data') }).catch((error: unknown) => error))).toBe(
      'test-unusable',
    );
  });
});

describe('a crash in the middle of a replacement', () => {
  test('before the old one was renamed: the old one is replaced again', async () => {
    await fill();
    ruin(0.3);
    mkdirSync(`${folder}.new`);
    writeFileSync(join(`${folder}.new`, '000003.log'), 'half of it');
    const level = await open();
    expect((await keysOf(level)).length).toBeGreaterThan(20);
    await level.close();
    expect(existsSync(`${folder}.new`)).toBe(false);
  });

  test('after the old one was renamed: the new one replaces it', async () => {
    await fill();
    cpSync(folder, `${folder}.new`, { recursive: true });
    renameSync(folder, `${folder}.damaged`);
    const level = await open();
    expect([level.renewedBecause, (await keysOf(level)).length]).toEqual([null, 200]);
    await level.close();
  });
});

describe('corruption that is found while it is open', () => {
  test('makes a read fail with its own code; after the renewal reads and writes succeed', async () => {
    await fill();
    const level = await open();
    ruin();
    await expect(keysOf(level)).rejects.toMatchObject({ code: 'test-damaged' });
    await level.renew('a read failed', (kept) => [...kept, [Uint8Array.of(2, 99), Uint8Array.of(1)]]);
    const keys = await keysOf(level);
    expect([keys.includes('2.99'), keys.includes('2.1'), level.renewedBecause]).toEqual([
      true,
      false,
      'a read failed',
    ]);
    await put(level, 2, 5);
    await level.close();
  });

  test('found by a compaction, makes every later write fail with its own code, until the renewal', async () => {
    await fill();
    const level = await open();
    ruin();
    const failed = new Set<string | undefined>();
    // Enough for LevelDB to flush and compact some times.
    for (let i = 0; i < 4000 && failed.size === 0; i++)
      await put(level, 2, i % 250, 900).catch((error: unknown) => failed.add(codeOf(error)));
    expect([...failed]).toEqual(['test-damaged']);
    await expect(put(level, 2, 1)).rejects.toMatchObject({ code: 'test-damaged' });

    await level.renew('a write failed', (kept) => kept);
    for (let i = 0; i < 4000; i++) await put(level, 2, i % 250, 900);
    expect((await keysOf(level)).filter((key) => key.startsWith('2.'))).toHaveLength(250);
    await level.close();
    expect(said).toEqual(['the test database is corrupt; it is renamed and created again']);
  });

  test('on a disk that accepts no new database is reported, and the renewal can be tried again', async () => {
    await fill();
    const level = await open();
    const opening = vi.spyOn(ClassicLevel.prototype, 'open').mockRejectedValue(new Error('IO error: no'));
    await expect(level.renew('again', (kept) => kept)).rejects.toMatchObject({ code: 'test-unusable' });
    opening.mockRestore();
    await expect(level.write([], false)).rejects.toMatchObject({ code: 'test-unusable' });
    await expect(level.get(Uint8Array.of(1))).rejects.toMatchObject({ code: 'test-unusable' });
    await level.renew('again', (kept) => kept);
    expect(await keysOf(level)).toHaveLength(100);
    await level.close();
  });
});

test('a full disk is not corruption: it is reported once, and no database is renamed', async () => {
  const full: unknown[] = [];
  const level = await open({ onRefused: (error) => full.push(error.code) });
  const batch = vi.spyOn(ClassicLevel.prototype, 'batch').mockImplementation((() => ({
    put: () => undefined,
    write: () => Promise.reject(new Error('IO error: 000003.log: No space left on device')),
  })) as never);
  await expect(put(level, 1, 1)).rejects.toMatchObject({ code: 'disk-full' });
  await expect(put(level, 1, 1)).rejects.toMatchObject({ code: 'disk-full' });
  batch.mockRestore();
  expect([full, existsSync(`${folder}.damaged`)]).toEqual([['disk-full'], false]);
  await level.close();
});
