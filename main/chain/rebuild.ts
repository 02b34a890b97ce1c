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

/** An intact block record in the segment files. */
export interface StoredBlock {
  readonly header: Header;
  readonly at: SegmentLocation;
  readonly transactions: number;
}

export interface Rebuilt {
  /** Number of blocks that were linked to known headers and added to the index. */
  readonly found: number;
  /** The remaining blocks by id: they are used when peers send their headers. */
  readonly unlinked: Map<string, StoredBlock>;
}

const BLOCKS_PER_BATCH = 1000;

const asideOf = (directory: string): string => `${directory}.damaged`;

/** Deletes the renamed corrupt database (`chain.damaged`). Called after the new one was opened without errors. */
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
  crashPoint('database renamed');
}

/**
 * Adds every stored block whose chain leads to genesis to the index and the database, as stored and not yet connected.
 * Bits, times and proof of work were checked before a block was stored, and a checksum covers the block since. All
 * other rules are checked again when it is connected.
 */
export async function rebuildIndex(index: HeaderIndex, db: ChainDb, bodies: BlockStore): Promise<Rebuilt> {
  // Connecting the blocks again writes new undo records.
  for (const segment of bodies.undo.segments()) await bodies.undo.remove(segment);
  return linkBlocks(index, db, await collectBlocks(bodies, { segment: 0, offset: 0 }));
}

/**
 * The same for the bodies stored after the last one that the index knows. A crash leaves one or two of them. More mean
 * that the database lost its newest batches, which the database itself cannot detect.
 */
export async function adoptNewest(index: HeaderIndex, db: ChainDb, bodies: BlockStore): Promise<Rebuilt> {
  return linkBlocks(index, db, await collectBlocks(bodies, endOf(index)));
}

/** The location at which reading of the segment files begins. */
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
    if (pending.length >= BLOCKS_PER_BATCH) await flush();
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
      // An attacker can put bytes that look like a record into a transaction, so the proof of work of the header is checked.
      if (adrift) continue;
      const parent = toHex(header.prev);
      const siblings = byParent.get(parent);
      if (siblings) siblings.push(block);
      else byParent.set(parent, [block]);
    }
  }
  return { byParent, unlinked };
}
