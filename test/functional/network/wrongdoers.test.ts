import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createHeader } from '../../../main/core/primitives/header.ts';
import { encodeBlockAnnouncement, encodeWids } from '../../../main/net/protocol/announcements.ts';
import { FRAME } from '../../../main/net/protocol/frame-types.ts';
import { encodeTransactions } from '../../../main/net/protocol/relay-messages.ts';
import { encodeHeaders } from '../../../main/net/protocol/sync-messages.ts';
import type { Handler } from '../../../main/net/protocol/responder.ts';
import type { RawPeer, RawPeerOptions } from '../../support/nodes/raw-peer.ts';
import { coinbaseOf, mineOn, parentOf, pay, testKey, tipOf } from '../../support/chain/test-chain.ts';
import type { TestNode } from '../../support/nodes/test-node.ts';
import { startTestNode, startTestPeer } from '../../support/stop-after-test.ts';
import { until } from '../../support/until.ts';

async function rogue(at: TestNode, options: Partial<RawPeerOptions> = {}): Promise<RawPeer> {
  const peer = await startTestPeer(at, options);
  await until(() => at.net.peers.list().some(({ id }) => id === peer.id), 'greeted');
  return peer;
}

const banned = (at: TestNode, peer: RawPeer, code: string) => async () => {
  const ban = await until(() => at.net.peers.bans().find(({ id }) => id === peer.id), 'banned');
  expect(ban.code).toBe(code);
  expect(ban.reason).toMatch(/^It .*\.$/);
  await until(() => at.net.peers.list().length === 0, 'gone');
};

const once = (bodyOf: () => Uint8Array, type: number, cap: number): Handler => ({
  cap,
  async handle(_frame, reply) {
    await reply(type, bodyOf());
    return null;
  },
});

