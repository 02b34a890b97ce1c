import { type FileHandle, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fromHex, toHex } from '../core/codec/hex.ts';
import { decodeHeader, type Header } from '../core/primitives/header.ts';
import { HEADER_BYTES, MAX_BLOCK_BYTES } from '../core/primitives/limits.ts';
import { isViolation } from '../core/violation.ts';
import { openRegularFile } from '../lib/read-regular.ts';
import { codeOf, KithError } from '../lib/errors.ts';
import type { Chain } from './chain.ts';

/**
 * A chain as a file (docs/formats/chain-file.md).
 * Header: "KITHCHN2" | network id 32.
 * Per block of the active chain, from height 1: length u32 LE | bytes.
 * Footer, the end mark: 0 u32 | number of blocks u32 LE | id of the last block 32.
 * An import checks every rule of every block; the end mark distinguishes a complete file from a truncated one.
 */
const MAGIC = 'KITHCHN2';
/**
 * Version 1 has no end mark. It can be read, but a file that was cut between two blocks cannot be distinguished from
 * a complete one.
 */
const MAGIC_1 = 'KITHCHN1';
const FILE_HEADER_BYTES = MAGIC.length + 32;
const END_BYTES = 4 + 4 + 32;
/** Blocks submitted to the chain at the same time: enough for its pipeline, bounded in memory. */
const BLOCKS_PER_BATCH = 32;

/** What an import has read. */
export interface ImportedChain {
  readonly blocks: number;
  /** Null for a file of version 1, which has no end mark: whether it was truncated is unknown. */
  readonly complete: true | null;
}

/**
 * Writes the blocks from height 1 to the tip and the end mark. Returns the number of blocks.
 * @throws {KithError} `chain-file-pruned` when bodies are not stored, `folder-missing`
 */
export async function exportChain(chain: Chain, file: string): Promise<number> {
  const out = await createFile(file);
  try {
    await out.appendFile(Buffer.concat([Buffer.from(MAGIC, 'latin1'), chain.network.id]));
    const tip = chain.tip();
    for (let height = 1; height <= tip.height; height++) {
      const entry = chain.atHeight(height);
      const bytes = entry && (await chain.readBlock(entry.id));
      if (!bytes)
        throw new KithError('chain-file-pruned', `the body of block ${height} is not here`, {
          data: { height },
        });
      await out.appendFile(Buffer.concat([u32(bytes.length), bytes]));
    }
    await out.appendFile(Buffer.concat([u32(0), u32(tip.height), fromHex(tip.id)!]));
    await out.datasync();
    await out.close();
    return tip.height;
  } catch (error) {
    // An incomplete file is useless and would block the next attempt.
    await out.close().catch(() => undefined);
    await rm(file, { force: true });
    throw error;
  }
}

async function createFile(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'wx');
  } catch (error) {
    // The file need not exist, but its folder must.
    if (codeOf(error) !== 'ENOENT') throw error;
    const folder = dirname(file);
    throw new KithError('folder-missing', folder, { cause: error, data: { folder } });
  }
}

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

/**
 * Checks from the first 40 bytes that this is a chain file of the network, before anything else is created or opened.
 * @throws {KithError} `chain-file-invalid`, `chain-file-incomplete`, `chain-file-other-network`, and what the file
 * system throws
 */
export async function checkChainFile(file: string, networkIdHex: string): Promise<void> {
  const handle = await openRegularFile(file);
  try {
    await readFileHeader(handle, networkIdHex);
  } finally {
    await handle.close();
  }
}

/**
 * Submits the blocks of a file to a chain, which checks every rule. The blocks before a defect are imported and stay.
 * @throws {KithError} `chain-file-invalid`, `chain-file-incomplete`, `chain-file-other-network`, or the code of the
 * rule that a block breaks
 */
export async function importChain(chain: Chain, file: string): Promise<ImportedChain> {
  const handle = await openRegularFile(file);
  try {
    const version = await readFileHeader(handle, chain.network.idHex);
    const found = await importBlocks(chain, readEntries(handle));
    if (found.end === null && version > 1) throw incomplete(found.blocks);
    if (found.end !== null && !endsIn(found, found.end, version))
      throw invalid('the end mark belongs to other blocks');
    return { blocks: found.blocks, complete: version === 1 ? null : true };
  } finally {
    await handle.close();
  }
}

