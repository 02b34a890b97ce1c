import { startDemoNodes, stopDemoNodes, type DemoNode, type DemoNodesDeps } from './demo-nodes.ts';
import { createDemoUser, keepPaying, type DemoUser } from './demo-user.ts';

export interface DemoDeps extends DemoNodesDeps {
  readonly onProblem: (error: unknown) => void;
}

/** Returns an address to pay, or null while there is none. */
export type Receiver = () => Promise<string | null>;

export interface DemoNetwork {
  readonly nodes: readonly DemoNode[];
  /** Payments made so far. */
  payments(): number;
  /** Adds a receiver for the payments from now on. */
  addReceiver(receiver: Receiver): void;
  /** Resolves with a sentence when a node stopped unexpectedly. */
  readonly broken: Promise<string>;
  stop(): Promise<void>;
}

const MINERS = 2;
const MINING_SHARE = 0.05;
const PAYMENT_MEAN_MS = 4000;
/**
 * Enough that rewards are mature from the first minute on, and that the difficulty is so high that blocks no longer arrive
 * faster than they propagate: a demo network with constant reorganisations would look like one under attack.
 */
const FIRST_BLOCKS = 150;

/** Starts a demo network of real nodes on this computer: two nodes mine, and one pays the other nodes. */
export async function startDemoNetwork(deps: DemoDeps): Promise<DemoNetwork> {
  const nodes = await startDemoNodes(deps);
  try {
    const users = await Promise.all(nodes.map(({ connection }) => createDemoUser(connection.client)));
    await users[0]!.earn(FIRST_BLOCKS);
    await Promise.all(users.slice(0, MINERS).map((miner) => miner.mine(MINING_SHARE)));
    return run(nodes, users, deps.onProblem);
  } catch (error) {
    await stopDemoNodes(nodes);
    throw error;
  }
}

function run(
  nodes: readonly DemoNode[],
  users: readonly DemoUser[],
  onProblem: (error: unknown) => void,
): DemoNetwork {
  const life = new AbortController();
  const [payer, ...others] = users;
  const receivers: Receiver[] = others.map((each) => () => each.address());
  let payments = 0;
  const paying = keepPaying(
    {
      payer: payer!,
      receivers: async () =>
        (await Promise.all(receivers.map((ask) => ask()))).filter((address) => address !== null),
      meanMs: PAYMENT_MEAN_MS,
      onPaid: () => payments++,
      onProblem,
    },
    life.signal,
  );
  return {
    nodes,
    payments: () => payments,
    addReceiver: (receiver) => void receivers.push(receiver),
    broken: firstToEnd(nodes, life.signal),
    async stop() {
      life.abort();
      await paying;
      await stopDemoNodes(nodes);
    },
  };
}

async function firstToEnd(nodes: readonly DemoNode[], stopping: AbortSignal): Promise<string> {
  const ends = nodes.map(
    async ({ name, process }) => `the node ${name} stopped unexpectedly (${await process.ended})`,
  );
  const first = await Promise.race(ends);
  // During a stop every node ends, which is not reported.
  return stopping.aborted ? new Promise(() => undefined) : first;
}
