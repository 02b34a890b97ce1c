import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readPlace } from '../../../main/lib/data-place.ts';
import { openDataDirectory } from '../../../main/lib/datadir.ts';
import { usedRoot } from '../../../main/lib/moved-root.ts';
import type { CopyProgress } from '../../../main/session/copy-data.ts';
import { type MoveDeps, moveData } from '../../../main/session/move-data.ts';
import { deleteOldCopy, useOldCopy } from '../../../main/session/old-copy.ts';
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
import { programOf } from '../../support/programs.ts';

const CHILD = programOf(new URL('../../support/fixtures/move-data.ts', import.meta.url));
describe('a move', () => {
  test('copies all data and nothing else, private, and records the new root', async () => {
    const [home, to] = [newHome(), newTarget()];
    const before = contentOf(home);
    const seen: CopyProgress[] = [];
    await moveData(home, to, { ...DEPS, report: (progress) => seen.push(progress) });
    expect(usedRoot(home)).toBe(to);
    expect(contentOf(to)).toEqual(before);
    expect(contentOf(home)).toEqual(before);
    expect(readdirSync(to).toSorted()).toEqual([
      'data-place.json',
      'local',
      'networks.json',
      'ours-abababab',
    ]);
    const modes = readdirSync(to, { recursive: true, encoding: 'utf8' }).map(
      (name) => statSync(join(to, name)).mode & 0o777,
    );
    expect(new Set([...modes, statSync(to).mode & 0o777])).toEqual(new Set([0o700, 0o600]));
    const total = Object.values(before).reduce((sum, text) => sum + Buffer.from(text, 'base64').length, 0);
    expect(seen.at(0)).toEqual({ phase: 'copying', done: 0, total });
    expect(seen.at(-1)).toEqual({ phase: 'verifying', done: total, total });
    expect(readPlace(home)).toMatchObject({
      path: to,
      moving: null,
      old: { path: home, since: 1_800_000_000 },
    });
  });

  test('leaves a directory that is not a copy, and an old one that is refused', async () => {
    const [home, to] = [newHome(), newTarget()];
    await moveData(home, to, DEPS);
    const place = JSON.parse(readFileSync(join(to, 'local', 'identity.place'), 'utf8')) as {
      inode: string;
      path: string;
    };
    expect(place).toMatchObject({ path: join(to, 'local'), inode: String(statSync(join(to, 'local')).ino) });
    expect(await codeOf(openDataDirectory(join(home, 'local')))).toBe('datadir-moved');
    await (await openDataDirectory(join(to, 'local'))).release();
  });

  test('goes back with everything that was added since, and can be repeated', async () => {
    const [home, to] = [newHome(), newTarget()];
    await moveData(home, to, DEPS);
    writeFileSync(join(to, 'local', 'wallets', 'New.wallet'), 'money');
    const newest = contentOf(to);
    await moveData(home, home, DEPS);
    expect(usedRoot(home)).toBe(home);
    expect(contentOf(home)).toEqual(newest);
    expect(codeWhenOpened(join(to, 'local'))).toBe('datadir-moved');
    expect(codeWhenOpened(join(home, 'local'))).toBeNull();
    await deleteOldCopy(home);
    expect(existsSync(to)).toBe(false);
    expect(existsSync(join(home, 'data-place.json'))).toBe(false);
    const third = newTarget();
    await moveData(home, third, DEPS);
    await deleteOldCopy(home);
    expect(contentOf(third)).toEqual(newest);
    expect(readdirSync(home).toSorted()).toEqual([
      'a letter of the user.txt',
      'data-place.json',
      'window.json',
    ]);
    // Without an old copy, the data can move back into the home, where the app has its own files.
    await moveData(home, home, DEPS);
    expect(contentOf(home)).toEqual(newest);
  });

  test('the old copy is used as it was where the new place is gone', async () => {
    const [home, to] = [newHome(), newTarget()];
    const before = contentOf(home);
    await moveData(home, to, DEPS);
    rmSync(to, { recursive: true });
    expect(() => usedRoot(home)).toThrow(expect.objectContaining({ code: 'data-place-missing' }) as Error);
    await useOldCopy(home, DEPS.now);
    expect(usedRoot(home)).toBe(home);
    expect(contentOf(home)).toEqual(before);
    expect(codeWhenOpened(join(home, 'local'))).toBeNull();
  });
});

