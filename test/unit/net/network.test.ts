import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { generateKeyPair } from '@libp2p/crypto/keys';
import { afterEach, expect, test } from 'vitest';
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { createChain } from '../../../main/chain/create-chain.ts';
import type { Clock } from '../../../main/lib/clock.ts';
import { createClockWatch } from '../../../main/lib/clock-watch.ts';
import { createMempool } from '../../../main/mempool/mempool.ts';
import { createNetwork } from '../../../main/net/network.ts';
import { createMemoryStore, type PeerStore } from '../../../main/net/peers/peer-store.ts';
import { namesOf } from '../../../main/net/transport/protocols.ts';
import { newDirectory, silent, testChainDeps, verifyBatch } from '../../support/chain/test-chain.ts';
import { createFakeHost, type FakeHost } from '../../support/nodes/fake-host.ts';
import { createRandom } from '../../support/random.ts';
import { turnedClock } from '../../support/test-clock.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const LISTEN = '/ip4/127.0.0.1/tcp/4001';
const BOOTSTRAP = '/ip4/127.0.0.1/tcp/4002';

/** Counts the timers that have neither run nor been cancelled. */
function countTimers(clock: Clock): { readonly clock: Clock; pending(): number } {
  const timers = new Set<object>();
  const after: Clock['after'] = (ms, run) => {
    const mark = {};
    timers.add(mark);
    const timer = clock.after(ms, () => {
      timers.delete(mark);
      run();
    });
    return {
      cancel() {
        timers.delete(mark);
        timer.cancel();
      },
    };
  };
  const every: Clock['every'] = (ms, run) => {
    const mark = {};
    timers.add(mark);
    const timer = clock.every(ms, run);
    return {
      cancel() {
        timers.delete(mark);
        timer.cancel();
      },
    };
  };
  return { clock: { ...clock, after, every }, pending: () => timers.size };
}

/** A network whose disk and sockets are made up, and whose time only the test turns. */
async function inMemory() {
  const directory = newDirectory();
  const turned = turnedClock();
  const { clock, pending } = countTimers(turned);
  const chain = await createChain(testChainDeps({ directory: newDirectory() }));
  stops.push(() => chain.close());
  const key = await generateKeyPair('Ed25519');
  let store: PeerStore;
  let host: FakeHost;
  const network = await createNetwork({
    network: REGTEST_NETWORK,
    chain,
    mempool: createMempool({ chain, verifyBatch, clock: turned, log: silent }),
    clock,
    random: createRandom(3),
    clockWatch: createClockWatch({ clock: turned, log: silent }),
    log: silent,
    datadir: directory,
    listen: [LISTEN],
    bootstrap: [BOOTSTRAP],
    software: 'kith/test',
    factories: {
      openIdentity: () => Promise.resolve({ key, notice: null }),
      openStore: () => Promise.resolve((store = createMemoryStore(silent))),
      createHost: (deps) => Promise.resolve((host = createFakeHost(deps))),
    },
  });
  return { network, host: host!, store: store!, clock: turned, pending, directory };
}

test('a network runs on the identity, the store and the host that it is given', async () => {
  const { network, host, clock, directory } = await inMemory();
  await network.start();
  expect(host.state()).toBe('started');
  const names = namesOf(REGTEST_NETWORK.idHex);
  expect(host.protocols).toEqual(expect.arrayContaining([names.hello, names.sync, names.relay, names.push]));
  expect(network.addresses()).toEqual([`${LISTEN}/p2p/${network.peerId}`]);
  await clock.passing(10_000);
  expect(host.dialled).toContain(BOOTSTRAP);
  expect(network.status()).toMatchObject({ phase: 'finding-peers', peers: 0, notices: [] });
  await network.stop();
  expect(host.state()).toBe('stopped');
  for (const name of ['identity.key', 'peers']) expect(existsSync(join(directory, name))).toBe(false);
});

test('bans are kept in the store that the network was given', async () => {
  const { network, store } = await inMemory();
  await network.start();
  await network.peers.ban({ address: '/ip4/192.0.2.1/tcp/4000' });
  expect((await store.list('ban')).map(({ key }) => key)).toEqual(['|/ip4/192.0.2.1']);
  await network.stop();
});

test('a network that has stopped has no timer left', async () => {
  const { network, clock, pending } = await inMemory();
  await network.start();
  await clock.passing(60_000);
  expect(pending()).toBeGreaterThan(0);
  await network.stop();
  expect(pending()).toBe(0);
});
