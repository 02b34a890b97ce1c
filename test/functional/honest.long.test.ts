import { test } from 'vitest';
import { type Deed, soak } from '../support/nodes/soak.ts';

const ROUND: readonly Deed[] = [
  'reorganised',
  'killed',
  'outmined',
  'paused',
  'disconnected',
  'restarted',
  'outmined',
  'asleep',
  'reorganised',
];
const MINUTES = 30;

/** Whole rounds, until the time is over. */
function* rounds(): Generator<Deed> {
  const end = performance.now() + MINUTES * 60_000;
  while (performance.now() < end) yield* ROUND;
}

test('honest nodes count nothing against each other for half an hour of crashes, pauses, splits and reorganisations', () =>
  soak(rounds(), 4));