describe('refused, and nothing is changed', () => {
  async function refusal(
    home: string,
    to: string,
    deps: Partial<MoveDeps> = {},
  ): Promise<string | undefined> {
    const before = contentOf(home);
    const code = await codeOf(moveData(home, to, { ...DEPS, ...deps }));
    expect(usedRoot(home)).toBe(home);
    expect(contentOf(home)).toEqual(before);
    expect(existsSync(join(home, 'data-place.json'))).toBe(false);
    return code;
  }

  test('the same place, one inside the other, and a folder with other files', async () => {
    const home = newHome();
    const outer = newTarget();
    const inside = join(home, 'inside');
    mkdirSync(inside);
    writeFileSync(join(outer, 'x'), '');
    expect(await refusal(home, home)).toBe('move-same-place');
    expect(await refusal(home, inside)).toBe('move-inside');
    expect(await refusal(home, join(home, '..'))).toBe('move-inside');
    expect(await refusal(home, outer)).toBe('move-not-empty');
    expect(await refusal(home, join(outer, 'missing'))).toBe('move-place-gone');
  });

  test('symbolic links, as the target and in the data', async () => {
    const [home, to] = [newHome(), newTarget()];
    const link = join(newTarget(), 'link');
    symlinkSync(to, link);
    expect(await refusal(home, link)).toBe('move-link');
    symlinkSync('/etc/passwd', join(home, 'local', 'wallets', 'link'));
    expect(await codeOf(moveData(home, to, DEPS))).toBe('move-link');
    expect(readdirSync(to)).toEqual([]);
  });

  test('too little space', async () => {
    const home = newHome();
    expect(await refusal(home, newTarget(), { free: () => Promise.resolve(6_000_000) })).toBe('move-no-room');
  });

  test('a node that runs', async () => {
    const home = newHome();
    const lock = await openDataDirectory(join(home, 'local'));
    expect(await codeOf(moveData(home, newTarget(), DEPS))).toBe('datadir-in-use');
    await lock.release();
    expect(existsSync(join(home, 'data-place.json'))).toBe(false);
  });

  test('a folder that cannot be written', async () => {
    const [home, to] = [newHome(), newTarget()];
    if (process.getuid?.() === 0) return console.log('not tested: root may write to every folder');
    chmodSync(to, 0o500);
    expect(await refusal(home, to)).toBe('move-read-only');
    chmodSync(to, 0o700);
  });
});

