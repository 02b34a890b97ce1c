import { sleep } from '../lib/clock.ts';
import { KithError } from '../lib/errors.ts';
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
 * Number of blocks at the start. They make rewards mature from the first minute on, and the difficulty so high that
 * blocks do not arrive faster than they propagate. A demo network with constant reorganisations would look like one
 * under attack.
 */
const FIRST_BLOCKS = 150;

/** When a node ends, its connection closes up to this long before its exit is known. */
const EXIT_MS = 1000;

/**
 * Starts a demo network of real nodes on this computer. Two nodes mine, and one pays the other nodes.
 * @throws {KithError} `demo-node-failed` with the name of a node that ended, else the failure that the node reported
 */
export async function startDemoNetwork(deps: DemoDeps): Promise<DemoNetwork> {
  const nodes = await startDemoNodes(deps);
  const life = new AbortController();
  const broken = firstToEnd(nodes, life.signal);
  try {
    const users = await Promise.all(nodes.map(({ connection }) => createDemoUser(connection.client)));
    await users[0]!.earn(FIRST_BLOCKS);
    await Promise.all(users.slice(0, MINERS).map((miner) => miner.mine(MINING_SHARE)));
    return run(nodes, users, { life, broken, onProblem: deps.onProblem });
  } catch (error) {
    const cause = await Promise.race([broken, sleep(EXIT_MS)]);
    life.abort();
    await stopDemoNodes(nodes);
    throw typeof cause === 'string' ? new KithError('demo-node-failed', cause, { cause: error }) : error;
  }
}

function run(
  nodes: readonly DemoNode[],
  users: readonly DemoUser[],
  {
    life,
    broken,
    onProblem,
  }: Pick<DemoDeps, 'onProblem'> & Pick<DemoNetwork, 'broken'> & { readonly life: AbortController },
): DemoNetwork {
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
    broken,
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
  // While the demo stops, every node ends, which is not reported.
  return stopping.aborted ? new Promise(() => undefined) : first;
}
