import { toHex } from '../../core/codec/hex.ts';
import type { Chain } from '../../chain/chain.ts';
import { FRAME, MAX_HEADERS } from '../protocol/frame-types.ts';
import { createHandler, type Handler } from '../protocol/responder.ts';
import type { ReadBody } from './body-of.ts';
import { decodeGetBlocks, decodeGetHeaders, encodeHeaders } from '../protocol/sync-messages.ts';

export interface ServeSyncDeps {
  readonly chain: Pick<Chain, 'headersAfter'>;
  readonly readBody: ReadBody;
}

/** After a block of at most this size, the next block is read while the current one is sent. */
const SMALL_BYTES = 128 * 1024;

/**
 * Handlers for getHeaders and getBlocks. Exceeding the rate limit is not a violation: requests are queued
 * (net/budgets/costs.ts).
 */
export function syncHandlers(deps: ServeSyncDeps): ReadonlyMap<number, Handler> {
  const { chain } = deps;
  const read = (id: Uint8Array) => deps.readBody(toHex(id));

  const headers = createHandler(FRAME.getHeaders, decodeGetHeaders, async (locator, reply) => {
    await reply(FRAME.headers.type, encodeHeaders(chain.headersAfter(locator, MAX_HEADERS)));
  });

  const blocks = createHandler(FRAME.getBlocks, decodeGetBlocks, async (ids, reply) => {
    let next: Promise<Uint8Array | null> | null = null;
    for (const [i, id] of ids.entries()) {
      const block: Uint8Array | null = await (next ?? read(id));
      const following: Uint8Array | undefined = ids[i + 1];
      const small: boolean = (block?.length ?? 0) <= SMALL_BYTES;
      next = small && following !== undefined ? read(following) : null;
      next?.catch(() => undefined);
      if (block) await reply(FRAME.block.type, block);
      else await reply(FRAME.absent.type, id);
    }
  });

  return new Map([
    [FRAME.getHeaders.type, headers],
    [FRAME.getBlocks.type, blocks],
  ]);
}
