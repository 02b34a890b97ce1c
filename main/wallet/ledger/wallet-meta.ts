import type { Height, Motes } from '../../../shared/units.ts';
import { fromHex, toHex } from '../../core/codec/hex.ts';
import { Reader } from '../../core/codec/reader.ts';
import { Writer } from '../../core/codec/writer.ts';
import { type KeyIndexes, type KeyUse, type KeyUses, noUses } from './key-use.ts';
import type { BlockRef } from './ports.ts';

/** The state of a wallet. Written in the same batch as the records that it describes. */
export interface WalletMeta {
  /** The last block that the records include; also the last of `locator`. */
  readonly syncedTo: BlockRef;
  /** Blocks at growing distances below `syncedTo`, to find the last common block after a reorganisation. Ascending. */
  readonly locator: readonly BlockRef[];
  /** The highest key of each chain that a block or the mempool ever paid. Keys up to it are never issued again. */
  readonly highestUsed: KeyIndexes;
  /** Key use in blocks. It limits which keys may be issued. */
  readonly uses: KeyUses;
  /** Gap limit: unused keys in a row that the wallet looks for. */
  readonly gap: number;
  /** The height since which the wallet may have missed payments, because it had derived too few keys; null for none. */
  readonly shortSince: Height | null;
  /** True for a restored wallet that has not reached the tip yet. */
  readonly restoring: boolean;
  /**
   * Number and sum of the coins, compared with the records at the start, because LevelDB may lose records without an
   * error.
   */
  readonly coins: number;
  readonly total: Motes;
  readonly mined: number;
  readonly unconfirmed: number;
}

export function encodeMeta(meta: WalletMeta): Uint8Array {
  const writer = new Writer(2048);
  writer.varuint(meta.locator.length);
  for (const { height, id } of meta.locator) writer.u32(height).bytes(fromHex(id)!);
  writer.varuint(meta.highestUsed[0] + 1).varuint(meta.highestUsed[1] + 1);
  writer.u32(meta.shortSince ?? 0).u8(meta.shortSince === null ? 0 : 1);
  writer.u8(meta.restoring ? 1 : 0);
  writer.u32(meta.uses.upTo.height).bytes(fromHex(meta.uses.upTo.id)!);
  writer.varuint(meta.uses.settled[0] + 1).varuint(meta.uses.settled[1] + 1);
  writer.varuint(meta.uses.recent.length);
  for (const { height, chain, index } of meta.uses.recent) writer.u32(height).u8(chain).varuint(index);
  writer.varuint(meta.gap);
  writer.varuint(meta.coins).u64(meta.total).varuint(meta.mined).varuint(meta.unconfirmed);
  return writer.finish();
}

/** Null for bytes that encodeMeta never writes. */
export function decodeMeta(bytes: Uint8Array): WalletMeta | null {
  const reader = new Reader(bytes);
  const first = readFirst(reader);
  const upTo = { height: reader.u32(), id: toHex(reader.bytes(32)) };
  const settled = [reader.varuint() - 1, reader.varuint() - 1] as const;
  const recent: KeyUse[] = [];
  for (let left = reader.count(6); left > 0 && reader.failed === null; left--) {
    recent.push({ height: reader.u32(), chain: reader.u8() === 1 ? 1 : 0, index: reader.varuint() });
  }
  const gap = reader.varuint();
  return finished(reader, { ...first, uses: { upTo, settled, recent }, gap });
}

/** Decodes a meta record of schema 1, which had neither key use nor gap limit. Null for other bytes. */
export function decodeMetaOfSchema1(bytes: Uint8Array, gap: number): WalletMeta | null {
  const reader = new Reader(bytes);
  const first = readFirst(reader);
  const syncedTo = first.locator.at(-1);
  return syncedTo === undefined ? null : finished(reader, { ...first, uses: noUses(syncedTo), gap });
}

type First = Pick<WalletMeta, 'locator' | 'highestUsed' | 'shortSince' | 'restoring'>;

function readFirst(reader: Reader): First {
  const locator: BlockRef[] = [];
  for (let left = reader.count(36); left > 0; left--) {
    locator.push({ height: reader.u32(), id: toHex(reader.bytes(32)) });
  }
  const highestUsed = [reader.varuint() - 1, reader.varuint() - 1] as const;
  const since = reader.u32();
  const shortSince = reader.u8() === 0 ? null : since;
  return { locator, highestUsed, shortSince, restoring: reader.u8() === 1 };
}

function finished(reader: Reader, first: First & Pick<WalletMeta, 'uses' | 'gap'>): WalletMeta | null {
  const coins = reader.varuint();
  const total = reader.u64() as Motes;
  const rest = { mined: reader.varuint(), unconfirmed: reader.varuint() };
  const syncedTo = first.locator.at(-1);
  return reader.finish() !== null || syncedTo === undefined
    ? null
    : { ...first, syncedTo, coins, total, ...rest };
}

/** The locator with one more block. It has the last 16 blocks, then about two for every doubling of the distance. */
export function extendLocator(locator: readonly BlockRef[], next: BlockRef): BlockRef[] {
  return [...locator.filter((block) => isKept(block.height, next.height - block.height)), next];
}

/** The locator of a wallet that starts at a height, built from the chain. Ascending. */
export function locatorOf(at: (height: Height) => BlockRef | undefined, tip: Height): BlockRef[] {
  const heights = new Set<number>([0, tip]);
  for (let distance = 1; distance < 16; distance++) heights.add(Math.max(0, tip - distance));
  for (let step = 8; step <= tip; step *= 2) {
    const top = Math.floor((tip - 2 * step) / step) * step;
    for (let height = top; height > Math.max(0, tip - 4 * step); height -= step) heights.add(height);
  }
  return [...heights].sort((a, b) => a - b).flatMap((height) => blockRefAt(at(height)));
}

const blockRefAt = (block: BlockRef | undefined): BlockRef[] =>
  block === undefined ? [] : [{ height: block.height, id: block.id }];

function isKept(height: Height, distance: number): boolean {
  return distance < 16 || height === 0 || height % 2 ** (Math.floor(Math.log2(distance)) - 1) === 0;
}
