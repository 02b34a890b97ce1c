/**
 * `npm test`: builds the page when it is stale, then unit, functional, hostile, browser and desktop tests, one kind after the other.
 * `npm run test:long` adds the files named *.long.test.ts. Arguments go to vitest, in a single run of what they name.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { packageBin, runCommand, runTool } from './support/command.ts';
import { COVERAGE_ARGS, coverageSentence } from './support/coverage.ts';
import { ensureChromium } from './support/ensure-chromium.ts';
import { buildPreload, ensureDesktop } from './support/desktop.ts';
import { prepareDesktopRun, seenBy, vitestCommand, withInstalled } from './support/desktop-tests.ts';
import { ensurePackaged } from './support/packaged-app.ts';
import { ensurePage } from './support/page.ts';
import { OUT, ROOT } from './support/root.ts';
import { ensureTestPrograms } from './support/test-programs.ts';
import {
  failedFilesOf,
  failuresOf,
  hasCaughtBugs,
  readReport,
  type Report,
  slowestOf,
} from './support/test-report.ts';

const VITEST = packageBin('vitest', 'vitest.mjs');
const KINDS = ['unit', 'functional', 'alone', 'hostile', 'e2e', 'desktop'] as const;
type Kind = (typeof KINDS)[number];
/** If more files than this fail, it is not the machine. */
const MAX_RERUNS = 3;

const args = process.argv.slice(2);
const long = args[0] === '--long';
if (long) args.shift();
// A temporary folder for everything that tests create, deleted even after a failure.
const temporary = mkdtempSync(path.join(os.tmpdir(), 'kith-run-'));
const env: Record<string, string> = {
  KITH_LONG: long ? '1' : '',
  TMPDIR: temporary,
  TEMP: temporary,
  TMP: temporary,
};
process.on('exit', () => rmSync(temporary, { recursive: true, force: true, maxRetries: 3 }));

if (!existsSync(path.join(ROOT, '../shared'))) {
  console.log(
    'test: the folder ../shared with the shared vectors is missing; tests that need it say so and skip',
  );
}
const pageProblem = await buildForTests();
env['KITH_TEST_PROGRAMS'] = await ensureTestPrograms();
if (args.length > 0) {
  if (pageProblem) console.log(`test: ${pageProblem}`);
  process.exitCode = await runNamed();
} else {
  await runAll();
}

