import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { NotReadable, readRegularFile, readRegularFileSync } from '../../../main/lib/read-regular.ts';
import { newFolder } from '../../support/folder.ts';

const ways = [
  ['at once', (path: string, most: number) => Promise.resolve().then(() => readRegularFileSync(path, most))],
  ['in the background', readRegularFile],
] as const;

describe.each(ways)('a file read %s', (_how, read) => {
  test('returns its bytes, also through a symbolic link', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'file'), 'text');
    symlinkSync(join(folder, 'file'), join(folder, 'link'));
    expect((await read(join(folder, 'file'), 4)).toString()).toBe('text');
    expect((await read(join(folder, 'link'), 4)).toString()).toBe('text');
    writeFileSync(join(folder, 'file'), '');
    expect(await read(join(folder, 'file'), 4)).toHaveLength(0);
  });

  test('is refused above its limit, however little of it is on the disk', async () => {
    const path = join(newFolder(), 'file');
    writeFileSync(path, '');
    truncateSync(path, 2 ** 40);
    await expect(read(path, 1000)).rejects.toMatchObject({ code: 'EFBIG' });
  });

  test.skipIf(process.platform === 'win32').each<[string, (path: string) => void]>([
    ['a FIFO that nobody writes to', (path) => void execFileSync('mkfifo', [path])],
    ['a link to a device without an end', (path) => symlinkSync('/dev/zero', path)],
    ['a link to a full device', (path) => symlinkSync('/dev/full', path)],
    ['a folder', (path) => mkdirSync(path)],
  ])('is refused immediately when it is %s', async (_what, make) => {
    const path = join(newFolder(), 'file');
    make(path);
    const error: unknown = await read(path, 1000).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NotReadable);
    expect(error).toMatchObject({ code: 'ENOTFILE' });
  });

  test('that is missing has its own code', async () => {
    await expect(read(join(newFolder(), 'nothing'), 10)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
