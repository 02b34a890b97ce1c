import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { HANDSHAKES } from '../../../main/net/transport/handshakes.ts';
import { MAX_CONNECTIONS, MAX_SOCKETS } from '../../../main/net/transport/host.ts';
import { AWAITING_HELLO } from '../../../main/net/peers/sessions.ts';
import { INBOUND } from '../../../main/net/peers/inbound.ts';
import { FRAME } from '../../../main/net/protocol/frame-types.ts';
import { fieldsOf, readSource, sourcesBelow, valueOf } from '../../support/pages/constants.ts';

const ROOT = join(import.meta.dirname, '../../..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const sourceOf = (where: string): string => read(`main/${where}`);

interface Row {
  readonly what: string;
  /** The cells between what it is and where it stands. */
  readonly cells: readonly string[];
  /** Named in the last cell, before the files. */
  readonly constants: readonly string[];
  readonly files: readonly string[];
}

const rows: readonly Row[] = read('docs/limits.md')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (what|-)/.test(line))
  .map((line) => line.split('|').slice(1, -1))
  .map((cells) => cells.map((cell) => cell.trim()))
  .map((cells) => {
    const named = [...cells.at(-1)!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
    return {
      what: cells[0]!,
      cells: cells.slice(1, -1),
      constants: named.filter((name) => !name.endsWith('.ts')),
      files: named.filter((name) => name.endsWith('.ts')),
    };
  });

const UNIT: Readonly<Record<string, number>> = {
  MiB: 1 << 20,
  KiB: 1 << 10,
  kB: 1000,
  MB: 1_000_000,
  s: 1000,
};

/** `1 024, 12 MiB` is 1024 and 12582912; seconds are told in milliseconds. */
function numbersIn(text: string): number[] {
  return [...text.matchAll(/(\d{1,3}(?: \d{3})+|\d+)(?: (MiB|KiB|kB|MB|s)\b)?/g)].map(
    ([, digits, unit]) => Number(digits!.replaceAll(' ', '')) * (UNIT[unit ?? ''] ?? 1),
  );
}

/** By row, for rows whose last cell names no constant: those whose values its cells give, in order. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  'blocks asked for in a request': ['MAX_BLOCKS_PER_REQUEST'],
  '`handOver`': ['PRIVATE_BROADCASTS.burst', 'PRIVATE_BROADCASTS.perSecond'],
  'announced wids': ['WIDS.burst', 'WIDS.perSecond'],
  'new headers that were not requested': ['PER_PEER.burst', 'PER_PEER.perSecond'],
  'the same from all peers together': ['ALL_PEERS.burst', 'ALL_PEERS.perSecond'],
  'announcements of blocks, known or not': ['FLOOD.burst', 'FLOOD.perSecond'],
  'headers of a chain with too little work': ['MARK_BYTES', 'MARK_BYTES * MAX_PRESYNC_HEADERS'],
};

/** Where the figure is the way it is built: one question at a time, half of the time between two lists. */
const BUILT = new Set(['requests of a stream that are answered at once', 'addresses']);

/** Whole numbers only: a rate such as one a minute is written in words. */
function valuesOf({ what, constants, files }: Row): number[] {
  const source = sourceOf(files[0]!);
  const names =
    constants.length > 0 ? constants.flatMap((name) => fieldsOf(source, name)) : (NAMED[what] ?? []);
  return names.map((name) => valueOf(source, name)).filter((value) => Number.isInteger(value));
}

const isNamed = ({ what, constants }: Row) => constants.length > 0 || (NAMED[what]?.length ?? 0) > 0;

describe('docs/limits.md and the code', () => {
  test('every row that this test names exists', () => {
    expect(Object.keys(NAMED).filter((what) => !rows.some((row) => row.what === what))).toEqual([]);
  });

  test.each(rows.filter(isNamed).map((row) => [row.what, row] as const))('%s', (_what, row) => {
    const values = valuesOf(row);
    expect(values.length).toBeGreaterThan(0);
    expect(numbersIn(row.cells.join(' | ')).slice(0, values.length)).toEqual(values);
  });

  const budgets = sourcesBelow('net').flatMap((file) =>
    [...readSource(`main/${file}`).matchAll(/^(?:export )?const (\w+) = \{ burst: /gm)].map(([, name]) => ({
      name: name!,
      file,
    })),
  );
  test.each(budgets)('the budget $name of $file has its row', ({ name, file }) => {
    const names = ({ what, constants }: Row) => [...constants, ...(NAMED[what] ?? [])].join(' ');
    const row = rows.find(
      (each) => each.files.includes(file) && new RegExp(`\\b${name}\\b`).test(names(each)),
    );
    expect(row, `docs/limits.md needs a row for ${name}, ${file}`).toBeDefined();
  });

  // All other rows have their figures inside of calls and options, which must at least stand in the file that is named.
  test.each(
    rows.filter((row) => !isNamed(row) && !BUILT.has(row.what)).map((row) => [row.what, row] as const),
  )('%s: its figures are at the place that it names', (_what, { cells, files }) => {
    const text = files
      .map(sourceOf)
      .join('\n')
      .replaceAll(/(?<=\d)_(?=\d)/g, '');
    const written = new Set([...text.matchAll(/\b\d+\b/g)].map(([digits]) => Number(digits)));
    const has = (number: number) =>
      [1, 1000, 1 << 10, 1 << 20].some((unit) => written.has(number / unit)) || isMade(number, written);
    expect(numbersIn(cells[0]!).filter((number) => !has(number))).toEqual([]);
  });

  test('the pools of inbound connections end below the limits of libp2p, which refuse the newest', () => {
    // Those that we open ourselves: slots, dials at once, dials for others, relays and whom they bring.
    const others = 40;
    const inbound = INBOUND.total + 1 + AWAITING_HELLO.total + 1 + others;
    expect(inbound).toBeLessThan(MAX_CONNECTIONS);
    expect(inbound + HANDSHAKES.total + 1).toBeLessThan(MAX_SOCKETS);
  });

  test('the largest frame and the capacity of the address manager are those of the code', () => {
    const cell = (what: string) => rows.find((row) => row.what === what)!.cells[0]!;
    const caps = Object.values(FRAME).map(({ cap }) => cap);
    expect(numbersIn(cell('bytes of a frame'))).toEqual([Math.min(...caps), Math.max(...caps)]);
    const addrman = sourceOf('net/peers/address-manager.ts');
    const room = ['BUCKETS.fresh', 'BUCKETS.proven', 'MAX_BUCKETS.source'].map(
      (name) => valueOf(addrman, name) * valueOf(addrman, 'BUCKET_SIZE'),
    );
    const told = rows.find(({ what }) => what === 'addresses known')!.cells[0]!;
    expect(numbersIn(told)).toEqual(room);
  });
});

function isMade(number: number, of: ReadonlySet<number>): boolean {
  return [...of].some((part) => (part > 1 && of.has(number / part)) || (part > 0 && of.has(number - part)));
}
