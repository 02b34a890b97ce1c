import { rm } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { chaos } from '../chaos/chaos.ts';

test('two hundred kills', async () => {
  const { equal, directories } = await chaos({ kills: 200, seed: 7, say: console.log });
  expect(equal).toBe(200);
  for (const directory of directories) await rm(directory, { recursive: true, force: true });
});
