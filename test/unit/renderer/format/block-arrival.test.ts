import { expect, test } from 'vitest';
import { BLOCK_PATHS } from '../../../../shared/contract/vocabulary.ts';
import { delayWords, pathWords } from '../../../../renderer/format/block-arrival.ts';

test('each way of a block to this node has a sentence of its own, which names the peer', () => {
  const sentences = BLOCK_PATHS.map((path) =>
    pathWords({ after: 0, path, peer: path === 'local' ? null : '12D3KooWabcdefgh' }),
  );
  expect(new Set(sentences).size).toBe(BLOCK_PATHS.length);
  expect(sentences.filter((sentence) => sentence.includes('peer abcdefgh.'))).toHaveLength(4);
});

test('a block whose body has not arrived says so', () => {
  expect(pathWords(null)).toBe('Only the header has arrived.');
});

test.each([
  [0, '0 ms'],
  [0.0849, '85 ms'],
  [3.24, '3.2 s'],
  [75.4, '75 s'],
])('a delay of %d seconds is written as %s', (seconds, text) => {
  expect(delayWords(seconds).replace('\u00a0', ' ')).toBe(text);
});
