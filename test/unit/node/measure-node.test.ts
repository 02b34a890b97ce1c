import { afterEach, expect, test } from 'vitest';
import type { Chain } from '../../../main/chain/chain.ts';
import type { Mempool } from '../../../main/mempool/mempool.ts';
import type { Miner } from '../../../main/mining/miner.ts';
import type { PeerNetwork } from '../../../main/net/network.ts';
import { createNodeMeasure, programLoad } from '../../../main/node/measure-node.ts';
import { newFolder } from '../../support/folder.ts';
import { extend, openTestChain } from '../../support/chain/test-chain.ts';
import { until } from '../../support/until.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

const peer = (direction: string, latencyMs: number | null) => ({ direction, latencyMs });

/** A real chain with the mempool, the miner and the peers that a test says. */
async function measured({ list = [peer('inbound', null)] }: { list?: ReturnType<typeof peer>[] } = {}) {
  const chain: Chain = await openTestChain();
  open.push(chain);
  const traffic = { bytesIn: 0, bytesOut: 0 };
  const listeners: (() => void)[] = [];
  const mempool = {
    events: { on: (_event: string, listener: () => void) => (listeners.push(listener), () => undefined) },
    summary: () => ({ count: 3, bytes: 700, floor: 2 }),
    feerates: () => ({ next: 9, soon: 5, today: 2 }),
  } as unknown as Mempool;
  const peers = {
    peers: { list: () => list },
    status: () => ({ knownAddresses: 77 }),
    traffic: () => traffic,
  } as unknown as PeerNetwork;
  const miner = { status: () => ({ hashesPerSecond: 12 }) } as unknown as Miner;
  let micros = 0;
  const load = { processorMicros: () => micros, memoryBytes: () => 100, heapBytes: () => 50 };
  const parts = { datadir: newFolder(), chain, mempool, miner, peers, ms: () => 0 };
  return {
    chain,
    traffic,
    measure: createNodeMeasure(parts, load),
    accept: () => listeners.forEach((listener) => listener()),
    work: (more: number) => (micros += more),
  };
}

test('rates are over the time since the last sample', async () => {
  const { chain, traffic, measure, accept, work } = await measured();
  await extend(chain, {});
  await extend(chain, {});
  accept();
  Object.assign(traffic, { bytesIn: 500, bytesOut: 100 });
  work(1_000_000);
  expect(measure.measure(2000)).toMatchObject({
    blocksPerSecond: 1,
    acceptedPerSecond: 0.5,
    receivedBytesPerSecond: 250,
    sentBytesPerSecond: 50,
    processorShare: 0.5,
    loopDelayMs: 1000,
    height: 2,
    headers: 2,
  });
  expect(measure.measure(1000)).toMatchObject({
    blocksPerSecond: 0,
    receivedBytesPerSecond: 0,
    loopDelayMs: 0,
  });
});

test('peers are counted by direction, and the latency is the median of those that have one', async () => {
  const list = [peer('inbound', 30), peer('outbound', 10), peer('outbound', null), peer('outbound', 50)];
  const { measure } = await measured({ list });
  expect(measure.measure(1000)).toMatchObject({
    peersInbound: 1,
    peersOutbound: 3,
    latencyMs: 30,
    knownAddresses: 77,
  });
});

test('the median of an even number of latencies is between the two in the middle', async () => {
  const { measure } = await measured({ list: [10, 20, 40, 80].map((ms) => peer('inbound', ms)) });
  expect(measure.measure(1000).latencyMs).toBe(30);
});

test('without a measured latency there is none, not zero', async () => {
  const { measure } = await measured();
  expect(measure.measure(1000).latencyMs).toBeNull();
});

test('the free disk space is read in the background, and unknown until then', async () => {
  const { measure } = await measured();
  expect(measure.measure(1000).freeDiskBytes).toBeNull();
  const free = await until(() => measure.measure(1000).freeDiskBytes, 'the disk answered');
  expect(free).toBeGreaterThan(1_000_000);
});

test('the load of this process is measured', () => {
  expect(programLoad.memoryBytes()).toBeGreaterThan(programLoad.heapBytes());
  const before = programLoad.processorMicros();
  for (let i = 0; programLoad.processorMicros() === before; i++) Math.sqrt(i);
  expect(programLoad.processorMicros()).toBeGreaterThan(before);
});

test('a sample after a sleep of the computer says nothing about the event loop', async () => {
  const { measure } = await measured();
  expect(measure.measure(8 * 3600 * 1000).loopDelayMs).toBeNull();
});
