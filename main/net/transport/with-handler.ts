import type { Connection, Stream } from '@libp2p/interface';

/** Takes a stream that a peer has opened for a protocol. */
export type Accept = (stream: Stream, connection: Connection) => unknown;

interface Registrar {
  handle(protocol: string, accept: Accept, options?: object): Promise<void>;
}

/**
 * The components that a libp2p service is made from, with streams going to `accept` instead of to the service's own
 * handler, which is its last argument.
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
