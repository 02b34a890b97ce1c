import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { HANDSHAKES } from '../../../main/network/host/bounds/handshakes.ts';
import { MAX_CONNECTIONS, MAX_SOCKETS } from '../../../main/network/host/host.ts';
import { AWAITING_HELLO } from '../../../main/network/peers/sessions.ts';
import { INBOUND } from '../../../main/network/peers/slots/inbound.ts';
import { FRAME } from '../../../main/network/wire/frame-types.ts';
import { valueOf } from '../../support/pages/constants.ts';

const ROOT = join(import.meta.dirname, '../../..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const sourceOf = (where: string): string =>
  read(where.startsWith('state/') ? `main/${where}` : `main/network/${where}`);

interface Row {
  readonly what: string;
  /** The cells between what it is and where it stands. */
  readonly cells: readonly string[];
  readonly files: readonly string[];
}

const rows: readonly Row[] = read('docs/limits.md')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (what|-)/.test(line))
  .map((line) => line.split('|').slice(1, -1))
  .map((cells) => cells.map((cell) => cell.trim()))
  .map((cells) => ({
    what: cells[0]!,
    cells: cells.slice(1, -1),
    files: [...cells.at(-1)!.matchAll(/`([^`]+)`/g)].map(([, file]) => file!),
  }));

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

const pool = (name: string): string[] => ['total', 'perHost', 'perGroup'].map((limit) => `${name}.${limit}`);

/** By row: the constants whose values its cells give, in order. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  'half-open handshakes: all, of a host, of a group': pool('HANDSHAKES'),
  'connections without a hello: all, of a host, of a group': pool('AWAITING_HELLO'),
  'inbound peers: all, of a host, of a group': pool('INBOUND'),
  'all connections; sockets': ['MAX_CONNECTIONS', 'MAX_SOCKETS'],
  'outbound: full-relay, block-only': ['OUTBOUND', 'BLOCK_ONLY'],
  'dials at once': ['DIALS_AT_ONCE'],
  'our requests waiting at a peer': ['MAX_PENDING'],
  'ping bytes echoed': ['ECHO.burst', 'ECHO.perSecond'],
  'gossip bytes': ['GOSSIP_BYTES.burst', 'GOSSIP_BYTES.perSecond'],
  'one gossip message': ['MAX_GOSSIP_BYTES'],
  'header requests (2 000 each)': ['HEADER_REQUESTS.burst', 'HEADER_REQUESTS.perSecond'],
  'blocks asked for in a request': ['MAX_BLOCKS_ASKED'],
  'blocks asked for': ['BLOCKS.burst', 'BLOCKS.perSecond'],
  'bytes of blocks': ['BLOCK_BYTES.burst', 'BLOCK_BYTES.perSecond'],
  'parts of blocks': ['PARTS_REQUESTS.burst', 'PARTS_REQUESTS.perSecond'],
  'payments handed over': ['HANDED_OVER.burst', 'HANDED_OVER.perSecond'],
  'payments asked for': ['FETCHED.burst', 'FETCHED.perSecond'],
  'manifests and chunks of coin sets': ['CHUNKS.burst', 'CHUNKS.perSecond'],
  'announced wids': ['WIDS.burst', 'WIDS.perSecond'],
  'new headers that nobody asked for': ['PER_PEER.burst', 'PER_PEER.perSecond'],
  'the same from all peers together': ['OVERALL.burst', 'OVERALL.perSecond'],
  'announcements of blocks, known or not': ['NOISE.burst', 'NOISE.perSecond'],
  'blocks waiting for their parents': ['WINDOW_BLOCKS', 'WINDOW_BYTES'],
  'blocks one peer owes us': ['IN_FLIGHT'],
  'headers of a chain with too little work': ['MARK_BYTES', 'MARK_BYTES * MOST_HEADERS'],
  'payments on their way, all peers': ['MOST', 'MOST_QUEUED'],
  'wids of refused payments': ['MOST_REFUSED'],
  'spare payments for compact blocks': ['MOST', 'MOST_BYTES'],
  'own payments followed': ['MOST'],
  'announcements of ours waiting': ['MOST_WAITING'],
  addresses: [],
  bans: ['MOST'],
  scores: ['MOST'],
  orphans: ['MAX_PER_SOURCE', 'MAX_BYTES_PER_SOURCE'],
};

/** Where the figure is the way it is built: one question at a time, half of the time between two lists. */
const BUILT = new Set(['requests worked on at once, a stream', 'addresses']);

const isNamed = ({ what }: Row) => what in NAMED && NAMED[what]!.length > 0;

describe('docs/limits.md and the code', () => {
  test('every row that is known by name is still there', () => {
    expect(Object.keys(NAMED).filter((what) => !rows.some((row) => row.what === what))).toEqual([]);
  });

  test.each(rows.filter(isNamed).map((row) => [row.what, row] as const))('%s', (what, row) => {
    const values = NAMED[what]!.map((expression) => valueOf(sourceOf(row.files[0]!), expression));
    expect(numbersIn(row.cells.join(' | ')).slice(0, values.length)).toEqual(values);
  });

  // The others have their figures inside of calls and options: they must at least stand in the file that is named.
  test.each(
    rows.filter((row) => !isNamed(row) && !BUILT.has(row.what)).map((row) => [row.what, row] as const),
  )('%s: its figures stand where it says', (_what, { cells, files }) => {
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

  test('the largest frame, and what the book of addresses holds', () => {
    const cell = (what: string) => rows.find((row) => row.what === what)!.cells[0]!;
    const caps = Object.values(FRAME).map(({ cap }) => cap);
    expect(numbersIn(cell("a frame's bytes"))).toEqual([Math.min(...caps), Math.max(...caps)]);
    const book = sourceOf('peers/addresses/book.ts');
    const room = ['BUCKETS.fresh', 'BUCKETS.proven', 'REACH.source'].map(
      (name) => valueOf(book, name) * valueOf(book, 'BUCKET_SIZE'),
    );
    const told = rows.filter(({ what }) => what === 'addresses').at(-1)!.cells[0]!;
    expect(numbersIn(told)).toEqual(room);
  });
});

function isMade(number: number, of: ReadonlySet<number>): boolean {
  return [...of].some((part) => (part > 1 && of.has(number / part)) || (part > 0 && of.has(number - part)));
}
