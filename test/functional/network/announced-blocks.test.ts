import { describe, expect, test } from 'vitest';
import { encodeBlockAnnouncement } from '../../../main/net/protocol/announcements.ts';
import { type CompactBlock, compactOf } from '../../../main/net/protocol/compact-block.ts';
import { createHeader, type Header } from '../../../main/core/primitives/header.ts';
import { REQUEST } from '../../../main/net/protocol/requests.ts';
import { encodePushed } from '../../../main/net/protocol/push-messages.ts';
import type { RawPeer, RawPeerOptions } from '../../support/nodes/raw-peer.ts';
import { mineOn, testKey, tipOf } from '../../support/chain/test-chain.ts';
import type { TestNode } from '../../support/nodes/test-node.ts';
import { startTestNode, startTestPeer } from '../../support/stop-after-test.ts';
import { until } from '../../support/until.ts';

async function attack(at: TestNode, options: Partial<RawPeerOptions> = {}): Promise<RawPeer> {
  const peer = await startTestPeer(at, options);
  await until(() => at.net.peers.list().some(({ id }) => id === peer.id), 'greeted');
  return peer;
}

const same = (nodes: readonly TestNode[]) => () =>
  nodes.every((node) => node.chain.tip().id === nodes[0]!.chain.tip().id);

/** Three in a row with ten blocks. */
async function row(): Promise<[TestNode, TestNode, TestNode]> {
  const first = await startTestNode();
  await first.mine(10);
  const second = await startTestNode({ bootstrap: [first.address] });
  const third = await startTestNode({ bootstrap: [second.address] });
  await until(same([first, second, third]), 'synced');
  return [first, second, third];
}

/** The router takes no message twice, so it must know who listens before the first one. */
async function publish(peer: RawPeer, data: Uint8Array): Promise<void> {
  const { gossip } = peer.host;
  await until(() => gossip.meshPeers(peer.names.blocks).length > 0, 'in the mesh');
  expect(await gossip.publish(peer.names.blocks, data, true)).toBe(1);
}

async function push(peer: RawPeer, compact: CompactBlock): Promise<void> {
  await peer.push
    .call({
      kind: REQUEST.pushBlock,
      body: encodePushed(compact),
    })
    // A peer that is banned for it gets no answer.
    .catch(() => undefined);
}

async function announceEmpty(peer: RawPeer, header: Header): Promise<void> {
  const { gossip } = peer.host;
  await until(() => gossip.meshPeers(peer.names.blocks).length > 0, 'in the mesh');
  await gossip.publish(peer.names.blocks, Uint8Array.of(...header.bytes, 1, 0), true);
}

async function pushEmpty(peer: RawPeer, header: Header): Promise<void> {
  await push(peer, { header, nonce: new Uint8Array(8), count: 0, prefilled: [], shortIds: [] });
}

/** Undefined when it is no peer any more. */
const scoreOf = (node: TestNode, peer: RawPeer) =>
  node.net.peers.list().find(({ id }) => id === peer.id)?.score;
/** The different scores of a node's peers: none when it has no peers. */
const scoresOf = (node: TestNode) => [...new Set(node.net.peers.list().map(({ score }) => score))];

describe('a block in its announcement', () => {
  test.each([
    ['bytes that are not a body', (body: Uint8Array) => body.fill(0xff, 88), 'codec-varuint'],
    ['the body of another block', (body: Uint8Array) => body.with(body.length - 1, body.at(-1)! ^ 1), null],
  ])(
    'with %s counts against its sender and not against the peers that relay it',
    async (_what, spoil, code) => {
      const [first, second, third] = await row();
      const peer = await attack(first);
      const block = mineOn(first.chain, tipOf(first.chain));
      await publish(peer, encodeBlockAnnouncement(block.header.bytes, spoil(block.bytes.slice())));
      await until(() => (scoreOf(first, peer) ?? 100) > 30, 'held against the attacker');
      expect(first.net.peers.bans().map((ban) => ban.code)).toEqual(code === null ? [] : [code]);
      // Honest blocks go on as if nothing had happened.
      await first.chain.submitBlock(block.bytes);
      await until(same([first, second, third]), 'the true block is everywhere');
      for (const node of [second, third]) {
        expect(node.net.peers.bans()).toEqual([]);
        expect(scoresOf(node)).toEqual([0]);
      }
    },
  );

  test('a pushed block whose body is invalid is not relayed and counts against the peer that pushed it', async () => {
    const [first, second, third] = await row();
    const peer = await attack(first);
    const block = mineOn(first.chain, tipOf(first.chain));
    const whole = compactOf(block, new Uint8Array(8), () => true);
    const spoilt = { ...whole, prefilled: [{ index: 0, bytes: whole.prefilled[0]!.bytes.with(-1, 0x77) }] };
    await push(peer, spoilt);
    await until(() => (scoreOf(first, peer) ?? 100) > 30, 'held against the attacker');
    for (const node of [second, third]) expect(node.chain.entry(block.header.idHex)).toBeUndefined();
    // The true one goes all the way.
    await push(await attack(first), whole);
    const connected = (node: TestNode) => node.chain.tip().id === block.header.idHex;
    await until(() => [first, second, third].every(connected), 'the true block is everywhere');
    for (const node of [second, third]) expect(scoresOf(node)).toEqual([0]);
  });

  test.each([
    ['announced', 'block-empty', announceEmpty],
    ['pushed', 'codec-length', pushEmpty],
  ] as const)('without transactions that is %s is the violation %s', async (_how, code, send) => {
    const first = await startTestNode();
    await first.mine(3);
    const peer = await attack(first);
    // Its work is real, so nothing but the empty list can be wrong with it.
    const { header } = mineOn(first.chain, tipOf(first.chain));
    await send(peer, header);
    await until(
      () => first.net.peers.journal(20).some((entry) => entry.id === peer.id && entry.code === code),
      'held against it',
    );
    expect(first.chain.tip().height).toBe(3);
  });

  test.each([
    ['announced', announceEmpty],
    ['pushed', pushEmpty],
  ] as const)('with an invalid header and no transactions that is %s leads to a ban', async (_how, send) => {
    const first = await startTestNode();
    await first.mine(3);
    const peer = await attack(first);
    const good = mineOn(first.chain, tipOf(first.chain)).header;
    for (let i = 0; i < 1000 && scoreOf(first, peer) !== undefined; i++) {
      const header = createHeader({ ...good, height: good.height + 7, nonce: i });
      await send(peer, header).catch(() => undefined);
      if (i % 50 === 49) await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await until(() => first.net.peers.bans().some(({ id }) => id === peer.id), 'banned');
  });

  test('with valid work that breaks a rule is refused by all nodes, and no peer gets a penalty', async () => {
    const [first, second, third] = await row();
    const peer = await attack(first);
    const greedy = mineOn(first.chain, tipOf(first.chain), { fees: 1 });
    await publish(peer, encodeBlockAnnouncement(greedy.header.bytes, greedy.bytes));
    const refused = (node: TestNode) => () =>
      node.chain.entry(greedy.header.idHex) !== undefined && node.chain.bestHeader() === node.chain.tip();
    for (const node of [first, second, third]) await until(refused(node), 'refused');
    await first.mine(1, { payTo: testKey(3).lock });
    await until(same([first, second, third]), 'the next block is everywhere');
    for (const node of [first, second, third]) {
      expect(node.net.peers.bans()).toEqual([]);
      expect(scoresOf(node)).toEqual([0]);
    }
  });
});
