import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readMark, readPlace } from '../../../main/lib/data-place.ts';
import { openDataDirectory } from '../../../main/lib/datadir.ts';
import { usedRoot } from '../../../main/lib/moved-root.ts';
import { moveData } from '../../../main/session/move-data.ts';
import {
  deleteOldCopy,
  forgetOldCopy,
  relocateRoot,
  unusedDirectories,
  useOldCopy,
} from '../../../main/session/old-copy.ts';
import { recoverMove } from '../../../main/session/recover-move.ts';
import {
  codeOf,
  codeWhenOpened,
  contentOf,
  DEPS,
  newHome,
  newTarget,
  throwIt,
} from '../../support/moved-home.ts';

async function moved(): Promise<{ home: string; to: string }> {
  const [home, to] = [newHome(['local']), newTarget()];
  await moveData(home, to, DEPS);
  return { home, to };
}

async function addWallet(root: string, name: string): Promise<void> {
  const node = await openDataDirectory(join(root, 'local'));
  writeFileSync(join(root, 'local', 'wallets', name), 'money');
  await node.release();
}

describe('the old copy that is used because a disk is absent', () => {
  /** Both roots were used after the move. */
  async function diverged(): Promise<{ home: string; to: string }> {
    const { home, to } = await moved();
    await addWallet(to, 'Since.wallet');
    renameSync(to, `${to}-away`);
    await useOldCopy(home, DEPS.now);
    await addWallet(home, 'Meanwhile.wallet');
    renameSync(`${to}-away`, to);
    return { home, to };
  }

  test('stays the only one that can be opened when the disk is there again', async () => {
    const { home, to } = await diverged();
    // Before any start has corrected the mark.
    expect(codeWhenOpened(join(to, 'local'))).toBe('datadir-moved');
    await recoverMove(home, throwIt);
    expect(readMark(to)!.state).toBe('left');
    expect(usedRoot(home)).toBe(home);
    expect(codeWhenOpened(join(home, 'local'))).toBeNull();
    expect(codeWhenOpened(join(to, 'local'))).toBe('datadir-moved');
    rmSync(home, { recursive: true });
    expect(codeWhenOpened(join(to, 'local'))).toBe('datadir-left');
  });

  test('is not replaced, and the user can switch between the two', async () => {
    const { home, to } = await diverged();
    expect(readPlace(home)!.old).toMatchObject({ path: to, diverged: true, intact: true });
    for (const target of [to, newTarget()])
      expect(await codeOf(moveData(home, target, DEPS))).toBe('move-old-kept');
    await useOldCopy(home, DEPS.now);
    expect(usedRoot(home)).toBe(to);
    expect(readMark(to)!.state).toBe('used');
    expect(existsSync(join(to, 'local', 'wallets', 'Since.wallet'))).toBe(true);
    expect(codeWhenOpened(join(to, 'local'))).toBeNull();
    expect(codeWhenOpened(join(home, 'local'))).toBe('datadir-moved');
    await useOldCopy(home, DEPS.now);
    expect(usedRoot(home)).toBe(home);
    expect(existsSync(join(home, 'local', 'wallets', 'Meanwhile.wallet'))).toBe(true);
  });

  test('is deleted with what was added to it since, when the user says so', async () => {
    const { home, to } = await diverged();
    await recoverMove(home, throwIt);
    const left = contentOf(home);
    await deleteOldCopy(home);
    expect(existsSync(to)).toBe(false);
    expect(contentOf(home)).toEqual(left);
    expect(existsSync(join(home, 'data-place.json'))).toBe(false);
  });
});

