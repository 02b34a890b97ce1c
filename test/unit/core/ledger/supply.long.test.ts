import { test } from 'vitest';
import { createRandom } from '../../../support/random.ts';
import { RandomLedger, runLedger } from './random-ledger.ts';

// Many short lives: the set stays small, so that counting it and drawing from it stay cheap.
test.each(Array.from({ length: 50 }, (_, i) => 1000 + i))(
  'seed %i: 20 000 of a million random payments neither make nor lose money',
  (seed) => runLedger(new RandomLedger(createRandom(seed)), 20_000),
);
