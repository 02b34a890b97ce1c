import { describe, test } from 'vitest';
import { reorganiseDeeply } from '../support/nodes/deep-reorganisation.ts';

describe('two nodes that mined apart and reconnect', () => {
  test.each([6, 100])('reorganise to one chain, and one of them disconnects %i blocks', (depth) =>
    reorganiseDeeply(depth),
  );
});