describe('peers that break rules', () => {
  test('a peer that announces a header without proof of work is banned', async () => {
    const at = await startTestNode();
    const peer = await rogue(at);
    const good = mineOn(at.chain, tipOf(at.chain)).header;
    // Half of all nonces are good enough on regtest, so the first bad one is near.
    for (let nonce = good.nonce + 1; at.net.peers.bans().length === 0; nonce++) {
      const { bytes } = createHeader({ ...good, nonce });
      await peer.host.gossip.publish(peer.names.blocks, encodeBlockAnnouncement(bytes, null), true);
      await new Promise((resolve) => setTimeout(resolve, 50));
      if (nonce > good.nonce + 200) throw new Error('all nonces were good');
    }
    await banned(at, peer, 'header-pow')();
  });

  test('a peer that delivers a transaction with a wrong signature is banned', async () => {
    const at = await startTestNode();
    const [funding] = await at.mine(10);
    const good = pay(at.chain, [coinbaseOf(funding!)], testKey(2).secret, [
      { amount: 1_000_000, lock: testKey(2).lock },
    ]);
    const transactions = once(
      () => encodeTransactions([good.bytes]),
      FRAME.transactions.type,
      FRAME.getTransactions.cap,
    );
    const wids = once(() => Uint8Array.of(0), FRAME.wids.type, 0);
    const peer = await rogue(at, {
      relay: new Map([
        [FRAME.getTransactions.type, transactions],
        [FRAME.getWids.type, wids],
      ]),
    });
    // The router doesn't publish the same message twice, so every try takes another salt.
    const announce = () =>
      peer.host.gossip.publish(
        peer.names.transactions,
        encodeWids({ salt: randomBytes(8), wids: [good.wid] }),
        true,
      );
    await until(async () => (await announce()) > 0, 'announced');
    await banned(at, peer, 'tx-signature')();
    expect(at.mempool.summary().count).toBe(0);
  });

  test.each([
    ['a frame of 4 GiB', [0xff, 0xff, 0xff, 0xff, FRAME.getBlocks.type, 0, 0, 0, 0], 'wire-oversize'],
    ['a frame that does not exist', [0, 0, 0, 0, 0xee, 0, 0, 0, 0], 'wire-unknown'],
    ['a request that does not decode', [1, 0, 0, 0, FRAME.getBlocks.type, 0, 0, 0, 0, 5], 'codec-truncated'],
  ])('a peer that sends %s is banned', async (_what, bytes, code) => {
    const at = await startTestNode();
    const peer = await rogue(at);
    const stream = await peer.open(peer.names.sync);
    stream.send(Uint8Array.from(bytes));
    await banned(at, peer, code)();
  });

  test('a peer that sends headers which do not follow each other is banned', async () => {
    const at = await startTestNode();
    const first = mineOn(at.chain, tipOf(at.chain));
    const second = mineOn(at.chain, parentOf(first));
    const headers = once(
      () => encodeHeaders([second.header.bytes, first.header.bytes]),
      FRAME.headers.type,
      FRAME.getHeaders.cap,
    );
    const peer = await rogue(at, {
      hello: { height: 2, work: 1_000_000n, id: second.header.id },
      sync: new Map([[FRAME.getHeaders.type, headers]]),
    });
    await banned(at, peer, 'headers-unlinked')();
    expect(at.chain.bestHeader().height).toBe(0);
  });

  test('a peer that repeatedly claims work and does not prove it is banned', async () => {
    const at = await startTestNode();
    const nothing = once(() => encodeHeaders([]), FRAME.headers.type, FRAME.getHeaders.cap);
    const peer = await rogue(at, {
      hello: { height: 1000, work: 1n << 60n, id: new Uint8Array(32).fill(1) },
      sync: new Map([[FRAME.getHeaders.type, nothing]]),
    });
    for (let i = 2; i < 5; i++) {
      await until(
        () => at.net.peers.list().length === 0 || at.net.peers.list()[0]!.score > 30 * (i - 1) - 10,
        'noted',
      );
      peer.control.sendTip({ height: 1000 + i, work: 1n << BigInt(60 + i), id: new Uint8Array(32).fill(i) });
    }
    await banned(at, peer, 'headers-unproven')();
    expect(at.net.status().phase).toBe('finding-peers');
  });

  test('a block that was not requested is refused, and an honest peer delivers the right one', async () => {
    const source = await startTestNode();
    const blocks = await source.mine(3);
    const at = await startTestNode();
    const wrong = blocks[2]!.bytes;
    const peer = await rogue(at, {
      hello: { height: 3, work: source.chain.tip().work, id: blocks[2]!.header.id },
      sync: new Map([
        [
          FRAME.getHeaders.type,
          once(
            () => encodeHeaders(blocks.map((block) => block.header.bytes)),
            FRAME.headers.type,
            FRAME.getHeaders.cap,
          ),
        ],
        [FRAME.getBlocks.type, once(() => wrong, FRAME.block.type, FRAME.getBlocks.cap)],
      ]),
    });
    await until(() => at.chain.bestHeader().height === 3, 'headers are there');
    expect(at.chain.tip().height).toBe(0);
    await at.net.peers.add(source.address);
    await until(() => at.chain.tip().height === 3, 'the right blocks came');
    const noted = () =>
      at.net.peers.journal(50).some(({ id, code }) => id === peer.id && code === 'block-unasked');
    await until(noted, 'the peer is noted for the block that was not requested');
  });

  test('a block is accepted from another peer after one sent it with changed bytes', async () => {
    const source = await startTestNode();
    const blocks = await source.mine(2);
    const at = await startTestNode();
    const changed = blocks.map((block) => {
      const bytes = block.bytes.slice();
      bytes[bytes.length - 1]! ^= 1;
      return bytes;
    });
    await rogue(at, {
      hello: { height: 2, work: source.chain.tip().work, id: blocks[1]!.header.id },
      sync: new Map([
        [
          FRAME.getHeaders.type,
          once(
            () => encodeHeaders(blocks.map((block) => block.header.bytes)),
            FRAME.headers.type,
            FRAME.getHeaders.cap,
          ),
        ],
        [
          FRAME.getBlocks.type,
          {
            cap: FRAME.getBlocks.cap,
            async handle(_frame, reply) {
              for (const bytes of changed) await reply(FRAME.block.type, bytes);
              return null;
            },
          },
        ],
      ]),
    });
    await until(() => at.chain.bestHeader().height === 2, 'headers are there');
    await at.net.peers.add(source.address);
    await until(() => at.chain.tip().height === 2, 'the unchanged blocks came');
  });
});
