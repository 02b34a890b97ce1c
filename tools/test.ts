/**
 * `npm test`: builds the page and the programs that tests start when they are stale, then runs unit, functional, hostile,
 * browser and desktop tests in the order of ORDER. With `--coverage` it measures what the unit tests run. `npm run test:long`
 * adds the files named *.long.test.ts. Other arguments go to vitest, in a single run of what they name.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { packageBin, runCommand, runTool } from './support/command.ts';
import { COVERAGE_ARGS, coverageSentence } from './support/coverage.ts';
import { ensureChromium } from './support/ensure-chromium.ts';
import { buildPreload, ensureDesktop } from './support/desktop.ts';
import { prepareDesktopRun, seenBy, vitestCommand, withInstalled } from './support/desktop-tests.ts';
import { ensurePackaged } from './support/packaged-app.ts';
import { ensurePage } from './support/page.ts';
import { OUT, ROOT } from './support/root.ts';
import { childSeconds, costSentence } from './support/processor-time.ts';
import { temporaryRoot } from './support/temporary-root.ts';
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
type Kind = 'unit' | 'functional' | 'hostile' | 'alone' | 'e2e' | 'desktop';
/** A whole run, line by line. Two kinds in a line run side by side: their tests wait for processes much of the time. */
const ORDER: readonly (readonly Kind[])[] = [
  ['unit'],
  ['functional', 'desktop'],
  ['hostile', 'e2e'],
  ['alone'],
];
/** If more files than this fail, it is not the machine. */
const MAX_RERUNS = 3;

const args = process.argv.slice(2);
const long = takeFlag('--long');
const withCoverage = takeFlag('--coverage');
// A temporary folder for everything that tests create, deleted even after a failure.
const temporary = mkdtempSync(path.join(temporaryRoot(), 'kith-run-'));
const env: Record<string, string> = { KITH_LONG: long ? '1' : '', ...folderVariables(temporary) };
process.on('exit', () => rmSync(temporary, { recursive: true, force: true, maxRetries: 3 }));
// The folder may be in memory, where it would stay until the computer restarts.
for (const [signal, number] of [
  ['SIGINT', 2],
  ['SIGTERM', 15],
  ['SIGHUP', 1],
] as const)
  process.once(signal, () => process.exit(128 + number));

if (!existsSync(path.join(ROOT, '../shared'))) {
  console.log(
    'test: the folder ../shared with the shared vectors is missing; tests that need it say so and skip',
  );
}
const buildProblem = await buildForTests();
if (args.length > 0) {
  if (buildProblem) console.log(`test: ${buildProblem}`);
  process.exitCode = await runNamed();
} else {
  await runAll();
}

function takeFlag(flag: string): boolean {
  if (args[0] !== flag) return false;
  args.shift();
  return true;
}

function folderVariables(folder: string): Record<string, string> {
  return { TMPDIR: folder, TEMP: folder, TMP: folder };
}

