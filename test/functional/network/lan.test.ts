import { describe, expect, onTestFinished, test } from 'vitest';
import { createWorld, whyNoNamespaces } from '../../support/nodes/namespaces.ts';
import { startRemoteNode } from '../../support/nodes/remote-node.ts';
import { stopAfterTest } from '../../support/stop-after-test.ts';
import { until } from '../../support/until.ts';

const why = await whyNoNamespaces();
if (why !== null) console.log(`lan.test.ts is skipped: ${why}`);

describe.skipIf(why !== null)('on a local network', () => {
  test('two nodes without addresses find each other, and a node of another network finds neither', async () => {
    const world = createWorld();
    onTestFinished(world.remove);
    for (const name of ['switch', 'a', 'b']) await world.add(name);
    await world.run('switch', 'ip', 'link', 'add', 'lan', 'type', 'bridge');
    await world.run('switch', 'ip', 'link', 'set', 'lan', 'up');
    await world.plug('switch', 'lan', 'a', '192.168.7.1/24');
    await world.plug('switch', 'lan', 'b', '192.168.7.2/24');
    for (const name of ['a', 'b']) await world.run(name, 'ip', 'route', 'add', 'default', 'dev', 'eth');
    const start = async (machine: string, network: 'regtest' | 'local', port: number) =>
      stopAfterTest(await startRemoteNode(world, machine, { listen: [`/ip4/0.0.0.0/tcp/${port}`], network }));
    const a = await start('a', 'regtest', 21474);
    const b = await start('b', 'regtest', 21474);
    const stranger = await start('b', 'local', 21475);
    const peer = await until(
      async () => (await a.look()).peers.find(({ id }) => id === b.peerId),
      'a has found b',
      { every: 200 },
    );
    const other = (await b.look()).peers.find(({ id }) => id === a.peerId);
    expect([peer.foundBy, other?.foundBy]).toContain('mdns');
    await b.ask({ do: 'mine', blocks: 1 });
    await until(async () => (await a.look()).height === 1, 'blocks come', { every: 200 });
    expect((await stranger.look()).peers).toEqual([]);
    // A local network tells nothing of whether anybody outside could connect.
    expect((await a.look()).reach).toMatchObject({
      reachability: 'unknown',
      notice: { code: 'reach-nobody' },
    });
  });
});
