/** The share of the lines of main and shared that the unit tests run, measured by V8 while `npm test` runs them. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { OUT, ROOT } from './root.ts';

const FOLDER = path.join(OUT, 'coverage');
const SUMMARY = path.join(FOLDER, 'coverage-summary.json');

/** Arguments that make vitest measure it. */
export const COVERAGE_ARGS = [
  '--coverage.enabled',
  '--coverage.provider=v8',
  '--coverage.reporter=json-summary',
  `--coverage.reportsDirectory=${FOLDER}`,
  '--coverage.include=main/**/*.ts',
  '--coverage.include=shared/**/*.ts',
  // The figure is also of use when a test fails.
  '--coverage.reportOnFailure',
];

interface Lines {
  total: number;
  covered: number;
}

/** The last figure as a sentence; null when nothing has been measured here. */
export function coverageSentence(): string | null {
  if (!existsSync(SUMMARY)) return null;
  const files = JSON.parse(readFileSync(SUMMARY, 'utf8')) as Record<string, { lines: Lines }>;
  const total: Lines = { total: 0, covered: 0 };
  const modules = new Map<string, Lines>();
  for (const [file, { lines }] of Object.entries(files)) {
    if (file === 'total') continue;
    const module = path.relative(ROOT, file).split(path.sep).slice(0, 2).join('/');
    const sum = modules.get(module) ?? { total: 0, covered: 0 };
    modules.set(module, sum);
    for (const each of [sum, total]) {
      each.total += lines.total;
      each.covered += lines.covered;
    }
  }
  const share = ({ total, covered }: Lines) => `${((100 * covered) / Math.max(1, total)).toFixed(1)} %`;
  const named = ['main/core', 'main/chain', 'main/mempool', 'main/net', 'main/wallet'].flatMap((name) => {
    const lines = modules.get(name);
    return lines === undefined ? [] : [`${name} ${share(lines)}`];
  });
  return `unit tests run ${share(total)} of the lines of main and shared (${named.join(', ')})`;
}
