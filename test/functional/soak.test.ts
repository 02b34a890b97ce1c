import { test } from 'vitest';
import { soak } from '../support/nodes/soak.ts';

test('a network lives on while its nodes are killed, put to sleep, cut off and started again', () =>
  soak(['killed', 'paused', 'disconnected', 'restarted'], 1));

test('honest nodes count nothing against each other when they reorganise and start again', () =>
  soak(['reorganised', 'outmined', 'restarted'], 3));
