import { equalBytes } from '../core/codec/bytes.ts';
import { checkBody, coinbaseRecords } from '../core/consensus/block-rules.ts';
import type { ConsensusParams } from '../core/consensus/params.ts';
import { committedSnapshotHeight } from '../core/consensus/snapshot-rules.ts';
import { decodeBlock } from '../core/primitives/block.ts';
import type { Coin } from '../core/primitives/coin.ts';
import type { CoinKey } from '../core/primitives/coin-key.ts';
import { findRecord, RECORD_TAG } from '../core/primitives/records.ts';
import { readChunk } from '../core/ledger/snapshot-record.ts';
import { compareBytes } from '../core/codec/bytes.ts';
import { isViolation } from '../core/violation.ts';
import { KithError } from '../lib/errors.ts';
import type { ChainDb } from '../storage/chain-db.ts';
import { addOutpointTo } from '../storage/coin-sum.ts';
import { type Manifest, readChunkFile, readManifest } from './snapshot-files.ts';

/** A snapshot cannot be used. Its data is deleted. */
export class SnapshotRefused extends KithError {
  constructor(why: string) {
    super('snapshot-refused', `the snapshot can't be used: ${why}`, { data: { why } });
  }
}

/**
 * Checks the manifest of a snapshot folder against the block that commits to it, and returns the block id in
 * hexadecimal. The caller must have checked that the header of that block is valid and buried. Reads no chunk.
 * @throws {SnapshotRefused}
 */
export async function checkCommitment(
  folder: string,
  committing: Uint8Array,
  params: ConsensusParams,
): Promise<{ readonly manifest: Manifest; readonly blockId: string }> {
  const manifest = await readManifest(folder);
  if (!manifest) throw new SnapshotRefused('its manifest is damaged, or its root does not follow from it');
  const block = decodeBlock(committing);
  if (isViolation(block)) throw new SnapshotRefused('the block that should name it cannot be read');
  const broken = checkBody(block);
  if (broken) throw new SnapshotRefused(`the block that should name it breaks the rule ${broken.code}`);
  if (committedSnapshotHeight(block.header.height, params) !== manifest.facts.height) {
    throw new SnapshotRefused('the block is not the one that names a snapshot of this height');
  }
  const record = findRecord(coinbaseRecords(block), RECORD_TAG.snapshotRoot);
  if (!record || !equalBytes(record, manifest.root))
    throw new SnapshotRefused('the chain names another root');
  return { manifest, blockId: block.header.idHex };
}

/**
 * Writes all coins of a snapshot into a database without coins and returns their totals, which the root of the manifest
 * covers. A crash during this leaves a mark, and the next opening starts over.
 * @throws {SnapshotRefused} for a chunk that is missing, corrupt or out of order.
 */
export async function loadCoins(
  folder: string,
  manifest: Manifest,
  db: ChainDb,
): Promise<{ readonly coins: number; readonly total: number; readonly coinSum: number }> {
  let [coins, total, coinSum] = [0, 0, 0];
  let last: Uint8Array = new Uint8Array(0);
  await db.beginLoading();
  for (let index = 0; index < manifest.chunks.length; index++) {
    const bytes = await readChunkFile(folder, manifest, index);
    const chunk = bytes && readChunk(bytes);
    if (!chunk) throw new SnapshotRefused(`chunk ${index} is missing or damaged`);
    const batch = new Map<CoinKey, Coin>();
    for (const { key, order, coin } of chunk) {
      if (compareBytes(last, order) >= 0) throw new SnapshotRefused(`chunk ${index} is out of order`);
      last = order;
      batch.set(key, coin);
      total += coin.amount;
      coinSum = addOutpointTo(coinSum, order);
    }
    coins += batch.size;
    await db.loadCoins(batch);
  }
  await db.compactCoins();
  const { facts } = manifest;
  if (coins !== facts.coins || total !== facts.total)
    throw new SnapshotRefused('it holds other coins than its root says');
  return { coins, total, coinSum };
}
