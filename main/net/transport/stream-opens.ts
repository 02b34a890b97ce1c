import type {
  ConnectionEncrypter,
  MessageStream,
  Stream,
  StreamMuxer,
  StreamMuxerFactory,
} from '@libp2p/interface';
import type { Multiaddr } from '@multiformats/multiaddr';
import type { Budgets } from '../budgets/budgets.ts';

/** Maximum number of streams of one connection that wait for their budget. The multiplexer allows 32 at a time. */
const MAX_QUEUED_OPENS = 64;

/** Makes the streams that peers open wait for their budget before the protocol is negotiated. */
export interface StreamOpens {
  encrypter<Components>(
    make: (components: Components) => ConnectionEncrypter,
  ): (components: Components) => ConnectionEncrypter;
  muxer<Components>(
    make: (components: Components) => StreamMuxerFactory,
  ): (components: Components) => StreamMuxerFactory;
}

/**
 * Opening a stream costs the peer 12 bytes and this node 1.5 ms, whatever follows. The multiplexer does not know the
 * address of its connection, so the encrypter, which knows it, records it.
 */
export function createStreamOpens(budgets: Pick<Budgets, 'ofAddress'>): StreamOpens {
  const addresses = new WeakMap<MessageStream, string>();

  async function secure<Secured extends { connection: MessageStream }>(
    raw: MessageStream,
    handshake: Promise<Secured>,
  ): Promise<Secured> {
    const secured = await handshake;
    addresses.set(secured.connection, addressOf(raw));
    return secured;
  }

  /** The multiplexer as the connection uses it. It delivers new streams when their budget allows. */
  function held(muxer: StreamMuxer, on: MessageStream): StreamMuxer {
    const budget = budgets.ofAddress(addresses.get(on) ?? '');
    on.addEventListener('close', () => budget.end());
    let waiting = 0;
    const hold = (listener: (event: CustomEvent<Stream>) => void) => (event: CustomEvent<Stream>) => {
      const stream = event.detail;
      // A stream that is reset immediately frees its slot in the multiplexer, but not in this queue.
      if (waiting >= MAX_QUEUED_OPENS) return stream.abort(new Error('too many waiting streams'));
      waiting++;
      budget
        .spend('stream', 0)
        .then(
          () => {
            if (stream.status === 'open') listener(event);
          },
          (error: unknown) => stream.abort(error as Error),
        )
        .finally(() => waiting--);
    };
    const listen = (type: string, listener: (event: CustomEvent<Stream>) => void): void =>
      muxer.addEventListener(type as 'stream', type === 'stream' ? hold(listener) : listener);
    return new Proxy(muxer, {
      get(target, name) {
        if (name === 'addEventListener') return listen;
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  }

  return {
    encrypter: (make) => (components) => {
      const inner = make(components);
      const inbound = inner.secureInbound.bind(inner);
      const outbound = inner.secureOutbound.bind(inner);
      inner.secureInbound = (raw, options) => secure(raw, inbound(raw, options));
      inner.secureOutbound = (raw, options) => secure(raw, outbound(raw, options));
      return inner;
    },
    muxer: (make) => (components) => {
      const factory = make(components);
      const create = factory.createStreamMuxer.bind(factory);
      factory.createStreamMuxer = (on) => held(create(on), on);
      return factory;
    },
  };
}

/**
 * The address of a raw stream. The raw stream below the encryption is a connection with an address, although its type
 * does not declare one.
 */
function addressOf(raw: MessageStream): string {
  return (raw as { remoteAddr?: Multiaddr }).remoteAddr?.toString() ?? '';
}
