/**
 * `npm run bench -- list`, `npm run bench -- NAME [--json] [--seconds 3] [...]`. With --json the last line is one
 * object: {"bench":NAME,"figures":{...}}. Exit code 2 for a name or option that doesn't exist, 1 for a failed bench.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { boundHeapGrowth } from '../../main/lib/heap-growth.ts';
import type { Bench, Figures } from './bench.ts';

const PARTS = new Set(['run.ts', 'bench.ts']);

async function findBenches(): Promise<Bench[]> {
  const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.ts') && !PARTS.has(file));
  const modules = await Promise.all(
    // A worker's script is no bench, and importing it here would start it.
    files
      .filter((file) => !file.includes('worker'))
      .map((file) => import(join(import.meta.dirname, file)) as Promise<{ bench?: Bench }>),
  );
  return modules.flatMap(({ bench }) => bench ?? []).sort((a, b) => a.name.localeCompare(b.name));
}

function printList(benches: readonly Bench[]): void {
  for (const { name, description } of benches) console.log(`${name.padEnd(16)}${description}`);
}

function printFigures(name: string, figures: Figures, json: boolean): void {
  if (json) return console.log(JSON.stringify({ bench: name, figures }));
  for (const [figure, value] of Object.entries(figures)) console.log(`${figure.padEnd(36)}${format(value)}`);
}

function format(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: Math.abs(value) < 100 ? 3 : 0 });
}

function refuse(line: string): number {
  console.error(line);
  return 2;
}

async function main(argv: string[]): Promise<number> {
  const json = take(argv, '--json');
  const seconds = Number(takeValue(argv, '--seconds') ?? 3);
  if (!(seconds > 0 && seconds <= 600)) return refuse('--seconds takes a number from 0 to 600');
  const [name = 'list', ...args] = argv;
  const benches = await findBenches();
  if (name === 'list') return (printList(benches), 0);
  const bench = benches.find((b) => b.name === name);
  if (bench === undefined) return refuse(`no bench is called ${name}; see: npm run bench -- list`);
  const figures = await bench.run({ seconds, args, say: (line) => console.error(line) });
  printFigures(name, figures, json);
  return 0;
}

function take(argv: string[], flag: string): boolean {
  const at = argv.indexOf(flag);
  if (at >= 0) argv.splice(at, 1);
  return at >= 0;
}

function takeValue(argv: string[], flag: string): string | undefined {
  const at = argv.indexOf(flag);
  return at < 0 ? undefined : argv.splice(at, 2)[1];
}

// As a node has it.
boundHeapGrowth();
process.exitCode = await main(process.argv.slice(2));
