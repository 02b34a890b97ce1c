import { toHex } from '../../core/codec/hex.ts';
import { isViolation } from '../../core/violation.ts';
import { sleep } from '../../lib/clock.ts';
import type { Chain } from '../../state/chain/chain.ts';
import { createBucket } from '../wire/bucket.ts';
import { FRAME, MAX_HEADERS } from '../wire/frame-types.ts';
import type { Handler } from '../wire/server.ts';
import { type BodySource, bodyOf } from './body-of.ts';
import { decodeGetBlocks, decodeGetHeaders, encodeHeaders } from '../wire/sync-messages.ts';

export interface ServeSyncDeps {
  readonly chain: Pick<Chain, 'headersAfter'> & BodySource;
}

/** Header requests that one peer may make at once, and a second after that; a new node needs 1 for 2 000 blocks. */
const HEADER_REQUESTS = { burst: 100, perSecond: 20 };

/** What one stream of a peer may ask about the chain. Too many requests aren't punished: their answers wait. */
export function syncHandlers(deps: ServeSyncDeps): ReadonlyMap<number, Handler> {
  const { chain } = deps;
  const budget = createBucket(HEADER_REQUESTS.burst, HEADER_REQUESTS.perSecond);

  const headers: Handler = {
    cap: FRAME.getHeaders.cap,
    async handle(frame, reply) {
      const locator = decodeGetHeaders(frame.body);
      if (isViolation(locator)) return locator;
      while (!budget.take(1)) await sleep(budget.waitFor(1) + 1);
      await reply(FRAME.headers.type, encodeHeaders(chain.headersAfter(locator, MAX_HEADERS)));
      return null;
    },
  };

  const blocks: Handler = {
    cap: FRAME.getBlocks.cap,
    async handle(frame, reply) {
      const ids = decodeGetBlocks(frame.body);
      if (isViolation(ids)) return ids;
      // The next block is read from the disk while this one goes out.
      let next = ids[0] === undefined ? null : read(chain, ids[0]);
      for (const [i, id] of ids.entries()) {
        const block = await next;
        const following = ids[i + 1];
        next = following === undefined ? null : read(chain, following);
        next?.catch(() => undefined);
        if (block) await reply(FRAME.block.type, block);
        else await reply(FRAME.absent.type, id);
      }
      return null;
    },
  };

  return new Map([
    [FRAME.getHeaders.type, headers],
    [FRAME.getBlocks.type, blocks],
  ]);
}

const read = (chain: BodySource, id: Uint8Array) => bodyOf(chain, toHex(id));
