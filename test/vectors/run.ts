/**
 * `npm run vectors -- [--dir DIR] [--json]`: published test vectors through the project's own functions. With --json
 * the last line is one object, {"kinds":{KIND:{"total":n,"passed":n,"failed":n}}}. Exit code 1 when a vector failed, 2
 * when there is nothing to run.
 */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeReport, reportAsJson, runVectors } from './run-vectors.ts';

const DEFAULT = join(import.meta.dirname, '..', '..', '..', 'shared', 'vectors');

async function main(argv: string[]): Promise<number> {
  const options = {
    dir: { type: 'string', default: DEFAULT },
    json: { type: 'boolean', default: false },
  } as const;
  let values: { dir: string; json: boolean };
  try {
    ({ values } = parseArgs({ args: argv, options }));
  } catch (error) {
    console.error(
      `${error instanceof Error ? error.message : String(error)} Usage: vectors [--dir DIR] [--json]`,
    );
    return 2;
  }
  if (!existsSync(values.dir) || !statSync(values.dir).isDirectory()) {
    console.error(`There is no folder ${values.dir}.`);
    return 2;
  }
  const report = await runVectors(values.dir);
  for (const line of describeReport(report)) console.log(line);
  if (values.json) console.log(reportAsJson(report));
  if (report.kinds.size === 0) return 2;
  return [...report.kinds.values()].some(({ failed }) => failed > 0) ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
