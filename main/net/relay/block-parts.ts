import { transactionOffsets } from '../../core/primitives/block.ts';
import type { Chain } from '../../chain/chain.ts';
import type { ReadBody } from '../sync/body-of.ts';

/** Transactions of recent blocks by position, for peers that reconstruct a compact block (blocktxn of BIP 152). */
export interface BlockParts {
  /**
   * The bytes of the transactions at these positions, as views of the block. Null when this node lacks the block or the
   * block has no such position.
   */
  find(id: string, indexes: readonly number[]): Promise<Uint8Array[] | null>;
}

export interface BlockPartsDeps {
  readonly chain: Pick<Chain, 'tip' | 'entry'>;
  readonly readBody: ReadBody;
}

interface Indexed {
  readonly bytes: Uint8Array;
  readonly offsets: Uint32Array;
}

/** How far below the tip a block may be, because peers reconstruct only recent blocks. */
const MAX_SERVED_DEPTH = 10;
/** Size of the cache of blocks with their index in bytes. The least recently requested ones are removed. */
const KEPT_BYTES = 12 << 20;

/**
 * Builds the index of the positions in a block once and caches it, so that the cost of a request depends on its size.
 * Without the cache a request of 42 bytes would make this node decode a whole block of ten thousand transactions.
 */
export function createBlockParts({ chain, readBody }: BlockPartsDeps): BlockParts {
  const kept = new Map<string, Indexed>();
  const making = new Map<string, Promise<Indexed | null>>();
  let bytes = 0;

  async function make(id: string): Promise<Indexed | null> {
    const body = await readBody(id);
    const offsets = body && transactionOffsets(body);
    if (body === null || offsets === null) return null;
    keep(id, { bytes: body, offsets });
    return { bytes: body, offsets };
  }

  function keep(id: string, block: Indexed): void {
    kept.set(id, block);
    bytes += block.bytes.length;
    for (const [oldest, { bytes: of }] of kept) {
      if (bytes <= KEPT_BYTES) return;
      kept.delete(oldest);
      bytes -= of.length;
    }
  }

  async function indexed(id: string): Promise<Indexed | null> {
    const known = kept.get(id);
    if (known !== undefined) {
      kept.delete(id);
      kept.set(id, known);
      return known;
    }
    const made = making.get(id) ?? make(id).finally(() => making.delete(id));
    making.set(id, made);
    return made;
  }

  return {
    async find(id, indexes) {
      const entry = chain.entry(id);
      if (entry === undefined || entry.height < chain.tip().height - MAX_SERVED_DEPTH) return null;
      const block = await indexed(id);
      if (block === null || (indexes.at(-1) ?? 0) >= block.offsets.length - 1) return null;
      return indexes.map((index) => block.bytes.subarray(block.offsets[index], block.offsets[index + 1]));
    },
  };
}
