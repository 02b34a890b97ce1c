import type { Connection, IdentifyResult } from '@libp2p/interface';
import type { Clock } from '../../lib/clock.ts';

const WAIT_MS = 3000;
const REMEMBERED = 500;

/** Resolves to the identify result of a connection, or to null when none arrives. */
export type Identified = (connection: Connection) => Promise<IdentifyResult | null>;

/** libp2p identifies every new connection by itself; this function keeps the results by connection. */
export function createIdentified(
  onIdentify: (listener: (result: IdentifyResult) => void) => void,
  clock: Pick<Clock, 'after'>,
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
        timer.cancel();
        others.delete(done);
        if (others.size === 0) waiting.delete(id);
        resolve(result);
      };
      const timer = clock.after(WAIT_MS, () => done(null));
      others.add(done);
    });
  };
}
