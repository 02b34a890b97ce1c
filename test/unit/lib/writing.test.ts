import { expect, test } from 'vitest';
import { KithError } from '../../../main/lib/errors.ts';
import { diskFailed, diskRefusal } from '../../../main/lib/disk-failure.ts';
import { createWriteLine } from '../../../main/lib/write-line.ts';
import { sleep } from '../../../main/lib/clock.ts';

test('writes happen one after the other, in the order in which they were asked for', async () => {
  const line = createWriteLine((error) => diskFailed(error, 'it'));
  const seen: string[] = [];
  const write = (name: string, ms: number) =>
    line.write(async () => {
      seen.push(`${name} begins`);
      await sleep(ms);
      seen.push(`${name} ends`);
    });
  await Promise.all([write('a', 20), write('b', 0)]);
  expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
});

test('after a failed write no data is written, and every writer gets the reason', async () => {
  let failures = 0;
  const line = createWriteLine((error) => {
    failures++;
    return diskFailed(error, 'writing it');
  });
  let later = false;
  const results = await Promise.allSettled([
    line.write(() => Promise.reject(Object.assign(new Error('no'), { code: 'ENOSPC' }))),
    line.write(async () => {
      later = true;
    }),
  ]);
  for (const result of results)
    expect(result).toMatchObject({ status: 'rejected', reason: { code: 'disk-full' } });
  await expect(line.write(async () => undefined)).rejects.toMatchObject({ code: 'disk-full' });
  await line.idle();
  expect({ later, failures }).toEqual({ later: false, failures: 1 });
});

test.each<[string, unknown, string]>([
  ['Node', Object.assign(new Error('write'), { code: 'ENOSPC' }), 'disk-full'],
  [
    'LevelDB',
    new Error('batch', { cause: new Error('IO error: 3.log: No space left on device') }),
    'disk-full',
  ],
  ['Node with a quota', Object.assign(new Error('write'), { code: 'EDQUOT' }), 'disk-full'],
  ['Node on a read-only mount', Object.assign(new Error('open'), { code: 'EROFS' }), 'disk-read-only'],
  [
    'LevelDB on a read-only mount',
    new Error('open', { cause: new Error('IO error: LOCK: Read-only file system') }),
    'disk-read-only',
  ],
  ['Node without files', Object.assign(new Error('open'), { code: 'EMFILE' }), 'files-exhausted'],
  [
    'Node without files in the system',
    Object.assign(new Error('open'), { code: 'ENFILE' }),
    'files-exhausted',
  ],
  [
    'LevelDB without files',
    new Error('get', { cause: new Error('IO error: 000005.ldb: Too many open files') }),
    'files-exhausted',
  ],
  ['anything else', new Error('IO error: 3.log: Input/output error'), 'storage-unusable'],
  ['no error at all', 'oops', 'storage-unusable'],
  ['one of ours', new KithError('storage-damaged'), 'storage-damaged'],
])('the error of %s for a failed write has a code', (_who, error, code) => {
  expect(diskFailed(error, 'writing it').code).toBe(code);
  expect(diskRefusal(error)).toBe(/^(?:disk|files)-/.test(code) ? code : null);
});
