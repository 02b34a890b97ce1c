import { type NodeProcess, startNodeProcess } from './node-process.ts';
import { createTcpProxy, freePort, type TcpProxy } from './tcp-proxy.ts';

/** Node processes, each connected to every other through a wire of its own that can be cut. */
export interface WiredNodes {
  /** Changes when one is started again. */
  readonly nodes: readonly NodeProcess[];
  /** Adds so many. */
  grow(count: number): Promise<void>;
  /** Cuts, or heals, every wire between these nodes and all others. */
  cut(...some: readonly number[]): void;
  heal(...some: readonly number[]): void;
  /** Starts a node that has ended once more, where it was and with what it has. */
  again(index: number): Promise<void>;
  /** How many different tips they have. */
  tips(some?: readonly NodeProcess[]): Promise<number>;
  /** Kills them all and closes the wires. */
  end(): Promise<void>;
}

// What the nodes tell each other of leads nowhere, so that they stay behind their wires.
const NOWHERE = '/ip4/127.255.255.1/tcp/9';

export function createWiredNodes(): WiredNodes {
  const nodes: NodeProcess[] = [];
  const places: { readonly listen: string; readonly bootstrap: readonly string[] }[] = [];
  const links: { readonly between: readonly [number, number]; readonly proxy: TcpProxy }[] = [];

  const across = (some: readonly number[]) =>
    links.filter(({ between: [a, b] }) => some.includes(a) !== some.includes(b)).map(({ proxy }) => proxy);

  const start = (index: number, datadir?: string): Promise<NodeProcess> => {
    const { listen, bootstrap } = places[index]!;
    const kept = datadir === undefined ? {} : { datadir };
    return startNodeProcess({ ...kept, bootstrap, listen: [listen], args: ['--announce', NOWHERE] });
  };

  return {
    nodes,
    async grow(count) {
      for (let wanted = nodes.length + count; nodes.length < wanted;) {
        const index = nodes.length;
        const bootstrap: string[] = [];
        for (const [earlier, node] of nodes.entries()) {
          const proxy = await createTcpProxy(`${places[earlier]!.listen}/p2p/${node.peerId}`);
          links.push({ between: [earlier, index], proxy });
          bootstrap.push(proxy.address);
        }
        places.push({ listen: `/ip4/127.0.0.1/tcp/${await freePort()}`, bootstrap });
        nodes.push(await start(index));
      }
    },
    cut: (...some) => across(some).forEach((proxy) => proxy.cut()),
    heal: (...some) => across(some).forEach((proxy) => proxy.heal()),
    async again(index) {
      nodes[index] = await start(index, nodes[index]!.datadir);
    },
    async tips(some = nodes) {
      return new Set(await Promise.all(some.map(async (node) => (await node.call.chain.tip()).id))).size;
    },
    async end() {
      for (const node of nodes.splice(0)) await node.kill();
      for (const { proxy } of links.splice(0)) await proxy.close();
      places.length = 0;
    },
  };
}
