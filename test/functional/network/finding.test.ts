import { describe, expect, test } from 'vitest';
import type { TestNode, TestNodeOptions } from '../../support/nodes/test-node.ts';
import { startTestNode } from '../../support/stop-after-test.ts';
import { until } from '../../support/until.ts';

// On loopback every address is a group of its own, so each node has one.
let last = 10;
const start = (options: TestNodeOptions = {}): Promise<TestNode> =>
  startTestNode({ listen: [`/ip4/127.7.0.${last++}/tcp/0`], ...options });

/** Whether everybody can reach everybody over the connections there are. */
function isConnected(nodes: readonly TestNode[]): boolean {
  const ids = new Set(nodes.map(({ net }) => net.peerId));
  const seen = new Set<string>();
  const reach = (node: TestNode) => {
    if (seen.has(node.net.peerId)) return;
    seen.add(node.net.peerId);
    for (const { id } of node.net.peers.list()) {
      const next = ids.has(id) ? nodes.find(({ net }) => net.peerId === id) : undefined;
      if (next !== undefined) reach(next);
    }
  };
  reach(nodes[0]!);
  return seen.size === nodes.length;
}

const NODES = 20;

describe('finding other nodes', () => {
  test('a network of 20 nodes that started from one address stays connected when half of them, the first included, are replaced', async () => {
    const first = await start();
    const bootstrap = [first.address];
    let nodes = [first];
    for (let i = 0; i < NODES - 1; i++) nodes.push(await start({ bootstrap }));
    await until(() => nodes.every(({ net }) => net.peers.list().length >= 4), 'everybody has met others', {
      ms: 90_000,
    });
    expect(isConnected(nodes)).toBe(true);
    const leaving = nodes.slice(0, NODES / 2);
    const member = nodes[NODES / 2]!.address;
    await Promise.all(leaving.map((node) => node.stop()));
    nodes = nodes.slice(NODES / 2);
    for (let i = 0; i < NODES / 2; i++) nodes.push(await start({ bootstrap: [member] }));
    await until(
      () => isConnected(nodes) && nodes.every(({ net }) => net.peers.list().length >= 3),
      'one network',
      {
        ms: 90_000,
      },
    );
    await nodes[0]!.mine(3);
    await until(() => nodes.every(({ chain }) => chain.tip().height === 3), 'blocks reach everybody');
  });

  test('a node reconnects after a restart although all its bootstrap nodes are stopped', async () => {
    const bootstrap = [await start(), await start()];
    const addresses = bootstrap.map(({ address }) => address);
    const friend = await start({ bootstrap: addresses });
    const node = await start({ bootstrap: addresses });
    await until(() => node.net.peers.list().some(({ id }) => id === friend.net.peerId), 'met by exchange');
    const { directory } = node;
    await node.stop();
    await Promise.all(bootstrap.map((node) => node.stop()));
    const again = await start({ bootstrap: addresses, directory });
    await until(() => again.net.peers.list().some(({ id }) => id === friend.net.peerId), 'back');
    expect(again.net.peers.list()).toHaveLength(1);
  });
});
