import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openIdentity } from '../../../../main/net/transport/identity-place.ts';
import { PLACE_FILE } from '../../../../main/net/transport/place-file.ts';
import { silent } from '../../../support/chain/test-chain.ts';
import { newFolder } from '../../../support/folder.ts';
import { systemRandom } from '../../../../main/lib/random.ts';

/** A data directory that was used once, and the id it has. */
async function used(path = join(newFolder(), 'data')) {
  const first = await openIdentity(path, systemRandom, silent);
  expect(first.notice).toBeNull();
  return { path, id: first.key.publicKey.toString() };
}

async function opened(path: string) {
  const { key, notice } = await openIdentity(path, systemRandom, silent);
  return { id: key.publicKey.toString(), code: notice?.code ?? null, message: notice?.message ?? '' };
}

const copyOf = (path: string): string => {
  const copy = join(newFolder(), 'copy');
  cpSync(path, copy, { recursive: true });
  return copy;
};

/** Changes what is noted, as another computer, disk or time would have noted it. */
function renote(path: string, change: object): void {
  const file = join(path, PLACE_FILE);
  const noted = JSON.parse(readFileSync(file, 'utf8')) as object;
  writeFileSync(file, JSON.stringify({ ...noted, ...change }));
}

describe.skipIf(process.platform === 'win32')('the identity of a data directory', () => {
  test('stays without a warning when the folder is opened again, moved within its disk, or was never recorded', async () => {
    const { path, id } = await used();
    expect(statSync(join(path, PLACE_FILE)).mode & 0o777).toBe(0o600);
    expect(await opened(path)).toMatchObject({ id, code: null });
    const moved = `${path}-elsewhere`;
    renameSync(path, moved);
    expect(await opened(moved)).toMatchObject({ id, code: null });
    expect(await opened(moved)).toMatchObject({ id, code: null });
    rmSync(join(moved, PLACE_FILE));
    expect(await opened(moved)).toMatchObject({ id, code: null });
  });

  test('stays when the computer gives the disk another number', async () => {
    const { path, id } = await used();
    renote(path, { device: '1' });
    expect(await opened(path)).toMatchObject({ id, code: null });
  });

  test('is a new one in a copy whose original is still there, which keeps its own', async () => {
    const { path, id } = await used();
    const copy = copyOf(path);
    const found = await opened(copy);
    expect(found.code).toBe('datadir-copied');
    expect(found.message).toContain(path);
    expect(found.id).not.toBe(id);
    expect(readdirSync(copy).filter((name) => name.startsWith('identity.key.copied-'))).toHaveLength(1);
    expect(await opened(copy)).toMatchObject({ id: found.id, code: null });
    expect(await opened(path)).toMatchObject({ id, code: null });
  });

  test('stays with a warning in a copy whose original is gone or on another computer', async () => {
    const { path, id } = await used();
    const copy = copyOf(path);
    rmSync(path, { recursive: true });
    const found = await opened(copy);
    expect(found).toMatchObject({ id, code: 'datadir-relocated' });
    expect(found.message).toContain('identity.key');
    expect(await opened(copy)).toMatchObject({ id, code: null });
    // The same path on another computer.
    renote(copy, { inode: '1' });
    expect(await opened(copy)).toMatchObject({ id, code: 'datadir-relocated' });
  });

  test('stays with a warning when another node is at the path of the original', async () => {
    const { path, id } = await used();
    const copy = copyOf(path);
    rmSync(path, { recursive: true });
    const other = await used(path);
    expect(other.id).not.toBe(id);
    expect(await opened(copy)).toMatchObject({ id, code: 'datadir-relocated' });
  });

  test('is created again as the warning says, and then there is no warning', async () => {
    const { path, id } = await used();
    rmSync(join(path, 'identity.key'));
    renote(path, { inode: '1' });
    const found = await opened(path);
    expect(found.code).toBeNull();
    expect(found.id).not.toBe(id);
  });

  test.each(['', '{', '[]', 'null', '7', '{"version":2}', '{"version":1,"path":7}'])(
    'opens although the note of its place is %j',
    async (text) => {
      const { path, id } = await used();
      writeFileSync(join(path, PLACE_FILE), text);
      expect(await opened(path)).toMatchObject({ id, code: null });
      expect(existsSync(join(path, PLACE_FILE))).toBe(true);
    },
  );
});
