import { test } from 'vitest';
import { soak } from '../support/nodes/soak.ts';

test('a network keeps working while its nodes are killed, paused, disconnected and restarted', () =>
  soak(['killed', 'paused', 'disconnected', 'restarted'], 1));

test('honest nodes give each other no penalty when they reorganise and restart', () =>
  soak(['reorganised', 'outmined', 'restarted'], 3));
