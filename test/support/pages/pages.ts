/** The pages and files of docs/ that are computed, in whole or in part: `npm run vectors` compares or writes them. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { speccheckCases, torsionCases } from '../../../main/core/crypto/gate-cases.ts';
import { toHex } from '../../../main/core/codec/hex.ts';
import { protocolExamples } from '../chain/protocol-examples.ts';
import { type Example, shownExamples, withExamples } from './example.ts';
import { messageFile } from './wire/message-example.ts';
import { messageExamples, wireExamples } from './wire/wire-examples.ts';

const DOCS = path.resolve(import.meta.dirname, '../../../docs');

/** A difference between what docs/ says and what the code computes. */
export interface Difference {
  /** Such as `docs/protocol.md, example merkle`. */
  readonly where: string;
  readonly why: string;
}

/** What was compared, under the name that `npm run vectors` gives it. */
export interface PageReport {
  readonly name: string;
  /** Examples, or entries of a file. */
  readonly total: number;
  readonly differences: readonly Difference[];
}

interface Page {
  readonly name: string;
  readonly file: string;
  examples(): Promise<readonly Example[]>;
}

const PAGES: readonly Page[] = [
  { name: 'kith-protocol', file: 'protocol.md', examples: protocolExamples },
  { name: 'kith-wire', file: 'wire.md', examples: () => Promise.resolve(wireExamples()) },
];

/** Files for programs, computed as a whole. */
const FILES: readonly {
  readonly name: string;
  readonly file: string;
  make(): { text: string; count: number };
}[] = [
  { name: 'kith-signatures', file: 'vectors/signatures.json', make: signatureFile },
  {
    name: 'kith-messages',
    file: 'vectors/wire.json',
    make() {
      const examples = messageExamples();
      return { text: messageFile(examples), count: examples.length };
    },
  },
];

/** Compares every computed part of docs/ with the code; with `write` it is made equal first. */
export async function checkPages({ write = false } = {}): Promise<PageReport[]> {
  const reports: PageReport[] = [];
  for (const page of PAGES) {
    const examples = await page.examples();
    if (write) writePage(page.file, examples);
    reports.push({
      name: page.name,
      total: examples.length,
      differences: differencesOf(page.file, examples),
    });
  }
  for (const { name, file, make } of FILES) {
    const { text, count } = make();
    if (write) writeFileSync(path.join(DOCS, file), text);
    const differences =
      read(file) === text ? [] : [{ where: `docs/${file}`, why: 'It is not what the code gives.' }];
    reports.push({ name, total: count, differences });
  }
  return reports;
}

const read = (file: string): string => readFileSync(path.join(DOCS, file), 'utf8');

function writePage(file: string, examples: readonly Example[]): void {
  const { page } = withExamples(read(file), examples);
  writeFileSync(path.join(DOCS, file), page);
}

function differencesOf(file: string, examples: readonly Example[]): Difference[] {
  const shown = shownExamples(read(file));
  const names = new Set(examples.map(({ name }) => name));
  const where = (name: string): string => `docs/${file}, example ${name}`;
  return [
    ...examples.flatMap(({ name, text }): Difference[] => {
      if (shown.get(name) === text) return [];
      const why = shown.has(name) ? 'It is not what the code gives.' : 'The page has no place for it.';
      return [{ where: where(name), why }];
    }),
    ...[...shown.keys()]
      .filter((name) => !names.has(name))
      .map((name): Difference => ({ where: where(name), why: 'Nothing computes it.' })),
  ];
}

function signatureFile(): { text: string; count: number } {
  const cases = [...speccheckCases(), ...torsionCases()].map(({ name, key, message, signature, valid }) => ({
    name,
    key: toHex(key),
    message: toHex(message),
    signature: toHex(signature),
    valid,
  }));
  return { text: `${JSON.stringify(cases, null, 2)}\n`, count: cases.length };
}
