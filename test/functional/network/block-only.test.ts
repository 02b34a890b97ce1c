import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { encodeWids } from '../../../main/net/protocol/announcements.ts';
import { FRAME } from '../../../main/net/protocol/frame-types.ts';
import { encodeTransactions, encodeWidList } from '../../../main/net/protocol/relay-messages.ts';
import type { RawPeer, RawPeerOptions } from '../../support/nodes/raw-peer.ts';
import { coinbaseOf, pay, testKey } from '../../support/chain/test-chain.ts';
import type { TestNode } from '../../support/nodes/test-node.ts';
import { startTestNode, startTestPeer } from '../../support/stop-after-test.ts';
import { until } from '../../support/until.ts';

/** Hears every announcement of payments, and counts what it is asked. */
async function listener(at: TestNode, services: NonNullable<RawPeerOptions['hello']>['services']) {
  const said = { heard: 0, asked: 0 };
  const handler = (type: number, body: Uint8Array) => ({
    cap: 10_000,
    async handle(_frame: unknown, reply: (type: number, body: Uint8Array) => Promise<void>) {
      said.asked++;
      await reply(type, body);
      return null;
    },
  });
  const peer: RawPeer = await startTestPeer(at, {
    hello: { services: services ?? [] },
    relay: new Map([
      [FRAME.getTransactions.type, handler(FRAME.transactions.type, encodeTransactions([]))],
      [FRAME.getWids.type, handler(FRAME.wids.type, encodeWidList([]))],
    ]),
  });
  peer.host.gossip.join(peer.names.transactions, () => {
    said.heard++;
    return 'drop';
  });
  await until(() => peer.host.gossip.meshPeers(peer.names.blocks).length > 0, 'in the mesh of blocks');
  return { peer, said };
}

test('a block-relay-only connection carries no transactions in either direction', async () => {
  const at = await startTestNode();
  const mined = await at.mine(20);
  const full = await listener(at, ['archive', 'relay']);
  const blockOnly = await listener(at, ['archive']);
  await until(() => full.peer.host.gossip.meshPeers(full.peer.names.transactions).length > 0, 'in the mesh');
  const outputs = [{ amount: 1_000_000, lock: testKey(2).lock }];
  for (const block of mined.slice(0, 3)) {
    await at.mempool.submit(pay(at.chain, [coinbaseOf(block)], testKey(1).secret, outputs));
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  await until(() => full.said.heard >= 3, 'announced to whom it concerns');
  // It grafts itself all the same and says that it has payments.
  for (let i = 0; i < 3; i++) {
    const data = encodeWids({ salt: randomBytes(8), wids: [randomBytes(32)] });
    await blockOnly.peer.host.gossip.publish(blockOnly.peer.names.transactions, data, true).catch(() => 0);
    const also = encodeWids({ salt: randomBytes(8), wids: [randomBytes(32)] });
    await full.peer.host.gossip.publish(full.peer.names.transactions, also, true);
  }
  await until(() => full.said.asked >= 2, 'asked for what it announced');
  expect(blockOnly.said).toEqual({ heard: 0, asked: 0 });
  expect(at.net.peers.list().map(({ score }) => score)).toEqual([0, 0]);
  // Blocks go as ever.
  let blocks = 0;
  blockOnly.peer.host.gossip.join(blockOnly.peer.names.blocks, () => {
    blocks++;
    return 'drop';
  });
  await at.mine(1);
  await until(() => blocks > 0, 'the block is announced');
});
