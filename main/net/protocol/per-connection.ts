import type { Connection } from '@libp2p/interface';

/**
 * Creates one value per connection, such as a budget, which all its streams share. A new stream must not refill the
 * budget.
 */
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
