import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { toHex } from '../../../core/codec/hex.ts';
import { decodeHeader, type Header } from '../../../core/primitives/header.ts';
import { HEADER_BYTES, MAX_BLOCK_BYTES } from '../../../core/primitives/limits.ts';
import { isViolation } from '../../../core/violation.ts';
import { KithError } from '../../../lib/errors.ts';
import type { Chain } from '../chain.ts';

/**
 * A chain as a file: "KITHCHN1" | network id 32 | then each block of the active chain from height 1 up: length u32 LE |
 * bytes. It proves itself: whoever imports it checks every rule.
 */
const MAGIC = 'KITHCHN1';
const HEAD_BYTES = MAGIC.length + 32;
/** Blocks handed to the chain at once: enough for its pipeline, bounded in memory. */
const WINDOW = 32;

/** Writes heights 1 to the tip. Returns how many. @throws {KithError} `chain-file-pruned` when bodies are gone. */
export async function exportChain(chain: Chain, file: string): Promise<number> {
  const out = await open(file, 'wx');
  try {
    await out.appendFile(Buffer.concat([Buffer.from(MAGIC, 'latin1'), chain.network.id]));
    const tip = chain.tip().height;
    for (let height = 1; height <= tip; height++) {
      const entry = chain.atHeight(height);
      const bytes = entry && (await chain.readBlock(entry.id));
      if (!bytes)
        throw new KithError('chain-file-pruned', `the body of block ${height} is not here`, {
          data: { height },
        });
      const length = Buffer.alloc(4);
      length.writeUInt32LE(bytes.length);
      await out.appendFile(Buffer.concat([length, bytes]));
    }
    await out.datasync();
    await out.close();
    return tip;
  } catch (error) {
    // Half a file is of no use, and would be in the way of the next try.
    await out.close().catch(() => undefined);
    await rm(file, { force: true });
    throw error;
  }
}

/**
 * Feeds a file to a chain, every rule checked. Returns how many blocks it held.
 * @throws {KithError} `chain-file-invalid`, `chain-file-other-network`, or the code of the rule that a block breaks.
 */
export async function importChain(chain: Chain, file: string): Promise<number> {
  let blocks = 0;
  let batch: Uint8Array[] = [];
  for await (const block of readChainFile(file, chain.network.idHex)) {
    batch.push(block);
    blocks++;
    if (batch.length < WINDOW) continue;
    await submitAll(chain, batch);
    batch = [];
  }
  await submitAll(chain, batch);
  await chain.sync();
  return blocks;
}

async function submitAll(chain: Chain, blocks: readonly Uint8Array[]): Promise<void> {
  const headers = blocks.map((block) => decodeHeader(block.subarray(0, HEADER_BYTES)));
  const { violation } = await chain.acceptHeaders(
    headers.filter((header): header is Header => !isViolation(header)),
  );
  if (violation)
    throw new KithError(violation.code, 'a header in the file breaks a rule', {
      data: { ...violation.evidence },
    });
  const results = await Promise.all(blocks.map((block) => chain.submitBlock(block)));
  const broken = results.find(isViolation);
  if (broken)
    throw new KithError(broken.code, 'a block in the file breaks a rule', { data: { ...broken.evidence } });
}

async function* readChainFile(file: string, networkId: string): AsyncGenerator<Uint8Array> {
  let rest: Buffer = Buffer.alloc(0);
  let begun = false;
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    rest = Buffer.concat([rest, chunk as Buffer]);
    if (!begun) {
      if (rest.length < HEAD_BYTES) continue;
      checkHead(rest, networkId);
      rest = rest.subarray(HEAD_BYTES);
      begun = true;
    }
    while (rest.length >= 4) {
      const length = rest.readUInt32LE(0);
      if (length > MAX_BLOCK_BYTES)
        throw new KithError('chain-file-invalid', 'a block in the file is too long');
      if (rest.length < 4 + length) break;
      yield Uint8Array.prototype.slice.call(rest, 4, 4 + length);
      rest = rest.subarray(4 + length);
    }
  }
  if (!begun || rest.length > 0)
    throw new KithError('chain-file-invalid', 'the file ends in the middle of a block');
}

function checkHead(head: Buffer, networkId: string): void {
  if (head.toString('latin1', 0, MAGIC.length) !== MAGIC)
    throw new KithError('chain-file-invalid', 'not a chain file');
  const id = toHex(head.subarray(MAGIC.length, HEAD_BYTES));
  if (id !== networkId) throw new KithError('chain-file-other-network', id, { data: { networkId: id } });
}
