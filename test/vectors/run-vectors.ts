import { basename } from 'node:path';
import { type Failure, MalformedError, type Outcome } from './kind.ts';
import { findVectors, type Found, type Skipped } from './find.ts';

export interface KindReport {
  total: number;
  passed: number;
  failed: number;
  readonly failures: Failure[];
}

export interface Report {
  readonly kinds: ReadonlyMap<string, KindReport>;
  readonly skipped: readonly Skipped[];
}

/** Runs every known kind of vector in a directory through the project's own functions. */
export async function runVectors(directory: string): Promise<Report> {
  const { found, skipped } = findVectors(directory);
  const kinds = new Map<string, KindReport>();
  for (const file of found) {
    const report = kinds.get(file.name) ?? { total: 0, passed: 0, failed: 0, failures: [] };
    const { total, failures } = await runFile(file);
    report.total += total;
    report.failed += failures.length;
    report.passed += total - failures.length;
    for (const { where, why } of failures)
      report.failures.push({ where: `${basename(file.path)} ${where}`, why });
    kinds.set(file.name, report);
  }
  return { kinds, skipped };
}

/** A file that can't be read as vectors counts as one that failed. */
async function runFile({ kind, content }: Found): Promise<Outcome> {
  try {
    if (content instanceof MalformedError) throw content;
    const outcome = await kind.run(content);
    return outcome.total > 0 ? outcome : { total: 1, failures: [{ where: '', why: 'It holds no vector.' }] };
  } catch (error) {
    const why = error instanceof MalformedError ? error.message : `It can't be read: ${String(error)}`;
    return { total: 1, failures: [{ where: '', why }] };
  }
}

const FIRST_FAILURES = 5;

/** The report as lines for people. */
export function describeReport({ kinds, skipped }: Report): string[] {
  const lines: string[] = [];
  for (const [name, { total, passed, failed, failures }] of kinds) {
    lines.push(`${name}: ${total} in total, ${passed} passed, ${failed} failed`);
    for (const { where, why } of failures.slice(0, FIRST_FAILURES)) lines.push(`  ${where.trim()}: ${why}`);
    if (failures.length > FIRST_FAILURES) lines.push(`  and ${failures.length - FIRST_FAILURES} more`);
  }
  for (const { name, why } of skipped) lines.push(`${name}: skipped. ${why}`);
  if (kinds.size === 0) lines.push('There are no vectors of a known kind here.');
  return lines;
}

/** `{"kinds":{KIND:{"total":n,"passed":n,"failed":n}}}` */
export function reportAsJson({ kinds }: Report): string {
  const numbers = [...kinds].map(
    ([name, { total, passed, failed }]) => [name, { total, passed, failed }] as const,
  );
  return JSON.stringify({ kinds: Object.fromEntries(numbers) });
}
