import { toHex } from '../../../core/codec/hex.ts';
import type { Chain } from '../../../state/chain/chain.ts';
import { createBucket, spend } from '../../wire/bucket.ts';
import { FRAME, MAX_HEADERS } from '../../wire/frame-types.ts';
import { answering, type Handler } from '../../wire/server.ts';
import { type BodySource, bodyOf } from '../bodies/body-of.ts';
import { decodeGetBlocks, decodeGetHeaders, encodeHeaders } from '../../wire/messages/sync-messages.ts';

export interface ServeSyncDeps {
  readonly chain: Pick<Chain, 'headersAfter'> & BodySource;
}

/** Header requests that one peer may make at once, and a second after that; a new node needs 1 for 2 000 blocks. */
const HEADER_REQUESTS = { burst: 100, perSecond: 20 };

/** Blocks, and their bytes, at once and a second: what one peer takes must not keep the disk from all others. */
const BLOCKS = { burst: 8192, perSecond: 4096 };
const BLOCK_BYTES = { burst: 64 << 20, perSecond: 32 << 20 };

/** What a peer may ask about the chain, over all its streams. Too many requests aren't punished: their answers wait. */
export function syncHandlers(deps: ServeSyncDeps): ReadonlyMap<number, Handler> {
  const { chain } = deps;
  const budget = createBucket(HEADER_REQUESTS.burst, HEADER_REQUESTS.perSecond);
  const counted = createBucket(BLOCKS.burst, BLOCKS.perSecond);
  const weighed = createBucket(BLOCK_BYTES.burst, BLOCK_BYTES.perSecond);

  const headers = answering(FRAME.getHeaders, decodeGetHeaders, async (locator, reply) => {
    await spend(budget, 1);
    await reply(FRAME.headers.type, encodeHeaders(chain.headersAfter(locator, MAX_HEADERS)));
  });

  const blocks = answering(FRAME.getBlocks, decodeGetBlocks, async (ids, reply) => {
    await spend(counted, ids.length);
    // The next block is read from the disk while this one goes out.
    let next = ids[0] === undefined ? null : read(chain, ids[0]);
    for (const [i, id] of ids.entries()) {
      const block = await next;
      const following = ids[i + 1];
      next = following === undefined ? null : read(chain, following);
      next?.catch(() => undefined);
      if (block) await spend(weighed, block.length);
      if (block) await reply(FRAME.block.type, block);
      else await reply(FRAME.absent.type, id);
    }
  });

  return new Map([
    [FRAME.getHeaders.type, headers],
    [FRAME.getBlocks.type, blocks],
  ]);
}

const read = (chain: BodySource, id: Uint8Array) => bodyOf(chain, toHex(id));