/** In version 1, which has no end mark, a block of length 0 is invalid. */
function endsIn({ blocks, last }: ImportProgress, end: EndMark, version: 1 | 2): boolean {
  return version > 1 && end.blocks === blocks && end.id === last;
}

interface EndMark {
  readonly blocks: number;
  readonly id: string;
}

type Entry = { readonly block: Uint8Array } | { readonly end: EndMark };

interface ImportProgress {
  blocks: number;
  /** Id of the last block; the genesis id before the first. */
  last: string;
  end: EndMark | null;
}

async function importBlocks(chain: Chain, entries: AsyncGenerator<Entry>): Promise<ImportProgress> {
  const found: ImportProgress = { blocks: 0, last: chain.network.idHex, end: null };
  const batch: Uint8Array[] = [];
  const submit = async () => {
    const blocks = batch.splice(0);
    if (blocks.length > 0) found.last = await submitAll(chain, blocks);
  };
  try {
    for await (const entry of entries) {
      if ('end' in entry) found.end = entry.end;
      else if (batch.push(entry.block) === BLOCKS_PER_BATCH) await submit();
      if ('block' in entry) found.blocks++;
    }
  } finally {
    // Runs also when the file has a defect: the blocks before the defect are imported and stay.
    await submit();
    await chain.sync();
  }
  return found;
}

/** Returns the id of the last block. */
async function submitAll(chain: Chain, blocks: readonly Uint8Array[]): Promise<string> {
  const headers = blocks
    .map((block) => decodeHeader(block.subarray(0, HEADER_BYTES)))
    .filter((header): header is Header => !isViolation(header));
  const { violation } = await chain.acceptHeaders(headers);
  if (violation)
    throw new KithError(violation.code, 'a header in the file breaks a rule', {
      data: { ...violation.evidence },
    });
  const results = await Promise.all(blocks.map((block) => chain.submitBlock(block)));
  const broken = results.find(isViolation);
  if (broken)
    throw new KithError(broken.code, 'a block in the file breaks a rule', { data: { ...broken.evidence } });
  return headers.at(-1)!.idHex;
}

/** The blocks of a file from byte 40 on, and the end mark if there is one. Nothing may follow the end mark. */
async function* readEntries(file: FileHandle): AsyncGenerator<Entry> {
  let rest: Buffer = Buffer.alloc(0);
  let blocks = 0;
  let ended = false;
  for await (const chunk of file.createReadStream({
    start: FILE_HEADER_BYTES,
    highWaterMark: 1 << 20,
    autoClose: false,
  })) {
    rest = Buffer.concat([rest, chunk as Buffer]);
    while (rest.length >= 4 && !ended) {
      const length = rest.readUInt32LE(0);
      if (length > MAX_BLOCK_BYTES) throw invalid('a block in the file is too long');
      const whole = length === 0 ? END_BYTES : 4 + length;
      if (rest.length < whole) break;
      if (length > 0) {
        blocks++;
        yield { block: Uint8Array.prototype.slice.call(rest, 4, whole) };
      } else {
        ended = true;
        yield { end: { blocks: rest.readUInt32LE(4), id: toHex(rest.subarray(8, END_BYTES)) } };
      }
      rest = rest.subarray(whole);
    }
    if (ended && rest.length > 0) throw invalid('something follows the end mark');
  }
  if (rest.length > 0) throw incomplete(blocks);
}

/** Returns the version of the format. */
async function readFileHeader(file: FileHandle, networkIdHex: string): Promise<1 | 2> {
  const head = Buffer.alloc(FILE_HEADER_BYTES);
  const { bytesRead } = await file.read(head, 0, FILE_HEADER_BYTES, 0);
  const magic = head.toString('latin1', 0, Math.min(bytesRead, MAGIC.length));
  if (magic !== MAGIC && magic !== MAGIC_1) throw invalid('not a chain file');
  if (bytesRead < FILE_HEADER_BYTES) throw incomplete(0);
  const id = toHex(head.subarray(MAGIC.length));
  if (id !== networkIdHex) throw new KithError('chain-file-other-network', id, { data: { networkId: id } });
  return magic === MAGIC ? 2 : 1;
}

const invalid = (message: string): KithError => new KithError('chain-file-invalid', message);

const incomplete = (height: number): KithError =>
  new KithError('chain-file-incomplete', `the file ends after block ${height} without its end mark`, {
    data: { height },
  });
