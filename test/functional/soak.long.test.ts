import { test } from 'vitest';
import { soak, type Action } from '../support/nodes/soak.ts';

const ROUND: readonly Action[] = ['killed', 'asleep', 'disconnected', 'paused', 'restarted', 'killed'];

test('a network lives on for a quarter of an hour whatever happens to its nodes', () =>
  soak(Array.from({ length: 5 }, () => ROUND).flat(), 2));