describe('a fault in the middle', () => {
  /** Opens files whose writes or reads fail once `bytes` were written. */
  function faulty(bytes: number, fault: (file: FileHandle) => unknown): typeof open {
    let written = 0;
    return async (path, flags, mode) => {
      const file = await open(path, flags, mode);
      const write = file.write.bind(file) as (data: Buffer, at: number) => Promise<{ bytesWritten: number }>;
      const wrapped = async (data: Buffer, at: number) => {
        written += data.length - at;
        if (written > bytes) await fault(file);
        return write(data, at);
      };
      return Object.assign(file, { write: wrapped });
    };
  }
  const failing = (code: string) => () => {
    throw Object.assign(new Error(`${code}: injected`), { code });
  };

  test.each([
    ['ENOSPC', 'move-no-room'],
    ['EROFS', 'move-read-only'],
    ['EIO', 'move-failed'],
  ])('%s removes the copy and keeps the old place', async (fault, code) => {
    const [home, to] = [newHome(), newTarget()];
    const before = contentOf(home);
    expect(await codeOf(moveData(home, to, { ...DEPS, open: faulty(4_000_000, failing(fault)) }))).toBe(code);
    expect(readdirSync(to)).toEqual([]);
    expect(usedRoot(home)).toBe(home);
    expect(contentOf(home)).toEqual(before);
    await (await openDataDirectory(join(home, 'local'))).release();
  });

  test('a removable place that vanishes', async () => {
    const [home, to] = [newHome(), newTarget()];
    const unplug = () => {
      rmSync(to, { recursive: true });
      failing('EIO')();
    };
    expect(await codeOf(moveData(home, to, { ...DEPS, open: faulty(1_000_000, unplug) }))).toBe(
      'move-place-gone',
    );
    expect(usedRoot(home)).toBe(home);
  });

  test('bytes that change on the way are found', async () => {
    const [home, to] = [newHome(), newTarget()];
    const spoil = async (path: Parameters<typeof open>[0], flags?: string | number, mode?: number) => {
      const file = await open(path, flags, mode);
      const write = file.write.bind(file) as (data: Buffer, at: number) => Promise<{ bytesWritten: number }>;
      const wrapped = (data: Buffer, at: number) => {
        const spoilt = Buffer.from(data);
        if (data.length === 700) spoilt[350]! ^= 1;
        return write(spoilt, at);
      };
      return Object.assign(file, { write: wrapped });
    };
    expect(await codeOf(moveData(home, to, { ...DEPS, open: spoil as typeof open }))).toBe('move-unverified');
    expect(readdirSync(to)).toEqual([]);
    expect(usedRoot(home)).toBe(home);
  });

  test.each(['copying', 'verifying'])('cancelled while %s', async (phase) => {
    const [home, to] = [newHome(), newTarget()];
    const life = new AbortController();
    const report = (progress: CopyProgress) => {
      if (progress.phase === phase && progress.done > 0) life.abort(new Error('cancelled'));
    };
    await expect(moveData(home, to, { ...DEPS, signal: life.signal, report })).rejects.toThrow('cancelled');
    expect(readdirSync(to)).toEqual([]);
    expect(usedRoot(home)).toBe(home);
  });
});

test('a move that is cancelled ends although its disk does not answer', async () => {
  const [home, to] = [newHome(), newTarget()];
  const life = new AbortController();
  const answered = Promise.withResolvers<null>();
  const stuck: typeof open = async (path, flags, mode) => {
    const file = await open(path, flags, mode);
    const write = async (data: Buffer, at: number) => {
      life.abort(new Error('cancelled'));
      await answered.promise;
      return { bytesWritten: data.length - at };
    };
    return flags === 'wx' ? Object.assign(file, { write }) : file;
  };
  await expect(moveData(home, to, { ...DEPS, signal: life.signal, open: stuck })).rejects.toThrow(
    'cancelled',
  );
  expect(usedRoot(home)).toBe(home);
  expect(readdirSync(to)).toEqual([]);
  await (await openDataDirectory(join(home, 'local'))).release();
  // Else its file would stay open.
  answered.resolve(null);
});

