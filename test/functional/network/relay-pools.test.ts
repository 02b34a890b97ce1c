import { generateKeyPair } from '@libp2p/crypto/keys';
import type { Stream } from '@libp2p/interface';
import { peerIdFromString } from '@libp2p/peer-id';
import { expect, test } from 'vitest';
import { createHost, type Host } from '../../../main/net/transport/host.ts';
import { RELAYED, RESERVATIONS } from '../../../main/net/transport/relay-pools.ts';
import { createPrefixed } from '../../../main/net/protocol/prefixed.ts';
import { meet, newSource, type Stranger } from '../../hostile/support/stranger.ts';
import { stopAfterTest } from '../../support/stop-after-test.ts';
import { until } from '../../support/until.ts';
import { systemClock } from '../../../main/lib/clock.ts';
import { systemRandom } from '../../../main/lib/random.ts';

const HOP = '/libp2p/circuit/relay/0.2.0/hop';
const STOP = '/libp2p/circuit/relay/0.2.0/stop';
const RESERVE = Uint8Array.of(0x08, 0);
/** Field 5 of the answer is the status: 100 = given. */
const OK = Buffer.from([0x28, 100]);

async function relay(): Promise<Host & { readonly address: string }> {
  const host = await createHost({
    clock: systemClock,
    random: systemRandom,
    key: await generateKeyPair('Ed25519'),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    topics: [],
    software: 'relay',
    denied: { host: () => false, peer: () => false },
    scoreOf: () => 0,
    wanted: { relays: { serves: () => true, uses: () => false } },
  });
  await host.start();
  return { ...stopAfterTest(host), address: host.addresses()[0]! };
}

async function stranger(at: { readonly address: string }, from: string): Promise<Stranger> {
  return stopAfterTest(await meet(at.address, { from }));
}

async function ask(peer: Stranger, message: Uint8Array): Promise<{ stream: Stream; given: boolean }> {
  const stream = await peer.open(HOP);
  const messages = createPrefixed(stream, systemClock);
  await messages.send(message);
  const answer = Buffer.from(await messages.receive(4096, 5000));
  return { stream, given: answer.includes(OK) };
}
const reserve = async (peer: Stranger) => (await ask(peer, RESERVE)).given;

/** Agrees to every connection that the relay brings, and leaves it open. */
async function acceptRelayed(stream: Stream): Promise<void> {
  const messages = createPrefixed(stream, systemClock);
  await messages.receive(4096, 5000);
  await messages.send(Uint8Array.of(0x08, 1, 0x20, 100));
}

test('peers from two hosts hold few reservations, and peers from other hosts still get one', async () => {
  const at = await relay();
  const hosts = [newSource(), newSource()];
  for (let i = 0; i < 16; i++) expect(await reserve(await stranger(at, hosts[i % 2]!))).toBe(true);
  expect(at.reserved()).toHaveLength(2 * RESERVATIONS.perHost);
  const others: Stranger[] = [];
  for (let i = 0; i < RESERVATIONS.total; i++) {
    others.push(await stranger(at, newSource()));
    expect(await reserve(others.at(-1)!)).toBe(true);
  }
  expect(at.reserved()).toHaveLength(RESERVATIONS.total);
  // The newest is always in, and asking again for the same reservation evicts nobody.
  expect(at.reserved()).toContain(others.at(-1)!.id);
  const before = at.reserved();
  expect(await reserve(others.at(-1)!)).toBe(true);
  expect(at.reserved()).toEqual(before);
});

test('a reservation ends with its connection, and the relay forgets the peer', async () => {
  const at = await relay();
  const peer = await stranger(at, newSource());
  expect(await reserve(peer)).toBe(true);
  expect(at.reserved()).toEqual([peer.id]);
  const known = await at.remembered();
  await peer.stop();
  await until(() => at.reserved().length === 0, 'the reservation is gone');
  await until(async () => (await at.remembered()) < known, 'forgotten');
});

test('the oldest relayed connections to a peer are closed for new ones from other hosts', async () => {
  const at = await relay();
  const takes = { [STOP]: (stream: Stream) => void acceptRelayed(stream) };
  const target = stopAfterTest(await meet(at.address, { from: newSource(), takes }));
  expect(await reserve(target)).toBe(true);
  const id = peerIdFromString(target.id).toMultihash().bytes;
  const connectTo = Buffer.concat([Uint8Array.of(0x08, 1, 0x12, id.length + 2, 0x0a, id.length), id]);
  const host = newSource();
  const greedy: Stream[] = [];
  for (let i = 0; i < RELAYED.total; i++) {
    const { stream, given } = await ask(await stranger(at, host), connectTo);
    expect(given).toBe(true);
    greedy.push(stream);
  }
  await until(() => greedy.filter(({ status }) => status !== 'open').length === 2, 'the oldest are closed');
  expect(greedy.slice(0, 2).map(({ status }) => status !== 'open')).toEqual([true, true]);
  for (let i = 0; i < RELAYED.total; i++) {
    const { stream, given } = await ask(await stranger(at, newSource()), connectTo);
    expect(given).toBe(true);
    greedy.push(stream);
  }
  await until(() => greedy.filter(({ status }) => status === 'open').length <= RELAYED.total, 'bounded');
  expect(greedy.at(-1)!.status).toBe('open');
});
