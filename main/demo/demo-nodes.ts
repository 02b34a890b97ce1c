import path from 'node:path';
import type { KithClient } from '../../shared/contract/contract.ts';
import { oneOf } from './seeded-random.ts';
import type { Launch } from './launch.ts';
import { startNodeProcess, type NodeProcess, type ReadyLine } from './node-process.ts';

export interface Connection {
  readonly client: KithClient;
  close(): void;
}

export type Connect = (node: ReadyLine) => Promise<Connection>;

export interface DemoNodesDeps {
  /** Number of nodes, 1 or more. */
  readonly count: number;
  /** The folder in which each node gets its own folder. */
  readonly folder: string;
  /** Running nodes to which all these nodes connect. */
  readonly bootstrap?: readonly string[];
  readonly launch: Launch;
  readonly connect: Connect;
}

export interface DemoNode {
  readonly name: string;
  readonly process: NodeProcess;
  readonly connection: Connection;
}

const NAMES = ['ada', 'ben', 'cleo', 'dan', 'eve', 'finn', 'gus', 'hana', 'ivo', 'june'];

/** Arguments of every node of the demo: it listens only on loopback, and chooses its own ports. */
export function demoNodeArgs(datadir: string, bootstrap: readonly string[]): string[] {
  const joined = bootstrap.flatMap((address) => ['--bootstrap', address]);
  return [
    ...['--network', 'local', '--datadir', datadir, '--api-port', '0'],
    ...['--listen', '/ip4/127.0.0.1/tcp/0', ...joined],
  ];
}

/**
 * Starts each node as its own process, two at a time, because each start uses a core for a moment. If one fails, the
 * running ones are stopped and the failure is thrown.
 */
export async function startDemoNodes(deps: DemoNodesDeps): Promise<readonly DemoNode[]> {
  const nodes: DemoNode[] = [];
  const add = async (index: number): Promise<void> => {
    nodes.push(await startDemoNode(deps, index, nodes));
  };
  try {
    await add(0);
    for (let index = 1; index < deps.count; index += 2) {
      const outcomes = await Promise.allSettled(
        [index, index + 1].filter((each) => each < deps.count).map(add),
      );
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    }
    return nodes;
  } catch (error) {
    await stopDemoNodes(nodes);
    throw error;
  }
}

/** Stops all nodes cleanly, at the same time. */
export async function stopDemoNodes(nodes: readonly DemoNode[]): Promise<void> {
  for (const { connection } of nodes) connection.close();
  await Promise.all(nodes.map((node) => node.process.stop()));
}

async function startDemoNode(
  deps: DemoNodesDeps,
  index: number,
  running: readonly DemoNode[],
): Promise<DemoNode> {
  const name = NAMES[index] ?? `node${index + 1}`;
  // Each node gets the addresses of the first one and of another one, so that the network does not depend on a single
  // node.
  const known = [running[0], oneOf(running)].flatMap((node) => node?.process.addresses[0] ?? []);
  const bootstrap = new Set([...known, ...(deps.bootstrap ?? [])]);
  const args = demoNodeArgs(path.join(deps.folder, name), [...bootstrap]);
  const process = await startNodeProcess(deps.launch, args);
  try {
    return { name, process, connection: await deps.connect(process) };
  } catch (error) {
    await process.stop();
    throw error;
  }
}
