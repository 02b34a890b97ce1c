import { generateKeyPair } from '@libp2p/crypto/keys';
import { afterEach, expect, test } from 'vitest';
import { createHost, type Host } from '../../../../main/net/transport/host.ts';
import { systemClock } from '../../../../main/lib/clock.ts';
import { systemRandom } from '../../../../main/lib/random.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function start(listen: readonly string[], banned: string | null): Promise<Host> {
  const host = await createHost({
    clock: systemClock,
    random: systemRandom,
    key: await generateKeyPair('Ed25519'),
    listen,
    topics: [],
    software: 'test',
    denied: { host: (each) => each === banned, peer: () => false },
    scoreOf: () => 0,
  });
  await host.start();
  stops.push(() => host.stop());
  return host;
}

test('a DNS name resolves only to addresses that are not banned', async () => {
  const there = await start(['/ip4/127.0.0.1/tcp/0'], null);
  const port = /\/tcp\/(\d+)/.exec(there.addresses()[0]!)![1]!;
  const named = `/dns4/localhost/tcp/${port}`;
  const connection = await (await start([], null)).dial(named);
  expect(connection.remoteAddr.toString()).toContain('/ip4/127.0.0.1/');
  const banning = await start([], '/ip4/127.0.0.1');
  await expect(banning.dial(named)).rejects.toMatchObject({ code: 'dial-failed' });
});
