import { test } from 'vitest';
import { reorganiseDeeply } from '../support/nodes/deep-reorganisation.ts';

test('of two nodes that mined apart and reconnect, one disconnects 1 000 blocks', () =>
  reorganiseDeeply(1000));
