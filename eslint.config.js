import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

/** Why a global of the runtime is not used in the node's parts. */
const GIVEN = 'From the Clock or Random that the composition root passes (lib/clock.ts, lib/random.ts).';

/** A timer that starts asynchronous work again before it has ended lets it pile up on a disk that does not answer. */
const ASYNC_TIMERS = ["[callee.property.name='every']", "[callee.name='setInterval']"].map((called) => ({
  selector: `CallExpression${called} > ArrowFunctionExpression > UnaryExpression[operator='void']`,
  message: 'repeat() of lib/repeat.ts starts no run before the last one has ended.',
}));

export default defineConfig(
  globalIgnores(['out/**', 'dist/**', '.cache/**', 'coverage/**', 'test-results/**']),
  js.configs.recommended,
  ts.configs.strictTypeChecked,
  svelte.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    languageOptions: {
      globals: { ...globals.node },
      parserOptions: {
        projectService: true,
        extraFileExtensions: ['.svelte'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
        { selector: 'ExportAllDeclaration', message: 'No barrels: import from where it is.' },
        ...ASYNC_TIMERS,
      ],
      // Numbers and booleans read well in sentences and log lines; objects do not.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // With noUncheckedIndexedAccess an index that the loop has just bounded needs the mark; `as` would hide more.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Interfaces promise; an implementation that has nothing to wait for may still be async.
      '@typescript-eslint/require-await': 'off',
      // `return done();` as an early end reads well.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // Our factories close over what they need; there is no `this` to lose.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      // It believes that what was false before an await is false after it.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/unified-signatures': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }],
    },
  },
  {
    // Longer functions are cut into named phases; comments and blank lines never are the reason.
    files: ['{main,preload,renderer,shared,tools}/**', 'test/support/**'],
    rules: {
      'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['renderer/**', 'preload/**'],
    languageOptions: { globals: { ...globals.browser } },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
    rules: {
      'svelte/no-at-html-tags': 'error',
      // Props are declared with let in runes mode.
      'prefer-const': 'off',
      'svelte/prefer-const': ['error', { excludedRunes: ['$props', '$state', '$bindable', '$derived'] }],
      // Svelte's template types are not all known to the type-aware rules; svelte-check covers them.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    // The core is a pure function of its inputs: the same everywhere, for everyone, for ever.
    files: ['main/core/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'No randomness in the core.' },
        { object: 'Date', property: 'now', message: 'No clock in the core: take the time as an argument.' },
      ],
      'no-restricted-globals': ['error', 'Date', 'process', 'Buffer', 'performance', 'crypto', 'console'],
    },
  },
  {
    // Durations need a clock that nobody sets, so the wall clock is read in one place (fault 03).
    files: ['main/**'],
    ignores: ['main/lib/**', 'main/core/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'Date',
          property: 'now',
          message: 'Clock.monotonic() for durations, Clock.now() for the time of day (lib/clock.ts).',
        },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
        { selector: 'ExportAllDeclaration', message: 'No barrels: import from where it is.' },
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'Clock.monotonic() for durations, Clock.now() for the time of day (lib/clock.ts).',
        },
        ...ASYNC_TIMERS,
      ],
    },
  },
  {
    // Time, timers and randomness are dependencies here, so that tests and the simulator control them.
    files: ['main/{net,chain,mempool,wallet}/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['setTimeout', 'setInterval', 'setImmediate', 'performance'].map((name) => ({
          name,
          message: GIVEN,
        })),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: GIVEN },
        { object: 'Math', property: 'random', message: GIVEN },
        { object: 'AbortSignal', property: 'timeout', message: GIVEN },
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'node:timers', message: GIVEN },
            { name: 'node:timers/promises', message: GIVEN },
            {
              name: 'node:crypto',
              importNames: [
                'randomBytes',
                'randomFill',
                'randomFillSync',
                'randomInt',
                'randomUUID',
                'webcrypto',
              ],
              message: GIVEN,
            },
          ],
          patterns: [
            { group: ['**/lib/clock.ts'], importNames: ['sleep', 'systemClock'], message: GIVEN },
            { group: ['**/lib/random.ts'], importNames: ['systemRandom'], message: GIVEN },
          ],
        },
      ],
    },
  },
  {
    // Terminal programs speak through the console.
    files: ['main/cli/**', 'main/demo/**', 'tools/**', 'test/**'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['test/**'],
    rules: {
      '@typescript-eslint/no-empty-function': 'off',
      // Stand-ins pass for what they stand in for.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
        { selector: 'ExportAllDeclaration', message: 'No barrels: import from where it is.' },
        {
          selector: "CallExpression[callee.name='expect'] > CallExpression[callee.property.name='every']",
          message: 'every() holds for an empty list: compare a list that cannot be empty with toEqual.',
        },
      ],
    },
  },
  {
    // The tools' own configurations, where each tool decides the form.
    files: ['*.js', '*.cjs', '*.ts', '**/*.mjs'],
    extends: [ts.configs.disableTypeChecked],
    languageOptions: { parserOptions: { projectService: false } },
    rules: { 'no-restricted-syntax': 'off' },
  },
);
