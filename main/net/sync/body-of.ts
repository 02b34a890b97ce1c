import { sleep } from '../../lib/clock.ts';
import type { Chain } from '../../chain/chain.ts';

export type BodySource = Pick<Chain, 'tip' | 'entry' | 'hasBody' | 'readBlock'>;

/** The body of a block to serve; null when it isn't here. */
export type ReadBody = (id: string) => Promise<Uint8Array | null>;

/** How long a body that is on its way here may let a request for it wait. */
const WAIT_MS = 2500;
const LOOK_MS = 10;
/** Only at the tip are bodies on their way for a moment. */
const DEPTH = 3;

/**
 * Bodies to serve, by id. Headers are passed on before their bodies are here, so whoever got one from us asks at once for
 * what we only have a moment later: it waits that moment instead of being told that we have nothing. However many ask for
 * a block at once, it is waited for and read once.
 */
export function createBodyReader(chain: BodySource): ReadBody {
  const reading = new Map<string, Promise<Uint8Array | null>>();

  async function read(id: string): Promise<Uint8Array | null> {
    for (let waited = 0; waited < WAIT_MS && isComing(chain, id); waited += LOOK_MS) await sleep(LOOK_MS);
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
  return entry.height >= chain.tip().height && entry.height <= chain.tip().height + DEPTH;
}
