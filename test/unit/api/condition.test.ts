import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createConditionReader } from '../../../main/api/condition.ts';
import { folderIdentityOf } from '../../../main/lib/folder-identity.ts';
import type { NetworkStatus } from '../../../main/net/network.ts';
import { newFolder } from '../../support/folder.ts';
import { until } from '../../support/until.ts';

/** A reader over a data directory, ten seconds later at each look. */
function looking() {
  const datadir = join(newFolder(), 'data');
  mkdirSync(datadir);
  let [ms, looks] = [0, 0];
  let answer: Promise<unknown> = Promise.resolve();
  const read = createConditionReader({
    datadir,
    network: () => ({ notices: [], reach: {} }) as unknown as NetworkStatus,
    notices: () => [{ code: 'other', message: 'Something else.' }],
    ms: () => ms,
    identifyFolder(path) {
      looks++;
      const identity = folderIdentityOf(path);
      answer = identity;
      return identity;
    },
  });
  const codes = () => read().notices.map(({ code }) => code);
  /** What is told from some look on; each comes when the figures of the one before are too old. */
  const later = (expected: readonly string[]) =>
    until(
      () => {
        ms += 10_000;
        return JSON.stringify(codes()) === JSON.stringify(expected);
      },
      `told: ${expected.join(', ')}`,
    );
  /** The last look has its answer, and what waited for that has run. */
  const answered = async () => {
    await answer.catch(() => undefined);
    await new Promise(setImmediate);
  };
  return { datadir, read, later, answered, looks: () => looks, pass: (more: number) => (ms += more) };
}

describe.skipIf(process.platform === 'win32')('a data directory that leaves its place at run time', () => {
  test('is reported when it is moved, until it is back', async () => {
    const { datadir, read, later } = looking();
    renameSync(datadir, `${datadir}-elsewhere`);
    await later(['datadir-gone', 'other']);
    expect(read().notices[0]!.message).toContain(datadir);
    renameSync(`${datadir}-elsewhere`, datadir);
    await later(['other']);
  });

  test('is reported when it is deleted', async () => {
    const { datadir, later } = looking();
    rmSync(datadir, { recursive: true });
    await later(['datadir-gone', 'other']);
  });

  test('is reported when another folder has its path', async () => {
    const { datadir, later } = looking();
    // It stays somewhere: its inode must not become free for the other one.
    renameSync(datadir, `${datadir}-elsewhere`);
    mkdirSync(datadir);
    await later(['datadir-gone', 'other']);
  });

  test('is checked every ten seconds and not more often', async () => {
    const { answered, looks, read, pass } = looking();
    const counts: number[] = [];
    for (const more of [0, 9_999, 1, 9_999, 1]) {
      pass(more);
      read();
      await answered();
      counts.push(looks());
    }
    expect(counts).toEqual([1, 1, 2, 2, 3]);
  });
});

test('a disk that does not answer is asked for the data directory only once', () => {
  let looks = 0;
  let ms = 0;
  const read = createConditionReader({
    datadir: newFolder(),
    network: () => ({ notices: [], reach: {} }) as unknown as NetworkStatus,
    notices: () => [],
    ms: () => ms,
    identifyFolder() {
      looks++;
      return new Promise(() => undefined);
    },
  });
  for (; ms < 100_000; ms += 10_000) expect(read().notices).toEqual([]);
  expect(looks).toBe(1);
});
