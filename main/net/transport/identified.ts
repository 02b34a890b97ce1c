import type { Connection, IdentifyResult } from '@libp2p/interface';

const WAIT_MS = 3000;
const REMEMBERED = 500;

/** What the other end of a connection said of itself; waits for it, null when nothing comes. */
export type Identified = (connection: Connection) => Promise<IdentifyResult | null>;

/** libp2p asks every new connection on its own time; this remembers the answers by connection. */
export function createIdentified(
  onIdentify: (listener: (result: IdentifyResult) => void) => void,
): Identified {
  const known = new Map<string, IdentifyResult>();
  const waiting = new Map<string, Set<(result: IdentifyResult) => void>>();
  onIdentify((result) => {
    const { id } = result.connection;
    known.set(id, result);
    if (known.size > REMEMBERED) known.delete(known.keys().next().value!);
    for (const done of waiting.get(id) ?? []) done(result);
  });

  return ({ id }) => {
    const found = known.get(id);
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve) => {
      const others = waiting.get(id) ?? new Set();
      waiting.set(id, others);
      const done = (result: IdentifyResult | null) => {
        clearTimeout(timer);
        others.delete(done);
        if (others.size === 0) waiting.delete(id);
        resolve(result);
      };
      const timer = setTimeout(() => done(null), WAIT_MS);
      others.add(done);
    });
  };
}
