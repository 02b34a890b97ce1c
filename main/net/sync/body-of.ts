import type { Clock } from '../../lib/clock.ts';
import type { Chain } from '../../chain/chain.ts';

export type BodySource = Pick<Chain, 'tip' | 'entry' | 'hasBody' | 'readBlock' | 'events'>;

/** The body of a block to serve; null when it is not stored here. */
export type ReadBody = (id: string) => Promise<Uint8Array | null>;

/** How long a request of a peer may wait for a body that is being downloaded. */
const WAIT_MS = 2500;
/** Only bodies at most this far below the tip are expected to arrive within WAIT_MS. */
const MAX_AWAITED_DEPTH = 3;

/**
 * Reads bodies to serve them. Headers are relayed before their bodies arrive, so a peer may request a body that this
 * node receives a moment later. The request waits for it instead of being answered with `absent`. All requests for a
 * block at the same time share one wait and one read.
 */
export function createBodyReader(chain: BodySource, clock: Pick<Clock, 'after'>): ReadBody {
  const reading = new Map<string, Promise<Uint8Array | null>>();

  async function read(id: string): Promise<Uint8Array | null> {
    if (isComing(chain, id)) await arrival(chain, clock, id);
    return chain.readBlock(id);
  }

  return (id) => {
    const found = reading.get(id) ?? read(id).finally(() => reading.delete(id));
    reading.set(id, found);
    return found;
  };
}

function isComing(chain: BodySource, id: string): boolean {
  const entry = chain.entry(id);
  if (entry === undefined || entry.status === 'invalid' || chain.hasBody(id)) return false;
  return entry.height >= chain.tip().height && entry.height <= chain.tip().height + MAX_AWAITED_DEPTH;
}

/** Resolves when the body is stored or no longer expected, after WAIT_MS at the latest. */
function arrival(chain: BodySource, clock: Pick<Clock, 'after'>, id: string): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!isComing(chain, id)) end();
    };
    const off = (['stored', 'invalid', 'tip'] as const).map((event) => chain.events.on(event, look));
    const timer = clock.after(WAIT_MS, end);
    function end(): void {
      timer.cancel();
      for (const each of off) each();
      resolve();
    }
  });
}