describe('kill -9 after each step', () => {
  function run(args: readonly string[], after: number): { killed: boolean; step: string } {
    const { signal, stderr, status } = spawnSync(process.execPath, [CHILD, ...args], {
      env: { ...process.env, KITH_CRASH_AFTER: String(after) },
      encoding: 'utf8',
    });
    if (signal === null) expect(status, stderr).toBe(0);
    return { killed: signal !== null, step: /crash point: (.*)/.exec(stderr)?.[1] ?? '' };
  }

  /** Both roots of a move; exactly one of them may be opened. */
  function checkOne(home: string, roots: readonly string[], content: Record<string, string>): void {
    const used = usedRoot(home);
    expect(contentOf(used)).toEqual(content);
    for (const root of roots.filter((each) => each !== used && existsSync(join(each, 'local'))))
      expect(['datadir-moved', 'datadir-half-copy']).toContain(codeWhenOpened(join(root, 'local')));
    expect(codeWhenOpened(join(used, 'local'))).toBeNull();
  }

  test('one usable data directory is left, and the move can be done again', async () => {
    const steps = new Set<string>();
    for (let after = 1; ; after++) {
      const [home, to] = [newHome(['local']), newTarget()];
      const content = contentOf(home);
      const { killed, step } = run(['move', home, to], after);
      checkOne(home, [home, to], content);
      if (!killed) break;
      steps.add(step);
      const moved = usedRoot(home) === to;
      expect(moved, step).toBe(step === 'data place');
      await recoverMove(home, throwIt);
      checkOne(home, [home, to], content);
      expect(readPlace(home)?.moving ?? null).toBeNull();
      if (moved) continue;
      expect(readdirSync(to)).toEqual([]);
      await moveData(home, to, DEPS);
      checkOne(home, [home, to], content);
    }
    expect(steps).toEqual(new Set(['move begun', 'copied file', 'moved entry', 'data place']));
  }, 600_000);

  test('the same on the way back, and while the old copy is deleted', async () => {
    const [home, to] = [newHome(['local']), newTarget()];
    await moveData(home, to, DEPS);
    writeFileSync(join(to, 'local', 'wallets', 'New.wallet'), 'money');
    const content = contentOf(to);
    for (let after = 1; ; after++) {
      const { killed, step } = run(['move', home, home], after);
      checkOne(home, [home, to], content);
      await recoverMove(home, throwIt);
      checkOne(home, [home, to], content);
      if (!killed || step === 'data place') break;
      expect(existsSync(join(home, 'kith-incoming'))).toBe(false);
    }
    for (let after = 1; run(['delete', home], after).killed; after++) checkOne(home, [home, to], content);
    await recoverMove(home, throwIt);
    expect(existsSync(to)).toBe(false);
    expect(existsSync(join(home, 'data-place.json'))).toBe(false);
    checkOne(home, [home], content);
  }, 600_000);

  test('an old copy that was being replaced can be deleted afterwards', async () => {
    const [home, first, second] = [newHome(['local']), newTarget(), newTarget()];
    await moveData(home, first, DEPS);
    await deleteOldCopy(home);
    await moveData(home, second, DEPS);
    const steps: string[] = [];
    for (let after = 1; ; after++) {
      const { killed, step } = run(['move', home, first], after);
      if (!killed || step === 'data place') break;
      steps.push(step);
      await recoverMove(home, throwIt);
      expect(usedRoot(home)).toBe(second);
      await deleteOldCopy(home);
      expect(existsSync(first)).toBe(false);
      mkdirSync(first);
      await moveData(home, first, DEPS);
      await deleteOldCopy(home);
      mkdirSync(second);
      await moveData(home, second, DEPS);
    }
    expect(steps).toContain('moved entry');
  }, 600_000);

  test('a half copy on a disk that was away is removed when that folder is chosen again', async () => {
    const [home, to] = [newHome(['local']), newTarget()];
    const content = contentOf(home);
    expect(run(['move', home, to], 4).step).toBe('copied file');
    const away = `${to}-away`;
    renameSync(to, away);
    await recoverMove(home, throwIt);
    renameSync(away, to);
    expect(codeWhenOpened(join(to, 'local'))).toBe('datadir-half-copy');
    await moveData(home, to, DEPS);
    checkOne(home, [home, to], content);
  });
});

