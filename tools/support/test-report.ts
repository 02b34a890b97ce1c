/** Reads the JSON reports of vitest: failed and slowest tests. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './root.ts';

const SLOWEST = 10;
const EMPTY: Report = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, testResults: [] };

export interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages?: readonly string[] | null;
      /** Milliseconds. */
      readonly duration?: number | null;
    }[];
  }[];
}

/** The report of one kind of test; empty if the run ended before it was written. */
export function readReport(file: string): Report {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report) : EMPTY;
}

/** One line per failed test, for the end of the log. Each line begins with `as`. */
export function failuresOf(report: Report, as = 'failed'): string[] {
  return report.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = path.relative(ROOT, name);
    const failed = assertionResults.filter((each) => each.status === 'failed');
    // A file that could not be loaded has no tests.
    if (failed.length === 0) return status === 'failed' ? [`  ${as}: ${file}: ${message ?? ''}`] : [];
    return failed.map(({ fullName }) => `  ${as}: ${file}: ${fullName}`);
  });
}

/** Files with a failed test, from the folder `test` on: a run as another user sees the project at another place. */
export function failedFilesOf(report: Report): string[] {
  return report.testResults
    .filter(({ status }) => status === 'failed')
    .map(({ name }) => name.slice(name.lastIndexOf('/test/') + 1));
}

/** Whether a bug or a warning in the product made a test fail (test/support/bugs.ts). */
export function hasCaughtBugs(report: Report): boolean {
  return report.testResults.some(({ message, assertionResults }) =>
    [message, ...assertionResults.flatMap(({ failureMessages }) => failureMessages ?? [])].some((text) =>
      text?.includes('exceptions or warnings were caught'),
    ),
  );
}

/** The ten tests that took longest, slowest first, one line each. */
export function slowestOf(reports: readonly Report[]): string[] {
  const tests = reports.flatMap(({ testResults }) =>
    testResults.flatMap(({ name, assertionResults }) =>
      assertionResults.map(({ fullName, duration }) => ({ name, fullName, ms: duration ?? 0 })),
    ),
  );
  return tests
    .sort((a, b) => b.ms - a.ms)
    .slice(0, SLOWEST)
    .map(
      ({ name, fullName, ms }) => `${(ms / 1000).toFixed(1)} s  ${path.relative(ROOT, name)}: ${fullName}`,
    );
}
