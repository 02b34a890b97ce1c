/**
 * `npm run vectors -- [--dir DIR] [--json] [--write]`: published test vectors through the project's own functions, and
 * the worked examples of docs/ against what the code computes. With --dir only the vectors of that folder. With --write
 * the examples are written into docs/ first. With --json the last line is one object,
 * {"kinds":{KIND:{"total":n,"passed":n,"failed":n}}}. Exit code 1 when something differs, 2 when there is nothing to run.
 */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkPages } from '../support/pages/pages.ts';
import { describeReport, type KindReport, type Report, reportAsJson, runVectors } from './run-vectors.ts';

const DEFAULT = join(import.meta.dirname, '..', '..', '..', 'shared', 'vectors');

async function main(argv: string[]): Promise<number> {
  const options = {
    dir: { type: 'string' },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  } as const;
  let values: { dir?: string | undefined; json: boolean; write: boolean };
  try {
    ({ values } = parseArgs({ args: argv, options }));
  } catch (error) {
    console.error(
      `${error instanceof Error ? error.message : String(error)} Usage: vectors [--dir DIR] [--json] [--write]`,
    );
    return 2;
  }
  const { dir } = values;
  if (dir !== undefined && !isFolder(dir)) {
    console.error(`There is no folder ${dir}.`);
    return 2;
  }
  const report = dir === undefined ? await runAll(values.write) : await runVectors(dir);
  for (const line of describeReport(report)) console.log(line);
  if (values.json) console.log(reportAsJson(report));
  if (report.kinds.size === 0) return 2;
  return [...report.kinds.values()].some(({ failed }) => failed > 0) ? 1 : 0;
}

const isFolder = (dir: string): boolean => existsSync(dir) && statSync(dir).isDirectory();

/** The published vectors, where the folder is there, and docs/. */
async function runAll(write: boolean): Promise<Report> {
  const kinds = new Map<string, KindReport>();
  for (const { name, total, differences } of await checkPages({ write })) {
    const failed = differences.length;
    kinds.set(name, { total, passed: Math.max(0, total - failed), failed, failures: [...differences] });
  }
  if (!isFolder(DEFAULT)) {
    console.error(
      'The folder with the published vectors is missing: only the examples of docs/ are compared.',
    );
    return { kinds, skipped: [] };
  }
  const published = await runVectors(DEFAULT);
  return { kinds: new Map([...published.kinds, ...kinds]), skipped: published.skipped };
}

process.exitCode = await main(process.argv.slice(2));
