import { test } from 'vitest';
import { campaigns } from './bit-flips.ts';

test.each(Object.keys(campaigns))('200 turned bits in the tables of %s, one at a time', (name) =>
  campaigns[name]!(200),
);
