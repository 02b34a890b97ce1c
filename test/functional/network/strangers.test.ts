import { generateKeyPair } from '@libp2p/crypto/keys';
import { expect, test } from 'vitest';
import { createHost, type Host } from '../../../main/net/transport/host.ts';
import { AWAITING_HELLO } from '../../../main/net/peers/sessions.ts';
import { startTestNode, stopAfterTest } from '../../support/stop-after-test.ts';
import { until } from '../../support/until.ts';
import { systemClock } from '../../../main/lib/clock.ts';
import { systemRandom } from '../../../main/lib/random.ts';

async function host(listen: string[], refuse: () => boolean = () => false): Promise<Host> {
  const made = await createHost({
    clock: systemClock,
    random: systemRandom,
    key: await generateKeyPair('Ed25519'),
    listen,
    topics: [],
    software: 'x'.repeat(200),
    denied: { host: () => false, peer: refuse },
    scoreOf: () => 0,
  });
  await made.start();
  return stopAfterTest(made);
}

test('peers that connect with new peer ids leave no data behind', async () => {
  let refused = false;
  const at = await host(['/ip4/127.0.0.1/tcp/0'], () => refused);
  const [address] = at.addresses();
  let open = 0;
  at.onOpen(() => open++);
  at.onClose(() => open--);
  for (let i = 0; i < 12; i++) {
    // Every other one is turned away once its name is known.
    refused = i % 2 === 1;
    const stranger = await host([]);
    await stranger.dial(address!).catch(() => undefined);
    if (!refused) await until(() => open > 0, 'connected');
    await stranger.stop();
    await until(() => open === 0, 'gone');
  }
  await until(async () => (await at.remembered()) <= 1 && at.traffic.size === 0, 'forgotten');
});

test('connections without a hello displace each other, and a node with a hello still becomes a peer', async () => {
  const at = await startTestNode();
  const gone: number[] = [];
  for (let i = 0; i < AWAITING_HELLO.total + 3; i++) {
    const stranger = await host([]);
    stranger.onClose(() => gone.push(i));
    await stranger.dial(at.address);
  }
  await until(() => gone.length >= 3, 'the oldest went');
  expect(gone.slice(0, 3).sort()).toEqual([0, 1, 2]);
  await startTestNode({ bootstrap: [at.address] });
  await until(() => at.net.peers.list().length === 1, 'a node that completes the handshake becomes a peer');
});