describe('another disk at a path of the record', () => {
  /** Leaves an empty folder, as a mount point is without its disk. */
  function unplug(root: string): void {
    renameSync(root, `${root}-away`);
    mkdirSync(root);
  }

  test('nothing is written where the disk of the data is absent, and the old copy is kept', async () => {
    const [home, to] = [newHome(), newTarget()];
    const before = contentOf(home);
    await moveData(home, to, DEPS);
    unplug(to);
    expect(await codeOf(recoverMove(home, throwIt))).toBe('data-place-missing');
    expect(await codeOf(deleteOldCopy(home))).toBe('data-place-missing');
    expect(readdirSync(to)).toEqual([]);
    expect(contentOf(home)).toEqual(before);
  });

  test('nothing is deleted or replaced on a disk that has not the old copy', async () => {
    const [home, first, second] = [newHome(), newTarget(), newTarget()];
    await moveData(home, first, DEPS);
    await deleteOldCopy(home);
    await moveData(home, second, DEPS);
    unplug(first);
    mkdirSync(join(first, 'local'));
    writeFileSync(join(first, 'local', 'a letter'), '');
    await recoverMove(home, throwIt);
    expect(await codeOf(moveData(home, first, DEPS))).toBe('move-place-gone');
    expect(await codeOf(deleteOldCopy(home))).toBe('move-place-gone');
    renameSync(second, `${second}-away`);
    expect(await codeOf(useOldCopy(home, DEPS.now))).toBe('move-place-gone');
    expect(readdirSync(first, { recursive: true })).toEqual(['local', 'local/a letter']);
  });

  test('a wallet that the user put into the home stays when the data cannot move back', async () => {
    const [home, to] = [newHome(), newTarget()];
    await moveData(home, to, DEPS);
    await deleteOldCopy(home);
    mkdirSync(join(home, 'local', 'wallets'), { recursive: true });
    const wallet = join(home, 'local', 'wallets', 'Restored.wallet');
    writeFileSync(wallet, 'money');
    expect(await codeOf(moveData(home, home, DEPS))).toBe('move-not-empty');
    expect(existsSync(wallet)).toBe(true);
    rmSync(join(home, 'local'), { recursive: true });
    // The same while the data is being copied.
    const report = ({ phase }: CopyProgress) => {
      if (phase === 'verifying') mkdirSync(join(home, 'local', 'wallets'), { recursive: true });
      if (phase === 'verifying') writeFileSync(wallet, 'money');
    };
    expect(await codeOf(moveData(home, home, { ...DEPS, report }))).toBe('move-not-empty');
    expect(existsSync(wallet)).toBe(true);
    expect(usedRoot(home)).toBe(to);
  });

  test('a data directory that another program creates during the copy ends the move', async () => {
    const [home, to] = [newHome(), newTarget()];
    const report = ({ phase }: CopyProgress) => {
      if (phase !== 'verifying') return;
      for (const name of ['lock', 'wallets']) mkdirSync(join(home, 'new', name), { recursive: true });
    };
    expect(await codeOf(moveData(home, to, { ...DEPS, report }))).toBe('move-failed');
    expect(usedRoot(home)).toBe(home);
    expect(readdirSync(to)).toEqual([]);
  });

  test('a half copy that cannot be removed is reported, and the data in use opens', async () => {
    const [home, to] = [newHome(), newTarget()];
    const life = new AbortController();
    const report = () => {
      writeFileSync(join(to, 'data-place.json'), 'spoilt');
      life.abort(new Error('cancelled'));
    };
    await expect(moveData(home, to, { ...DEPS, signal: life.signal, report })).rejects.toThrow('cancelled');
    const errors: unknown[] = [];
    await recoverMove(home, (error) => errors.push(error));
    expect(errors).toEqual([expect.objectContaining({ code: 'data-place-invalid' })]);
    expect(readPlace(home)!.moving).not.toBeNull();
    expect(usedRoot(home)).toBe(home);
    expect(codeWhenOpened(join(home, 'local'))).toBeNull();
  });
});

test('a record that cannot be read opens nothing', () => {
  const home = newHome(['local']);
  for (const text of [
    '',
    '{}',
    '{"version":2}',
    `{"version":1,"path":"relative","old":null,"moving":null}`,
  ]) {
    writeFileSync(join(home, 'data-place.json'), text);
    expect(() => usedRoot(home), text).toThrow(
      expect.objectContaining({ code: 'data-place-invalid' }) as Error,
    );
    expect(codeWhenOpened(join(home, 'local'))).toBe('data-place-invalid');
  }
});
