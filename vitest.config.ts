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

/** Functional tests that measure, set clocks or start so many nodes that they need the whole machine. */
const ALONE = [
  'test/functional/{clock-jumps,clocks,mining}.test.ts',
  'test/functional/{soak,reorganise,honest,chaos}*.test.ts',
  'test/functional/network/{compact,finding,upload-limit}.test.ts',
];

/**
 * Unit tests that run one after the other in the same process. Not those with databases: how many files LevelDB maps
 * into memory is limited by process, and whether it notices that an open one is damaged depends on that.
 */
const TOGETHER = [
  'test/unit/{api,cli,core,demo,docs,lib,renderer,rpc,shared,tools}/**/*.test.ts',
  'test/unit/net/!(peers)/**/*.test.ts',
  'test/{vectors,fuzz}/**/*.test.ts',
];

const unit = {
  // Vitest leaves one core to itself, which on two cores is half of the machine.
  maxWorkers: '100%',
  setupFiles: ['test/support/bugs.ts'],
  environment: 'node',
  testTimeout: long ? 30 * MINUTE : 2 * MINUTE,
  hookTimeout: MINUTE,
  expect: expectations,
};

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [svelte()],
        resolve: { alias: { electron } },
        test: {
          name: 'unit',
          ...unit,
          include: ['test/{unit,contract,vectors,fuzz}/**/*.test.ts'],
          exclude: [...exclude, ...TOGETHER],
        },
      },
      {
        plugins: [svelte()],
        resolve: { alias: { electron } },
        test: {
          name: 'together',
          ...unit,
          include: TOGETHER,
          exclude,
          // A new process per file took as long as the tests.
          isolate: false,
        },
      },
      {
        test: {
          name: 'functional',
          setupFiles: ['test/support/bugs.ts'],
          environment: 'node',
          include: ['test/{functional,sim}/**/*.test.ts'],
          exclude: [...exclude, ...ALONE],
          // Real processes: as forks they can be killed.
          pool: 'forks',
          // Two files at a time: most of them wait more than they compute.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: long ? 60 * MINUTE : 5 * MINUTE,
          hookTimeout: 3 * MINUTE,
          expect: expectations,
        },
      },
      {
        test: {
          name: 'alone',
          setupFiles: ['test/support/bugs.ts'],
          environment: 'node',
          include: ALONE,
          exclude,
          pool: 'forks',
          maxWorkers: 1,
          testTimeout: long ? 60 * MINUTE : 5 * MINUTE,
          hookTimeout: 3 * MINUTE,
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
          testTimeout: long ? 60 * MINUTE : 5 * MINUTE,
          hookTimeout: 3 * MINUTE,
          expect: expectations,
        },
      },
      {
        // Tests read what the page says with the functions of the page, some of which keep runes.
        plugins: [svelte()],
        test: {
          name: 'e2e',
          setupFiles: ['test/support/bugs.ts'],
          environment: 'node',
          include: ['test/e2e/**/*.test.ts'],
          exclude,
          pool: 'forks',
          // Two files at a time: most of them wait for a browser and for nodes more than they compute.
          maxWorkers: 2,
          testTimeout: 5 * MINUTE,
          hookTimeout: 3 * MINUTE,
          expect: expectations,
        },
      },
      {
        test: {
          name: 'desktop',
          setupFiles: ['test/support/bugs.ts', 'test/desktop/support/own-place.ts'],
          environment: 'node',
          include: ['test/desktop/**/*.test.ts'],
          exclude,
          pool: 'forks',
          // Two files at a time where each has a display of its own: most of them wait more than they compute.
          maxWorkers: process.env['KITH_OWN_DISPLAYS'] === '1' ? 2 : 1,
          testTimeout: 5 * MINUTE,
          hookTimeout: 3 * MINUTE,
          expect: expectations,
        },
      },
    ],
  },
});