/** If a program cannot be built, the run fails, but the tests still run, with the sources of the programs. */
async function buildForTests(): Promise<string | null> {
  try {
    if (await ensurePage()) console.log('test: page built');
    await buildPreload();
    env['KITH_TEST_PROGRAMS'] = await ensureTestPrograms();
    return null;
  } catch (error) {
    return `the page or a program does not build: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Runs what the arguments name; desktop tests only if they name nothing else. */
async function runNamed(): Promise<number> {
  const named = ['run', '--passWithNoTests', ...(withCoverage ? COVERAGE_ARGS : []), ...args];
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
  /** Why it could not run. */
  readonly problem?: string;
}
type Outcome = KindOutcome | { readonly missing: string };

/** Runs the tests of one kind, or those in `files`. If `quiet`, its output is printed when it ends. */
async function runKind(kind: Kind, files: readonly string[] = [], quiet = false): Promise<Outcome> {
  if (kind === 'desktop') return runDesktop(['--project', kind, ...files], quiet);
  const file = path.join(OUT, `test-${kind}${files.length > 0 ? '-again' : ''}.json`);
  rmSync(file, { force: true });
  const coverage = withCoverage && kind === 'unit' && files.length === 0 ? COVERAGE_ARGS : [];
  const projects = kind === 'unit' ? ['unit', 'together'] : [kind];
  const args = [
    'run',
    ...projects.flatMap((name) => ['--project', name]),
    ...reporters(file),
    ...coverage,
    ...files,
  ];
  // A folder of its own: some tests look for what they left behind.
  const folder = mkdtempSync(path.join(temporary, `${kind}-`));
  const options = { capture: quiet, env: { ...env, ...folderVariables(folder) } };
  const { code, output } = await runTool(VITEST, args, options);
  if (quiet) console.log(output);
  return { code, report: readReport(file) };
}

/**
 * Runs files with failures a second time, with nothing beside them. Tests that start processes depend on the machine: one that fails only beside
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
async function runDesktop(vitestArgs: readonly string[], quiet = false): Promise<Outcome> {
  const run = await prepareDesktopRun();
  if ('missing' in run) return run;
  try {
    await ensureDesktop();
    const file = path.join(run.temporary, 'report.json');
    // Does not wait for the packager if all named test files are others than those of the packaged app.
    const named = args.filter((arg) => arg.includes('test/desktop/'));
    const wanted = named.length === 0 || named.some((arg) => /packaged|installed/.test(arg));
    const packaged = wanted ? await ensurePackaged() : null;
    const place = packaged?.deb ? await withInstalled(run, packaged.deb) : run;
    const [command, rest] = vitestCommand(place, [...vitestArgs, ...reporters(file)]);
    const programs = {
      KITH_ELECTRON: run.program,
      ...(packaged !== null && { KITH_PACKAGED: seenBy(run, packaged.program) }),
    };
    const displays = { KITH_OWN_DISPLAYS: run.hasOwnDisplays ? '1' : '' };
    const desktopEnv = { ...env, ...folderVariables(run.temporary), ...programs, ...displays };
    const { code, output } = await runCommand(command, rest, { capture: quiet, env: desktopEnv });
    if (quiet) console.log(output);
    return { code, report: readReport(file) };
  } finally {
    run.end();
  }
}

/** A kind that could not be started must not end the one beside it. */
function failedStart(error: unknown): KindOutcome {
  const problem = error instanceof Error ? error.message : String(error);
  return { code: 1, report: readReport(''), problem };
}

function reporters(file: string): string[] {
  return ['--passWithNoTests', '--reporter=default', '--reporter=json', `--outputFile=${file}`];
}

async function runAll(): Promise<void> {
  const begun = performance.now();
  mkdirSync(OUT, { recursive: true });
  const noBrowser = await ensureChromium();
  const outcomes = new Map<Kind, Outcome>();
  const costs = new Map<Kind, string>();
  const run = async (kind: Kind, quiet: boolean): Promise<void> => {
    if (kind === 'e2e' && noBrowser) return;
    if (quiet) console.log(`test: ${kind} runs, its output follows at its end`);
    const from = performance.now();
    outcomes.set(kind, await runKind(kind, [], quiet).catch(failedStart));
    costs.set(kind, costSentence(performance.now() - from, childSeconds()));
  };
  for (const kinds of ORDER) await Promise.all(kinds.map((kind) => run(kind, kinds.length > 1)));

  const lines: string[] = buildProblem ? [buildProblem] : [];
  if (noBrowser) lines.push(`e2e: not run. ${noBrowser}`);
  let good = buildProblem === null && !noBrowser;
  const reports: Report[] = [];
  for (const kind of ORDER.flat()) {
    const outcome = outcomes.get(kind);
    if (outcome === undefined) continue;
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
      `${kind}: ${report.numPassedTests} passed, ${report.numFailedTests} failed${skipped}, ${costs.get(kind)!}`,
      ...failuresOf(report, unsteady ? 'unsteady, passed in a second run' : 'failed'),
    );
    if (outcome.problem !== undefined) lines.push(`${kind}: ${outcome.problem}`);
    good &&= (code === 0 && report.numPassedTests > 0) || unsteady;
  }
  const seconds = Math.round((performance.now() - begun) / 1000);
  console.log('test: the ten slowest:');
  for (const line of slowestOf(reports)) console.log(`test:   ${line}`);
  for (const line of lines) console.log(`test: ${line}`);
  if (withCoverage)
    console.log(`test: ${coverageSentence() ?? 'the share of lines that unit tests run is not known'}`);
  console.log(`test: ${good ? 'passed' : 'FAILED'} after ${seconds} s`);
  process.exitCode = good ? 0 : 1;
}
