import type { Connection, Stream } from '@libp2p/interface';

/** Accepts a stream that a peer has opened for a protocol. */
export type Accept = (stream: Stream, connection: Connection) => unknown;

interface Registrar {
  handle(protocol: string, accept: Accept, options?: object): Promise<void>;
}

/**
 * The components of a libp2p service, changed so that streams go to `accept` instead of to the service's own handler,
 * which is the last argument of `accept`.
 */
export function withHandler<Components extends object>(
  components: Components,
  accept: (stream: Stream, connection: Connection, own: Accept) => unknown,
): Components {
  const { registrar } = components as unknown as { registrar: Registrar };
  const wrapped = new Proxy(registrar, {
    get(target, name) {
      if (name === 'handle')
        return (protocol: string, own: Accept, options?: object) =>
          target.handle(protocol, (stream, connection) => accept(stream, connection, own), options);
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return new Proxy(components, {
    get: (target, name) => (name === 'registrar' ? wrapped : (Reflect.get(target, name) as unknown)),
  });
}
