import { noise } from '@chainsafe/libp2p-noise';
import { identify } from '@libp2p/identify';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { createLibp2p } from 'libp2p';
import { greet } from '../../main/net/protocol/control.ts';
import type { Hello } from '../../main/net/protocol/hello.ts';
import { isPeerViolation } from '../../main/net/protocol/wire-violation.ts';
import { serve } from '../../main/net/protocol/responder.ts';
import { helloOf, NAMES, type StrangerOptions } from '../hostile/support/stranger.ts';
import { systemClock } from '../../main/lib/clock.ts';

/** A regtest peer that accepts connections and answers the handshake, without a node behind it. */
export interface Acceptor {
  readonly address: string;
  stop(): Promise<void>;
}

/** `answers` by protocol, as a stranger has them. */
export async function startAcceptor(
  host: string,
  hello: Partial<Hello>,
  answers: NonNullable<StrangerOptions['answers']> = {},
): Promise<Acceptor> {
  const node = await createLibp2p({
    addresses: { listen: [`/ip4/${host}/tcp/0`] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionMonitor: { enabled: false },
    services: { identify: identify() },
  });
  await node.handle(NAMES.hello, (stream) => {
    void greet(stream, { ours: helloOf(hello), opened: false, clock: systemClock }).then((control) => {
      if (control !== null && !isPeerViolation(control)) void control.run(() => {});
    });
  });
  for (const [protocol, handlers] of Object.entries(answers))
    await node.handle(protocol, (stream) => void serve(stream, handlers, { clock: systemClock }));
  return { address: node.getMultiaddrs()[0]!.toString(), stop: async () => node.stop() };
}
