import { describe, test } from 'vitest';
import { reorganiseDeeply } from '../support/nodes/deep-reorganisation.ts';

describe('two whole nodes that mined apart and meet again: one takes its blocks back', () => {
  test.each([6, 100])('%i of them', (depth) => reorganiseDeeply(depth));
});
