import type { Connection } from '@libp2p/interface';

/** One thing for all streams of a connection, a budget say: opening another stream must not fill it up again. */
export function perConnection<Thing>(
  make: (connection: Connection) => Thing,
): (connection: Connection) => Thing {
  const made = new WeakMap<Connection, Thing>();
  return (connection) => {
    const thing = made.get(connection) ?? make(connection);
    made.set(connection, thing);
    return thing;
  };
}
