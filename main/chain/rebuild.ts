import { rename, rm } from 'node:fs/promises';
import { toHex } from '../core/codec/hex.ts';
import { Reader } from '../core/codec/reader.ts';
import { decodeHeader, type Header } from '../core/primitives/header.ts';
import { HEADER_BYTES } from '../core/primitives/limits.ts';
import { crashPoint } from '../lib/crash-point.ts';
import { codeOf } from '../lib/errors.ts';
import { isViolation } from '../core/violation.ts';
import type { ChainDb } from '../storage/chain-db.ts';
import type { SegmentLocation } from '../storage/header-record.ts';
import { FRAME_BYTES } from '../storage/segment-frame.ts';
import type { BlockStore } from './block-store.ts';
import type { OwnedEntry } from './header-entry.ts';
import type { HeaderIndex } from './header-index.ts';

/** A good record of a block in the segment files. */
export interface StoredBlock {
  readonly header: Header;
  readonly at: SegmentLocation;
  readonly transactions: number;
}

export interface Rebuilt {
  /** How many blocks link to what was known, and are in the index now. */
  readonly found: number;
  /** The others by their id: of use once their headers are known from elsewhere. */
  readonly unlinked: Map<string, StoredBlock>;
}

const BATCH = 1000;

const asideOf = (directory: string): string => `${directory}.damaged`;

/** The database that was set aside has been kept long enough once the one in its place was opened whole. */
export async function removeDatabaseAside(directory: string): Promise<void> {
  await rm(asideOf(directory), { recursive: true, force: true });
}

/** Keeps the corrupt database beside the new one until the next start, so that the user can examine it. */
export async function setDatabaseAside(directory: string): Promise<void> {
  const aside = asideOf(directory);
  await rm(aside, { recursive: true, force: true });
  await rename(directory, aside).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error;
  });
  crashPoint('database set aside');
}

/**
 * Finds every stored block that links to genesis and puts it into the index and the database, as stored and not yet
 * connected. Bits, times and proof of work were checked before a block was stored, and its checksum vouches for it
 * since; connecting checks all the rest again.
 */
export async function rebuildIndex(index: HeaderIndex, db: ChainDb, bodies: BlockStore): Promise<Rebuilt> {
  // Undo records belong to a connection; connecting again writes new ones.
  for (const segment of bodies.undo.segments()) await bodies.undo.remove(segment);
  return linkBlocks(index, db, await collectBlocks(bodies, { segment: 0, offset: 0 }));
}

/**
 * The same for what is stored behind the last body that the index knows. A crash leaves a block or two there; many mean
 * that the database has lost its newest end, which looks like nothing at all from inside.
 */
export async function adoptNewest(index: HeaderIndex, db: ChainDb, bodies: BlockStore): Promise<Rebuilt> {
  return linkBlocks(index, db, await collectBlocks(bodies, endOf(index)));
}

/** A place from which on the segments are read. */
type Start = Pick<SegmentLocation, 'segment' | 'offset'>;

function endOf(index: HeaderIndex): Start {
  let end: Start = { segment: 0, offset: 0 };
  for (const { body } of index.entries()) {
    if (!body || body.segment < end.segment) continue;
    const offset = body.offset + FRAME_BYTES + body.length;
    if (body.segment > end.segment || offset > end.offset) end = { segment: body.segment, offset };
  }
  return end;
}

async function linkBlocks(
  index: HeaderIndex,
  db: ChainDb,
  { byParent, unlinked }: Collected,
): Promise<Rebuilt> {
  let pending: OwnedEntry[] = [];
  let found = 0;
  const flush = async () => {
    if (pending.length > 0) await db.putHeaders(pending.map((entry) => index.recordOf(entry)));
    pending = [];
  };
  const waiting = [...byParent.keys()].flatMap((id) => index.get(id) ?? []);
  for (let next = 0; next < waiting.length; next++) {
    const parent = waiting[next]!;
    for (const { header, at, transactions } of byParent.get(parent.id) ?? []) {
      const known = index.get(header.idHex);
      if (known?.body || header.height !== parent.height + 1 || parent.status === 'invalid') continue;
      if (known?.status === 'invalid') continue;
      const entry = known ?? index.add(header, parent);
      index.markStored(entry, at, transactions);
      unlinked.delete(header.idHex);
      waiting.push(entry);
      pending.push(entry);
      found++;
    }
    if (pending.length >= BATCH) await flush();
  }
  await flush();
  return { found, unlinked };
}

interface Collected {
  readonly byParent: ReadonlyMap<string, readonly StoredBlock[]>;
  readonly unlinked: Map<string, StoredBlock>;
}

async function collectBlocks(bodies: BlockStore, from: Start): Promise<Collected> {
  const byParent = new Map<string, StoredBlock[]>();
  const unlinked = new Map<string, StoredBlock>();
  for (const segment of bodies.blocks.segments()) {
    if (segment < from.segment) continue;
    const start = segment === from.segment ? from.offset : 0;
    for await (const { at, payload, adrift } of bodies.blocks.scan(segment, start)) {
      const header = decodeHeader(payload.slice(0, HEADER_BYTES));
      if (isViolation(header)) continue;
      const block = { header, at, transactions: new Reader(payload, HEADER_BYTES).varuint() };
      if (!adrift || !unlinked.has(header.idHex)) unlinked.set(header.idHex, block);
      // What looks like a block inside another one's bytes has no work of its own: its header has to prove itself.
      if (adrift) continue;
      const parent = toHex(header.prev);
      const siblings = byParent.get(parent);
      if (siblings) siblings.push(block);
      else byParent.set(parent, [block]);
    }
  }
  return { byParent, unlinked };
}
