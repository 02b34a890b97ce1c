import { expect, test } from 'vitest';
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { encodeBlockAnnouncement } from '../../../main/net/protocol/announcements.ts';
import { FRAME } from '../../../main/net/protocol/frame-types.ts';
import { createFrameReader, type Frame } from '../../../main/net/protocol/frames.ts';
import { isPeerViolation } from '../../../main/net/protocol/wire-violation.ts';
import { encodeGetHeaders } from '../../../main/net/protocol/sync-messages.ts';
import { type RawPeer, startRawPeer } from '../../support/nodes/raw-peer.ts';
import { mineOn, tipOf } from '../../support/chain/test-chain.ts';
import type { TestNode } from '../../support/nodes/test-node.ts';
import { startTestNode, startTestPeer } from '../../support/stop-after-test.ts';
import { until } from '../../support/until.ts';
import { writeFrame } from '../../support/nodes/write-frame.ts';
import { systemClock } from '../../../main/lib/clock.ts';

async function speaking(at: TestNode, versionMin: number, versionMax: number): Promise<RawPeer> {
  const peer = await startTestPeer(at, { hello: { versionMin, versionMax } });
  await until(() => at.net.peers.list().some(({ id }) => id === peer.id), 'greeted');
  return peer;
}

async function next(reader: { next(): Promise<unknown> }): Promise<Frame> {
  const frame = await reader.next();
  if (frame === null || isPeerViolation(frame)) throw new Error('no frame');
  return frame as Frame;
}

test('peers with versions 1 to 2 and 1 use version 1, and an unknown request of the newer peer is answered without a penalty', async () => {
  const at = await startTestNode();
  await at.mine(3);
  const peer = await speaking(at, 1, 2);
  expect(peer.control.version).toBe(1);
  const stream = await peer.open(peer.names.sync);
  const reader = createFrameReader(stream, systemClock, () => 200_000);
  await writeFrame(stream, 0x6e, 7, [new Uint8Array(5000)]);
  expect(await next(reader)).toEqual({ type: FRAME.unknown.type, id: 7, body: new Uint8Array(0) });
  // The stream goes on as if nothing had been.
  await writeFrame(stream, FRAME.getHeaders.type, 8, [encodeGetHeaders([REGTEST_NETWORK.genesis.header.id])]);
  expect(await next(reader)).toMatchObject({ type: FRAME.headers.type, id: 8 });
  reader.release();
  expect(at.net.peers.list().map(({ score }) => score)).toEqual([0]);
  expect(at.net.peers.bans()).toEqual([]);
});

test('a peer with a newer version is banned for an unknown frame that is too large', async () => {
  const at = await startTestNode();
  const peer = await speaking(at, 1, 2);
  const stream = await peer.open(peer.names.sync);
  await writeFrame(stream, 0x6e, 7, [new Uint8Array(65_537)]);
  await until(() => at.net.peers.bans().some(({ code }) => code === 'wire-oversize'), 'banned');
});

test('a peer without a common version is disconnected and not banned', async () => {
  const at = await startTestNode();
  await expect(
    startRawPeer(at.address, { network: REGTEST_NETWORK, hello: { versionMin: 2, versionMax: 3 } }),
  ).rejects.toThrow(/hello-version|lost/);
  expect(at.net.peers.list()).toEqual([]);
  expect(at.net.peers.bans()).toEqual([]);
});

test('the header in an announcement of an unknown kind is used and relayed', async () => {
  const at = await startTestNode();
  await at.mine(3);
  const further = await startTestNode({ bootstrap: [at.address] });
  await until(() => further.chain.tip().height === 3, 'synced');
  const peer = await speaking(at, 1, 2);
  await until(() => peer.host.gossip.meshPeers(peer.names.blocks).length > 0, 'in the mesh');
  const block = mineOn(at.chain, tipOf(at.chain));
  const data = Uint8Array.from([...encodeBlockAnnouncement(block.header.bytes, null), 1, 2, 3]);
  data[block.header.bytes.length] = 3;
  expect(await peer.host.gossip.publish(peer.names.blocks, data, true)).toBe(1);
  for (const each of [at, further])
    await until(() => each.chain.entry(block.header.idHex) !== undefined, 'the header is known');
  for (const each of [at, further]) {
    expect(each.net.peers.bans()).toEqual([]);
    expect([...new Set(each.net.peers.list().map(({ score }) => score))]).toEqual([0]);
  }
});
