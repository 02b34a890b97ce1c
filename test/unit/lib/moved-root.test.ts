import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readMark, readPlace, writeMark, writePlace } from '../../../main/lib/data-place.ts';
import { openDataDirectory } from '../../../main/lib/datadir.ts';
import { findRoot, usedRoot } from '../../../main/lib/moved-root.ts';
import { moveData } from '../../../main/session/move-data.ts';
import { deleteOldCopy } from '../../../main/session/old-copy.ts';
import { recoverMove } from '../../../main/session/recover-move.ts';
import { codeOf, codeWhenOpened, DEPS, newHome, newTarget, throwIt } from '../../support/moved-home.ts';

const ID = 'ab'.repeat(16);

function codeOfRoot(home: string): string | null {
  try {
    usedRoot(home);
    return null;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

/** A home whose data was moved. */
async function moved(): Promise<{ home: string; to: string }> {
  const [home, to] = [newHome(['local']), newTarget()];
  await moveData(home, to, DEPS);
  return { home, to };
}

describe('a node that starts while the data is being moved', () => {
  test('does not open the old copy if the move ends while it waits for the lock', async () => {
    const [home, to] = [newHome(['local']), newTarget()];
    const opening = openDataDirectory(join(home, 'local'));
    const old = { path: home, id: null, entries: ['local'], since: 1, intact: true, diverged: false };
    await writePlace(home, { path: to, id: ID, old, moving: null });
    expect(await codeOf(opening)).toBe('datadir-moved');
    // Its lock is released.
    rmSync(join(home, 'data-place.json'));
    await (await openDataDirectory(join(home, 'local'))).release();
  });

  test('creates no data directory that the copy would lack', async () => {
    const [home, to] = [newHome(['local']), newTarget()];
    const codes = new Set<string | null>();
    const report = () => {
      codes.add(codeWhenOpened(join(home, 'another')));
      codes.add(codeWhenOpened(home));
    };
    await moveData(home, to, { ...DEPS, report });
    expect(codes).toEqual(new Set(['datadir-moving']));
    expect(codeWhenOpened(join(home, 'another'))).toBe('datadir-moved');
  });

  test('may create one after a move that was killed', async () => {
    const home = newHome(['local']);
    const moving = { path: newTarget(), id: ID, entries: ['local'], pid: 2 ** 30 };
    await writePlace(home, { path: home, id: null, old: null, moving });
    expect(codeWhenOpened(join(home, 'another'))).toBeNull();
  });

  test('ends the move if it was faster', async () => {
    const [home, to] = [newHome(['local']), newTarget()];
    const node = await openDataDirectory(join(home, 'another'));
    expect(await codeOf(moveData(home, to, DEPS))).toBe('datadir-in-use');
    await node.release();
    // A directory in which a node did not get as far as storing anything is not data.
    await moveData(home, to, DEPS);
    expect(existsSync(join(to, 'another'))).toBe(false);
  });
});

describe('a place where the app looks for no data any more', () => {
  test('gets no new data directory', async () => {
    const { home, to } = await moved();
    for (const path of [home, join(home, 'new'), join(home, 'local')])
      expect(codeWhenOpened(path), path).toBe('datadir-moved');
    await deleteOldCopy(home);
    expect(await codeOf(openDataDirectory(join(home, 'new')))).toBe('datadir-moved');
    expect(existsSync(join(home, 'new'))).toBe(false);
    await (await openDataDirectory(join(to, 'new'))).release();
  });

  test('is no home for another start either', async () => {
    const { home, to } = await moved();
    const next = newTarget();
    await deleteOldCopy(home);
    await moveData(home, next, DEPS);
    expect(codeOfRoot(to)).toBe('datadir-moved');
    expect(codeWhenOpened(join(to, 'new'))).toBe('datadir-moved');
    // The home is lost, and with it the record.
    rmSync(home, { recursive: true });
    expect(codeOfRoot(to)).toBe('datadir-left');
    expect(codeWhenOpened(join(to, 'local'))).toBe('datadir-left');
    expect(codeOfRoot(next)).toBeNull();
    // As the sentence says.
    rmSync(join(to, 'data-place.json'));
    expect(codeWhenOpened(join(to, 'local'))).toBeNull();
  });
});

describe('a place that is the home of another start', () => {
  test('opens, and its data is moved only by its own home', async () => {
    const { home, to } = await moved();
    await deleteOldCopy(home);
    expect(usedRoot(to)).toBe(to);
    const mark = readFileSync(join(to, 'data-place.json'), 'utf8');
    expect(await codeOf(moveData(to, newTarget(), DEPS))).toBe('move-other-home');
    expect(readFileSync(join(to, 'data-place.json'), 'utf8')).toBe(mark);
    expect(usedRoot(home)).toBe(to);
    // Without that home, it is a home of its own.
    rmSync(home, { recursive: true });
    const next = newTarget();
    await moveData(to, next, DEPS);
    expect(usedRoot(to)).toBe(next);
  });

  test('is not taken for the data if another disk with an earlier place is at that path', async () => {
    const { home, to } = await moved();
    await deleteOldCopy(home);
    renameSync(to, `${to}-away`);
    mkdirSync(to);
    // As another move of the same home would have left it.
    writeMark(to, { ...readMark(`${to}-away`)!, id: ID });
    expect(codeOfRoot(home)).toBe('data-place-missing');
    expect(codeWhenOpened(join(to, 'local'))).toBe('datadir-moved');
  });
});

describe('a complete copy whose mark was not corrected', () => {
  /** As after a crash between the record and the marks. */
  async function unmarked(): Promise<{ home: string; to: string }> {
    const { home, to } = await moved();
    expect(readMark(to)!.state).toBe('complete');
    return { home, to };
  }

  test('is marked as used before anything in it changes', async () => {
    const { home, to } = await unmarked();
    const node = await openDataDirectory(join(to, 'local'));
    expect(readMark(to)!.state).toBe('used');
    await node.release();
    // So that it is not taken for a copy that may be removed, whatever happens to the record.
    writeFileSync(join(to, 'local', 'wallets', 'New.wallet'), 'money');
    await writePlace(home, { path: home, id: null, old: null, moving: null });
    expect(await codeOf(moveData(home, to, DEPS))).toBe('move-not-empty');
    expect(existsSync(join(to, 'local', 'wallets', 'New.wallet'))).toBe(true);
  });

  test('opens when the home is lost, and is refused while the home has the data', async () => {
    const { home, to } = await unmarked();
    await writePlace(home, { path: home, id: null, old: null, moving: null });
    expect(codeWhenOpened(join(to, 'local'))).toBe('datadir-half-copy');
    rmSync(home, { recursive: true });
    expect(codeWhenOpened(join(to, 'local'))).toBeNull();
    writeMark(to, { ...readMark(to)!, state: 'incoming' });
    expect(codeWhenOpened(join(to, 'local'))).toBe('datadir-half-copy');
  });
});

test('a home that was moved itself, or is mounted at another path, is still the home', async () => {
  const { home, to } = await moved();
  await moveData(home, home, DEPS);
  const now = `${home}-elsewhere`;
  renameSync(home, now);
  expect(usedRoot(now)).toBe(now);
  expect(codeWhenOpened(join(now, 'local'))).toBeNull();
  expect(codeWhenOpened(join(to, 'local'))).toBe('datadir-left');
  await recoverMove(now, throwIt);
  expect(readMark(to)!.home).toBe(now);
  await deleteOldCopy(now);
  expect(existsSync(join(now, 'data-place.json'))).toBe(false);
});

describe('a disk that does not answer', () => {
  const silent = (...paths: readonly string[]) => {
    const asked: string[] = [];
    const answers = (path: string) => {
      asked.push(path);
      return Promise.resolve(!paths.includes(path));
    };
    return { asked, answers };
  };

  test('is reported where it has the data', async () => {
    const { home, to } = await moved();
    const { answers } = silent(to);
    expect(await codeOf(findRoot(home, answers))).toBe('data-place-silent');
    expect(await codeOf(recoverMove(home, throwIt, answers))).toBe('data-place-silent');
    expect(await findRoot(home, silent().answers)).toBe(to);
  });

  test('is left alone where it has the old copy, or a copy that was not completed', async () => {
    const { home, to } = await moved();
    await deleteOldCopy(home);
    const next = newTarget();
    await moveData(home, next, DEPS);
    const half = newTarget();
    writeMark(to, { ...readMark(to)!, state: 'used' });
    writeMark(half, { home, state: 'incoming', entries: ['local'], id: ID });
    const moving = { path: half, id: ID, entries: ['local'], pid: 1 };
    await writePlace(home, { ...readPlace(home)!, moving });
    const { asked, answers } = silent(to, half);
    await recoverMove(home, throwIt, answers);
    expect(asked).toEqual([next, to, half]);
    expect(readMark(to)!.state).toBe('used');
    expect(existsSync(join(half, 'data-place.json'))).toBe(true);
    expect(readPlace(home)!.moving).toBeNull();
    expect(usedRoot(home)).toBe(next);
    // It is there again.
    await recoverMove(home, throwIt);
    expect(readMark(to)!.state).toBe('left');
    expect(codeWhenOpened(join(half, 'local'))).toBe('datadir-half-copy');
  });
});
