import path from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { configDefaults, defineConfig } from 'vitest/config';

/** `npm run test:long` sets this: files named *.long.test.ts take minutes and are left out otherwise. */
const long = process.env['KITH_LONG'] === '1';
const exclude = long ? configDefaults.exclude : [...configDefaults.exclude, '**/*.long.test.ts'];

const electron = path.resolve(import.meta.dirname, 'test/support/no-electron.ts');

const MINUTE = 60_000;
/** `expect.poll` waits for an event, not for a time: on a busy machine it comes late. */
const expectations = { poll: { timeout: MINUTE } };

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [svelte()],
        resolve: { alias: { electron } },
        test: {
          name: 'unit',
          // Vitest leaves one core to itself, which on two cores is half of the machine.
          maxWorkers: '100%',
          setupFiles: ['test/support/bugs.ts'],
          environment: 'node',
          include: ['test/{unit,contract,vectors,fuzz}/**/*.test.ts'],
          exclude,
          testTimeout: long ? 30 * MINUTE : MINUTE,
          hookTimeout: MINUTE,
          expect: expectations,
        },
      },
      {
        test: {
          name: 'functional',
          setupFiles: ['test/support/bugs.ts'],
          environment: 'node',
          include: ['test/{functional,sim}/**/*.test.ts'],
          exclude,
          // Real processes: as forks they can be killed, one file at a time leaves them the cores.
          pool: 'forks',
          maxWorkers: 1,
          testTimeout: long ? 60 * MINUTE : 3 * MINUTE,
          hookTimeout: MINUTE,
          expect: expectations,
        },
      },
      {
        test: {
          name: 'hostile',
          setupFiles: ['test/support/bugs.ts'],
          environment: 'node',
          include: ['test/hostile/**/*.test.ts'],
          exclude,
          // They measure how an attacked node keeps up, which other files would change.
          pool: 'forks',
          maxWorkers: 1,
          testTimeout: long ? 60 * MINUTE : 3 * MINUTE,
          hookTimeout: MINUTE,
          expect: expectations,
        },
      },
      {
        test: {
          name: 'e2e',
          environment: 'node',
          include: ['test/e2e/**/*.test.ts'],
          exclude,
          pool: 'forks',
          maxWorkers: 1,
          testTimeout: 3 * MINUTE,
          hookTimeout: MINUTE,
          expect: expectations,
        },
      },
      {
        test: {
          name: 'desktop',
          environment: 'node',
          include: ['test/desktop/**/*.test.ts'],
          exclude,
          pool: 'forks',
          maxWorkers: 1,
          testTimeout: 3 * MINUTE,
          hookTimeout: MINUTE,
          expect: expectations,
        },
      },
    ],
  },
});
