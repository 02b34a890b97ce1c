import { expect, test } from 'vitest';
import { createAnswers, endsWithin, requireAnswer } from '../../../main/lib/answers.ts';
import { turnedClock } from '../../support/test-clock.ts';

function setUp() {
  const clock = turnedClock();
  const asked: string[] = [];
  const disks: Record<string, PromiseWithResolvers<unknown>> = {};
  const answers = createAnswers({
    clock,
    stat(path) {
      asked.push(path);
      return (disks[path] = Promise.withResolvers<unknown>()).promise;
    },
  });
  return { clock, asked, disks, answers };
}

test('a path that is not there has answered', async () => {
  const { answers, disks } = setUp();
  const answered = answers('/gone');
  disks['/gone']!.reject(new Error('ENOENT'));
  expect(await answered).toBe(true);
  expect(answers.isWaiting()).toBe(false);
});

test('a disk that never answers is given up after 10 s, and asked once only', async () => {
  const { answers, asked, clock, disks } = setUp();
  for (let n = 0; n < 8; n++) {
    const answered = answers('/share');
    await clock.passing(10_000);
    expect(await answered).toBe(false);
  }
  expect(asked).toEqual(['/share']);
  expect(answers.isWaiting()).toBe(true);
  const refused = requireAnswer('/share', answers);
  const expectation = expect(refused).rejects.toMatchObject({
    code: 'data-place-silent',
    data: { path: '/share' },
  });
  await clock.passing(10_000);
  await expectation;
  // The server is there again.
  const again = answers('/share');
  disks['/share']!.resolve(null);
  expect(await again).toBe(true);
  expect(answers.isWaiting()).toBe(false);
});

test('work on a disk is waited for so long only, and fails as it does', async () => {
  const endless = Promise.withResolvers<unknown>();
  expect(await endsWithin(1, endless.promise)).toBe(false);
  endless.reject(new Error('too late'));
  expect(await endsWithin(60_000, Promise.resolve())).toBe(true);
  await expect(endsWithin(60_000, Promise.reject(new Error('spoilt')))).rejects.toThrow('spoilt');
});
