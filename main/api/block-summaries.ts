import type { BlockSummary } from '../../shared/contract/chain.ts';
import { encodeAddress } from '../core/primitives/address.ts';
import { type Block, decodeBlock } from '../core/primitives/block.ts';
import { LOCK_BURN } from '../core/primitives/coin.ts';
import { isViolation } from '../core/violation.ts';
import type { ChainAccess, ChainEntry } from './facade.ts';

/** The rows of the block list. They are cached, because the body of a block never changes. */
export interface BlockSummaries {
  get(entry: ChainEntry): Promise<BlockSummary>;
  close(): void;
}

type Body = Pick<BlockSummary, 'size' | 'transactions' | 'reward' | 'miner'>;

const MAX_SUMMARIES = 1000;
const NO_BODY: Body = { size: null, transactions: null, reward: null, miner: null };

/** Keeps the last 1 000 rows. Blocks that are connected while the node runs are not read from the disk. */
export function createBlockSummaries(chain: ChainAccess, hrp: string): BlockSummaries {
  const bodies = new Map<string, Body>();
  const keep = (id: string, body: Body): Body => {
    bodies.set(id, body);
    for (const oldest of bodies.keys()) {
      if (bodies.size <= MAX_SUMMARIES) break;
      bodies.delete(oldest);
    }
    return body;
  };
  const off = chain.onConnected(({ entry, block }) => void keep(entry.id, describeBody(block, hrp)));

  const read = async (id: string): Promise<Body> => {
    const bytes = await chain.readBlock(id);
    const block = bytes === null ? null : decodeBlock(bytes);
    // The row is not cached, because a missing body may be downloaded later.
    return block === null || isViolation(block) ? NO_BODY : keep(id, describeBody(block, hrp));
  };

  return {
    async get(entry) {
      const body = bodies.get(entry.id) ?? (await read(entry.id));
      return { id: entry.id, height: entry.height, time: entry.time, bits: entry.bits, ...body };
    },
    close: off,
  };
}

function describeBody(block: Block, hrp: string): Body {
  const outputs = block.transactions[0]?.outputs.filter((output) => output.lockType !== LOCK_BURN) ?? [];
  const first = outputs[0];
  return {
    size: block.bytes.length,
    transactions: block.transactions.length,
    reward: outputs.reduce((sum, output) => sum + output.amount, 0),
    miner: first === undefined ? null : encodeAddress(hrp, first),
  };
}
