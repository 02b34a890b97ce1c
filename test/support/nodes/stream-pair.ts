import { type ICryptoInterface, noise } from '@chainsafe/libp2p-noise';
import type { Connection, Stream } from '@libp2p/interface';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { createLibp2p } from 'libp2p';

/** Two ends of real libp2p streams over a socket on loopback. */
export interface StreamPairs {
  /** A fresh stream: the end that opened it and the other. */
  pair(): Promise<{ near: Stream; far: Stream }>;
  /** Opens further streams whose far ends `accept` gets. */
  open(accept: (far: Stream) => void): Promise<Stream>;
  stop(): Promise<void>;
}

const PROTOCOL = '/kith/test/1';

/** With another cryptography than the package's own for either end, if it is given. */
export async function createStreamPairs(
  cryptos: { readonly near?: ICryptoInterface; readonly far?: ICryptoInterface } = {},
): Promise<StreamPairs> {
  const create = (crypto: ICryptoInterface | undefined) =>
    createLibp2p({
      addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
      transports: [tcp()],
      connectionEncrypters: [noise(crypto ? { crypto } : {})],
      streamMuxers: [yamux({ streamOptions: { maxStreamWindowSize: 2 << 20 } })],
      connectionGater: { denyDialMultiaddr: () => false },
      connectionMonitor: { enabled: false },
    });
  const [near, far] = [await create(cryptos.near), await create(cryptos.far)];
  let accept: (stream: Stream) => void = () => {};
  await far.handle(PROTOCOL, (stream) => accept(stream), { maxInboundStreams: 64 });
  const connection: Connection = await near.dial(far.getMultiaddrs());
  const open = (take: (stream: Stream) => void) => {
    accept = take;
    return connection.newStream(PROTOCOL);
  };
  return {
    open,
    async pair() {
      const arrived = Promise.withResolvers<Stream>();
      const stream = await open(arrived.resolve);
      return { near: stream, far: await arrived.promise };
    },
    async stop() {
      await near.stop();
      await far.stop();
    },
  };
}
