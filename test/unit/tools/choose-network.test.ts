import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readChoice } from '../../../tools/support/choose-network.ts';
import { newFolder } from '../../support/folder.ts';

test.each([
  ['', null],
  ['1', null],
  [' 2 ', 'test'],
])('“%s” is a choice', (answer, network) => {
  expect(readChoice(answer)).toEqual({ network });
});

test.each([
  ['nothing there', null, /cannot be read/],
  ['no JSON', '{', /is not JSON/],
  ['another kind of file', '{"name":"x"}', /another kind of file/],
])('a file with %s is a sentence, and no choice to be remembered', (_what, text, words) => {
  const file = join(newFolder(), 'a.kith.json');
  if (text !== null) writeFileSync(file, text);
  const choice = readChoice(file);
  expect(choice).toEqual({ problem: expect.stringMatching(words) as string });
  expect((choice as { problem: string }).problem).toContain(file);
});
