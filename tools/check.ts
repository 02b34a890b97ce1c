/**
 * `npm run check`: format, lint, types, the page's types, dependency rules, dead code, prose. Prints one line per check,
 * of a failed one its output and the command that repeats or fixes it, and the coverage that `npm test` measured last.
 */
import path from 'node:path';
import { packageBin, runTool } from './support/command.ts';
import { coverageSentence } from './support/coverage.ts';
import { ROOT } from './support/root.ts';

interface Check {
  readonly name: string;
  readonly script: string;
  readonly args: readonly string[];
  readonly fix: string;
}

const TSC = packageBin('@typescript/native', 'bin/tsc');

// The slow checks first, so that the two runners end at about the same time.
const CHECKS: readonly Check[] = [
  {
    // Type-aware rules are slow on components, so these are a check of their own.
    name: 'page lint',
    script: packageBin('eslint', 'bin/eslint.js'),
    args: ['--max-warnings', '0', 'renderer'],
    fix: 'npx eslint --fix renderer',
  },
  {
    name: 'lint',
    script: packageBin('eslint', 'bin/eslint.js'),
    args: ['--max-warnings', '0', '--ignore-pattern', 'renderer/', '.'],
    fix: 'npx eslint --fix .',
  },
  {
    name: 'format',
    script: packageBin('prettier', 'bin/prettier.cjs'),
    args: ['--check', '--log-level', 'warn', '.'],
    fix: 'npm run format',
  },
  {
    name: 'page types',
    script: packageBin('svelte-check', 'bin/svelte-check'),
    args: [
      '--tsconfig',
      './tsconfig.json',
      '--output',
      'human',
      '--fail-on-warnings',
      '--threshold',
      'warning',
    ],
    fix: 'npx svelte-check --tsconfig ./tsconfig.json',
  },
  {
    name: 'dependency rules',
    script: packageBin('dependency-cruiser', 'bin/dependency-cruiser.mjs'),
    args: ['--output-type', 'err-long', 'main', 'preload', 'renderer', 'shared', 'tools', 'test'],
    fix: 'npx depcruise main preload renderer shared tools test',
  },
  { name: 'dead code', script: packageBin('knip', 'bin/knip.js'), args: ['--no-progress'], fix: 'npx knip' },
  { name: 'types', script: TSC, args: ['-p', '.'], fix: 'npx tsc -p .' },
  { name: 'core types', script: TSC, args: ['-p', 'main/core'], fix: 'npx tsc -p main/core' },
  {
    name: 'prose',
    script: path.join(ROOT, 'tools/prose-check.ts'),
    args: [],
    fix: 'node tools/run.mjs tools/prose-check.ts; docs/language.md has the rules',
  },
];

const wanted = process.argv.slice(2);
const queue = CHECKS.filter((check) => wanted.length === 0 || wanted.includes(check.name.replace(' ', '-')));
const failed: Check[] = [];

async function runChecks(): Promise<void> {
  for (let check = queue.shift(); check; check = queue.shift()) {
    const { code, output, seconds } = await runTool(check.script, check.args, { capture: true });
    console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${check.name.padEnd(17)} ${seconds.toFixed(1)} s`);
    if (code === 0) continue;
    failed.push(check);
    console.log(output.trimEnd());
    console.log(`       repeat or fix: ${check.fix}`);
  }
}

await Promise.all([runChecks(), runChecks()]);
console.log(`coverage: ${coverageSentence() ?? 'unknown; npm test -- --coverage measures it'}`);
console.log(
  failed.length === 0
    ? 'check: no problems'
    : `check: ${failed.length} failed: ${failed.map(({ name }) => name).join(', ')}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
