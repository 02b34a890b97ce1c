import { test } from 'vitest';
import { createRandom } from '../../../support/random.ts';
import { RandomLedger, runLedger } from './random-ledger.ts';

test.each([11, 12])('seed %i: 5 000 random payments neither create nor lose money', (seed) => {
  runLedger(new RandomLedger(createRandom(seed)), 5_000);
});