describe('an old copy whose disk is lost', () => {
  test('can be forgotten, so that another move is possible, and is refused if it is there again', async () => {
    const { home, to } = await moved();
    await moveData(home, home, DEPS);
    renameSync(to, `${to}-away`);
    expect(await codeOf(deleteOldCopy(home))).toBe('move-place-gone');
    const next = newTarget();
    expect(await codeOf(moveData(home, next, DEPS))).toBe('move-old-kept');
    await forgetOldCopy(home);
    renameSync(`${to}-away`, to);
    expect(codeWhenOpened(join(to, 'local'))).toBe('datadir-moved');
    await moveData(home, next, DEPS);
    expect(usedRoot(home)).toBe(next);
  });

  test('is refused for good once it was forgotten, also after other moves', async () => {
    const { home, to } = await moved();
    await moveData(home, home, DEPS);
    renameSync(to, `${to}-away`);
    await forgetOldCopy(home);
    const report = () => {
      throw new Error('cancelled');
    };
    await expect(moveData(home, newTarget(), { ...DEPS, report })).rejects.toThrow('cancelled');
    const next = newTarget();
    await moveData(home, next, DEPS);
    await moveData(home, home, DEPS);
    await deleteOldCopy(home);
    renameSync(`${to}-away`, to);
    expect(codeWhenOpened(join(to, 'local'))).toBe('datadir-moved');
    expect(codeWhenOpened(join(home, 'local'))).toBeNull();
  });
});

describe('a place that is at another path now', () => {
  test('is used where the user shows it, with the identity of before', async () => {
    const { home, to } = await moved();
    await addWallet(to, 'Since.wallet');
    const now = `${to}-elsewhere`;
    renameSync(to, now);
    expect(await codeOf(recoverMove(home, throwIt))).toBe('data-place-missing');
    await relocateRoot(home, now);
    await recoverMove(home, throwIt);
    expect(usedRoot(home)).toBe(now);
    expect(codeWhenOpened(join(now, 'local'))).toBeNull();
    expect(codeWhenOpened(join(home, 'local'))).toBe('datadir-moved');
    const identity = JSON.parse(readFileSync(join(now, 'local', 'identity.place'), 'utf8')) as object;
    expect(identity).toMatchObject({ path: join(now, 'local') });
    await deleteOldCopy(home);
    expect(existsSync(join(now, 'local', 'wallets', 'Since.wallet'))).toBe(true);
  });

  test('is recognised by the id of its mark, and nothing else is accepted', async () => {
    const { home, to } = await moved();
    await deleteOldCopy(home);
    const next = newTarget();
    await moveData(home, next, DEPS);
    renameSync(next, `${next}-elsewhere`);
    const other = newHome(['local']);
    const foreign = newTarget();
    await moveData(other, foreign, DEPS);
    // An empty folder, the old copy, that of another home, a part of the data, and something that is not there.
    const parts = [newTarget(), to, foreign, join(`${next}-elsewhere`, 'local'), join(next, 'gone')];
    for (const path of parts) expect(await codeOf(relocateRoot(home, path)), path).toBe('move-not-that');
    await relocateRoot(home, `${next}-elsewhere`);
    expect(usedRoot(home)).toBe(`${next}-elsewhere`);
  });

  test('keeps the note of its place in a copy, which is not the same folder', async () => {
    const { home, to } = await moved();
    const copy = newTarget();
    cpSync(to, copy, { recursive: true });
    rmSync(to, { recursive: true });
    await relocateRoot(home, copy);
    expect(readFileSync(join(copy, 'local', 'identity.place'), 'utf8')).toContain(join(to, 'local'));
  });
});

test('data that was put where the data was before is told of', async () => {
  const { home, to } = await moved();
  expect(unusedDirectories(home, readPlace(home))).toEqual([]);
  const restored = join(home, 'restored');
  for (const name of ['lock', 'wallets']) mkdirSync(join(restored, name), { recursive: true });
  expect(unusedDirectories(home, readPlace(home))).toEqual([restored]);
  await deleteOldCopy(home);
  expect(existsSync(restored)).toBe(true);
  expect(unusedDirectories(home, readPlace(home))).toEqual([restored]);
  expect(usedRoot(home)).toBe(to);
});