/** A page that does not build fails the run; tests without the page still run. */
async function buildForTests(): Promise<string | null> {
  try {
    if (await ensurePage()) console.log('test: page built');
    await buildPreload();
    return null;
  } catch (error) {
    return `the page does not build: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Runs what the arguments name; desktop tests only if they name nothing else. */
async function runNamed(): Promise<number> {
  const named = ['run', '--passWithNoTests', ...args];
  if (args.some((arg) => arg.includes('test/desktop'))) {
    const outcome = await runDesktop(['--project', 'desktop', ...args]);
    if ('missing' in outcome) console.log(notRun(outcome.missing));
    return 'missing' in outcome ? 0 : outcome.code;
  }
  const noBrowser = args.some((arg) => arg.includes('e2e')) ? await ensureChromium() : null;
  if (noBrowser) console.log(`test: ${noBrowser}`);
  return (await runTool(VITEST, named, { env })).code;
}

function notRun(missing: string): string {
  return `test: desktop: not run, because ${missing}`;
}

interface KindOutcome {
  readonly code: number;
  readonly report: Report;
}

/** Runs the tests of one kind, or those in `files`. */
async function runKind(
  kind: Kind,
  files: readonly string[] = [],
): Promise<KindOutcome | { readonly missing: string }> {
  if (kind === 'desktop') return runDesktop(['--project', kind, ...files]);
  const file = path.join(OUT, `test-${kind}${files.length > 0 ? '-again' : ''}.json`);
  rmSync(file, { force: true });
  const coverage = kind === 'unit' && files.length === 0 ? COVERAGE_ARGS : [];
  const projects = kind === 'unit' ? ['unit', 'together'] : [kind];
  const args = [
    'run',
    ...projects.flatMap((name) => ['--project', name]),
    ...reporters(file),
    ...coverage,
    ...files,
  ];
  const { code } = await runTool(VITEST, args, { env });
  return { code, report: readReport(file) };
}

/**
 * Runs files with failures a second time. Tests that start processes depend on the machine: one that fails only beside
 * other work is reported as unsteady, which is a defect of the test, and does not fail the run. Unit tests get no
 * second run, nor does a run in which the product had a bug or a warning.
 */
async function passesAgain(kind: Kind, report: Report): Promise<boolean> {
  const files = failedFilesOf(report);
  if (kind === 'unit' || files.length === 0 || files.length > MAX_RERUNS || hasCaughtBugs(report))
    return false;
  console.log(`test: ${kind}: a second run of ${files.join(', ')}`);
  const again = await runKind(kind, files);
  return !('missing' in again) && again.code === 0 && again.report.numPassedTests > 0;
}

/** With the real Electron, as a user for whom its sandbox runs. */
async function runDesktop(
  vitestArgs: readonly string[],
): Promise<KindOutcome | { readonly missing: string }> {
  const run = await prepareDesktopRun();
  if ('missing' in run) return run;
  try {
    await ensureDesktop();
    const file = path.join(run.temporary, 'report.json');
    const { temporary } = run;
    const folders = { TMPDIR: temporary, TEMP: temporary, TMP: temporary };
    // A test that is named alone, another than that of the packaged app, does not wait for the packager.
    const named = args.filter((arg) => arg.includes('test/desktop/'));
    const wanted = named.length === 0 || named.some((arg) => /packaged|installed/.test(arg));
    const packaged = wanted ? await ensurePackaged() : null;
    const place = packaged?.deb ? await withInstalled(run, packaged.deb) : run;
    const [command, rest] = vitestCommand(place, [...vitestArgs, ...reporters(file)]);
    const programs = {
      KITH_ELECTRON: run.program,
      ...(packaged !== null && { KITH_PACKAGED: seenBy(run, packaged.program) }),
    };
    const desktopEnv = { ...env, ...folders, ...programs };
    const { code } = await runCommand(command, rest, { env: desktopEnv });
    return { code, report: readReport(file) };
  } finally {
    run.end();
  }
}

function reporters(file: string): string[] {
  return ['--passWithNoTests', '--reporter=default', '--reporter=json', `--outputFile=${file}`];
}

async function runAll(): Promise<void> {
  const begun = performance.now();
  const noBrowser = await ensureChromium();
  const lines: string[] = pageProblem ? [pageProblem] : [];
  const reports: Report[] = [];
  let good = pageProblem === null;
  mkdirSync(OUT, { recursive: true });
  for (const kind of KINDS) {
    if (kind === 'e2e' && noBrowser) {
      lines.push(`e2e: not run. ${noBrowser}`);
      good = false;
      continue;
    }
    const outcome = await runKind(kind);
    if ('missing' in outcome) {
      // Not a failure: Electron's runtime is a download that npm ci does not make.
      lines.push(notRun(outcome.missing));
      continue;
    }
    const { code, report } = outcome;
    reports.push(report);
    const unsteady = code !== 0 && (await passesAgain(kind, report));
    const skipped = report.numPendingTests > 0 ? `, ${report.numPendingTests} skipped` : '';
    lines.push(
      `${kind}: ${report.numPassedTests} passed, ${report.numFailedTests} failed${skipped}`,
      ...failuresOf(report, unsteady ? 'unsteady, passed in a second run' : 'failed'),
    );
    good &&= code === 0 || unsteady;
  }
  const seconds = Math.round((performance.now() - begun) / 1000);
  console.log('test: the ten slowest:');
  for (const line of slowestOf(reports)) console.log(`test:   ${line}`);
  for (const line of lines) console.log(`test: ${line}`);
  console.log(`test: ${coverageSentence() ?? 'the share of lines that unit tests run is not known'}`);
  console.log(`test: ${good ? 'passed' : 'FAILED'} after ${seconds} s`);
  process.exitCode = good ? 0 : 1;
}
