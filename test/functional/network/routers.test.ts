import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { AT_HOME, createInternet, type Internet } from '../../support/nodes/internet.ts';
import { forkInside, whyNoNamespaces } from '../../support/nodes/namespaces.ts';
import { type RemoteNode, type RemoteOptions, startRemoteNode } from '../../support/nodes/remote-node.ts';
import { stopAfterTest } from '../../support/stop-after-test.ts';
import { until } from '../../support/until.ts';

const why = await whyNoNamespaces();
if (why !== null) console.log(`routers.test.ts is skipped: ${why}`);

const GATEWAY = fileURLToPath(new URL('../../support/fixtures/gateway.ts', import.meta.url));
const LISTEN = ['/ip4/0.0.0.0/tcp/21474'];
const WAIT = { ms: 100_000, every: 200 };

async function internet(): Promise<Internet> {
  const made = await createInternet();
  onTestFinished(made.remove);
  return made;
}

async function start(net: Internet, machine: string, options: RemoteOptions = {}): Promise<RemoteNode> {
  return stopAfterTest(await startRemoteNode(net.world, machine, { listen: LISTEN, ...options }));
}

/** The address of a node outside; what comes first is its computer's. */
const at = (outside: string, { peerId }: RemoteNode) =>
  `${outside.includes('/') ? outside : `/ip4/${outside}/tcp/21474`}/p2p/${peerId}`;

const sees = async (node: RemoteNode, other: RemoteNode) =>
  (await node.look()).peers.find(({ id }) => id === other.peerId);

/** The address through a relay that a node tells others, once it has one. */
const hasSlot = (node: RemoteNode) =>
  until(
    async () => (await node.look()).addresses.find((address) => address.includes('/p2p-circuit/')),
    'a slot at the relay',
    WAIT,
  );

describe.skipIf(why !== null)('behind routers', () => {
  test('two nodes behind different routers get a direct connection with the help of a relay', async () => {
    const net = await internet();
    const outside = await net.host('relay');
    const { outside: outsideA } = await net.home('a', 'keeps-ports');
    await net.home('b', 'keeps-ports');
    const relay = await start(net, 'relay');
    const bootstrap = [at(outside, relay)];
    const a = await start(net, 'a', { bootstrap });
    const known = await hasSlot(a);
    expect(known).toContain(`/p2p/${relay.peerId}/p2p-circuit/p2p/${a.peerId}`);
    const verdict = (await a.look()).reach;
    expect(verdict.reachability).toBe('unreachable');
    expect(verdict.notice.code).toBe('reach-router');
    expect(verdict.notice.message).toContain('behind a router');
    expect(verdict.notice.message).toContain('forward TCP port 21474');
    expect((await relay.look()).reach).toMatchObject({ reachability: 'reachable' });

    // A test by the user asks again; until then the earlier answer counts.
    expect((await a.ask({ do: 'test-reach' })).reach.reachability).toBe('unreachable');
    expect((await a.ask({ do: 'test-reach' })).failure).toContain('reach-tested-recently');

    // It learns of a from the relay, by exchange alone.
    const b = await start(net, 'b', { bootstrap });
    const peer = await until(() => sees(b, a), 'b has a direct way to a', WAIT);
    expect(peer.address).toMatch(new RegExp(`^/ip4/${outsideA}/tcp/\\d+`));
    expect(peer.address).not.toContain('p2p-circuit');
    await b.ask({ do: 'mine', blocks: 2 });
    await until(async () => (await a.look()).height === 2, 'blocks come', WAIT);
    // Not even the way through the relay counts as having been reached.
    expect((await a.look()).reach.reachability).toBe('unreachable');
    for (const node of [relay, a, b]) expect((await node.look()).bans).toBe(0);
  });

  test('a node behind a symmetric router reports the router, and works with outbound connections', async () => {
    const net = await internet();
    const outside = await net.host('relay');
    await net.home('a', 'symmetric');
    await net.home('b', 'symmetric');
    const relay = await start(net, 'relay');
    const bootstrap = [at(outside, relay)];
    const a = await start(net, 'a', { bootstrap });
    await hasSlot(a);
    const b = await start(net, 'b', { bootstrap });
    const verdict = await until(
      async () => {
        const { reach } = await a.look();
        return reach.notice.message.includes('another port') ? reach : null;
      },
      'a knows why',
      WAIT,
    );
    expect(verdict).toMatchObject({ reachability: 'unreachable', notice: { code: 'reach-router' } });
    expect(await sees(a, b)).toBeUndefined();
    await b.ask({ do: 'mine', blocks: 2 });
    await until(async () => (await a.look()).height === 2, 'blocks come by the relay’s own node', WAIT);
    for (const node of [relay, a, b]) expect((await node.look()).bans).toBe(0);
  });

  test('a forwarded port makes a node reachable, and a new node learns its address', async () => {
    const net = await internet();
    const outside = await net.host('friend');
    const { router, outside: mine } = await net.home('a', 'keeps-ports');
    await net.world.run(
      router,
      'nft',
      `add rule ip home in ip daddr ${mine} tcp dport 21474 dnat to ${AT_HOME}:21474`,
    );
    const friend = await start(net, 'friend');
    const a = await start(net, 'a', { bootstrap: [at(outside, friend)] });
    const found = await until(
      async () => {
        const seen = await a.look();
        return seen.reach.reachability === 'reachable' ? seen : null;
      },
      'a is reachable',
      WAIT,
    );
    expect(found.reach.notice.code).toBe('reach-tried');
    expect(found.addresses).toContain(at(mine, a));
    // A node that starts later connects to that address.
    await net.host('newcomer');
    const newcomer = await start(net, 'newcomer', { bootstrap: [at(outside, friend)] });
    const peer = await until(() => sees(newcomer, a), 'the newcomer has found a', WAIT);
    expect(peer).toMatchObject({ address: at(mine, a), direction: 'outbound' });
    expect(['exchange', 'dht']).toContain(peer.foundBy);
  });

  test('a node with a public address behind a firewall reports the firewall, and not a router', async () => {
    const net = await internet();
    const outside = await net.host('friend');
    const own = await net.host('a');
    await net.world.rules(
      'a',
      `table ip wall {
        chain self {
          type filter hook input priority 0; policy accept;
          ip daddr ${own} tcp dport 21474 ct state new drop;
        }
      }`,
    );
    const friend = await start(net, 'friend');
    const a = await start(net, 'a', { bootstrap: [at(outside, friend)] });
    const verdict = await until(
      async () => {
        const { reach } = await a.look();
        return reach.reachability === 'unreachable' ? reach : null;
      },
      'a knows',
      WAIT,
    );
    expect(verdict.notice.code).toBe('reach-firewall');
    expect(verdict.notice.message).toContain('open TCP port 21474 in the firewall');
  });

  test('a router with UPnP makes a node reachable', async () => {
    const net = await internet();
    const outside = await net.host('friend');
    const { router, outside: mine } = await net.home('a', 'keeps-ports');
    const gateway = forkInside(net.world, router, GATEWAY, [mine]);
    onTestFinished(async () => {
      gateway.kill();
      await once(gateway, 'exit');
    });
    await once(gateway, 'message');
    const friend = await start(net, 'friend');
    const a = await start(net, 'a', { bootstrap: [at(outside, friend)] });
    const found = await until(
      async () => {
        const seen = await a.look();
        return seen.reach.notice.code === 'reach-mapped' ? seen : null;
      },
      'a is reachable by its mapping',
      WAIT,
    );
    expect(found.reach.reachability).toBe('reachable');
    expect(found.addresses).toContain(at(mine, a));
  });
});
