import { test } from 'vitest';
import { soak, type Action } from '../support/nodes/soak.ts';

const ROUND: readonly Action[] = ['killed', 'asleep', 'disconnected', 'paused', 'restarted', 'killed'];

test('a network keeps working while its nodes are killed, suspended, disconnected, paused and restarted thirty times', () =>
  soak(Array.from({ length: 5 }, () => ROUND).flat(), 2));
