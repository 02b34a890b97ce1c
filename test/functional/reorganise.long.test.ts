import { test } from 'vitest';
import { reorganiseDeeply } from '../support/nodes/deep-reorganisation.ts';

test('two whole nodes that mined apart and meet again: one takes 1 000 blocks back', () =>
  reorganiseDeeply(1000));
