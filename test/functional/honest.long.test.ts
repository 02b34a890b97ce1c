import { test } from 'vitest';
import { type Action, soak } from '../support/nodes/soak.ts';

const ROUND: readonly Action[] = [
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
function* rounds(): Generator<Action> {
  const end = performance.now() + MINUTES * 60_000;
  while (performance.now() < end) yield* ROUND;
}

test('honest nodes give each other no penalty during half an hour of crashes, pauses, splits and reorganisations', () =>
  soak(rounds(), 4));
