import { expect, test } from 'vitest';
import { restWords } from '../../../shared/rest-words.ts';

test.each([
  [0, 4, 'a few seconds'],
  [3, 12, 'less than 15 seconds'],
  [21, 44, '20 to 45 seconds'],
  [70, 95, '1 to 2 minutes'],
  [20, 300, 'less than 5 minutes'],
  [130, 290, '2 to 5 minutes'],
  [3600, 3 * 3600, '1 to 3 hours'],
  [86_400, 3 * 86_400, '1 to 3 days'],
  [120, 120, 'about 2 minutes'],
  [600, 3600, '10 to 60 minutes'],
])('%i to %i seconds are “%s”', (from, to, words) => {
  expect(restWords({ from, to })).toBe(words);
});
