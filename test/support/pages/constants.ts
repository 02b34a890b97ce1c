/** Constants of the sources as text, for tests that compare a page of docs/ with them. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../../..');

export const readSource = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

/** Every TypeScript file below a folder of `main`, relative to `main`. */
export const sourcesBelow = (folder: string): string[] =>
  globSync(`${folder}/**/*.ts`, { cwd: path.join(ROOT, 'main') }).sort();

const OPERATORS: readonly (readonly [string, (a: number, b: number) => number])[] = [
  [' + ', (a, b) => a + b],
  [' / ', (a, b) => a / b],
  [' * ', (a, b) => a * b],
  [' << ', (a, b) => a << b],
];

/** Sums, products, quotients and shifts of numbers and of other constants of the same file. */
export function valueOf(source: string, expression: string): number {
  const text = expression.trim().replace(/ as const$/, '');
  for (const [sign, join] of OPERATORS) {
    const parts = text.split(sign);
    if (parts.length > 1) return parts.map((part) => valueOf(source, part)).reduce(join);
  }
  if (/^[\d_.]+$/.test(text)) return Number(text.replaceAll('_', ''));
  const [name, field] = text.split('.');
  const declared = new RegExp(`const ${name}(?:: [^=]+)? = ([^;]+);`).exec(source)?.[1];
  if (declared === undefined) throw new Error(`no constant ${text}`);
  if (field === undefined) return valueOf(source, declared);
  return valueOf(source, new RegExp(`\\b${field}: ([^,}]+)`).exec(declared)![1]!);
}

/** The names of a constant's numbers: itself, or its fields if it is an object. */
export function fieldsOf(source: string, name: string): string[] {
  const declared = new RegExp(`const ${name}(?:: [^=]+)? = (\\{[^;]+);`).exec(source)?.[1];
  if (declared === undefined) return [name];
  return [...declared.matchAll(/(\w+): /g)].map(([, field]) => `${name}.${field}`);
}

/** The rows of all tables of a page: their cells, without the head. */
export function tableRows(page: string): readonly (readonly string[])[] {
  const lines = page.split('\n');
  return lines
    .filter(
      (line, i) => line.startsWith('| ') && !line.startsWith('| --') && !lines[i + 1]?.startsWith('| --'),
    )
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}
