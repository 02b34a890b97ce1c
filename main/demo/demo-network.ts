import { startDemoNodes, stopDemoNodes, type DemoNode, type DemoNodesDeps } from './demo-nodes.ts';
import { createDemoUser, keepPaying, type DemoUser } from './demo-user.ts';

export interface DemoDeps extends DemoNodesDeps {
  readonly onProblem: (error: unknown) => void;
}

/** Gives a place to be paid at, or null while there is none. */
export type Guest = () => Promise<string | null>;

export interface DemoNetwork {
  readonly nodes: readonly DemoNode[];
  /** Payments made so far. */
  payments(): number;
  /** Somebody else who is paid from now on as well. */
  welcome(guest: Guest): void;
  /** Resolves with a sentence when a node ended by itself. */
  readonly broken: Promise<string>;
  stop(): Promise<void>;
}

const MINERS = 2;
const MINING_SHARE = 0.05;
const PAYMENT_MEAN_MS = 4000;
/**
 * Enough for rewards to be spent from the first minute on, and for blocks to have become so hard that they no longer come
 * faster than they travel: a village that overturns its own blocks looks like one under attack.
 */
const FIRST_BLOCKS = 150;

/** Starts a small living network on this machine: real nodes, some of them mining, one paying the others. */
export async function startDemoNetwork(deps: DemoDeps): Promise<DemoNetwork> {
  const nodes = await startDemoNodes(deps);
  try {
    const people = await Promise.all(nodes.map(({ connection }) => createDemoUser(connection.client)));
    await people[0]!.earn(FIRST_BLOCKS);
    await Promise.all(people.slice(0, MINERS).map((miner) => miner.mine(MINING_SHARE)));
    return live(nodes, people, deps.onProblem);
  } catch (error) {
    await stopDemoNodes(nodes);
    throw error;
  }
}

function live(
  nodes: readonly DemoNode[],
  people: readonly DemoUser[],
  onProblem: (error: unknown) => void,
): DemoNetwork {
  const life = new AbortController();
  const [payer, ...others] = people;
  const guests: Guest[] = others.map((each) => () => each.address());
  let payments = 0;
  const paying = keepPaying(
    {
      payer: payer!,
      receivers: async () =>
        (await Promise.all(guests.map((ask) => ask()))).filter((place) => place !== null),
      meanMs: PAYMENT_MEAN_MS,
      onPaid: () => payments++,
      onProblem,
    },
    life.signal,
  );
  return {
    nodes,
    payments: () => payments,
    welcome: (guest) => void guests.push(guest),
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
    async ({ name, process }) => `the node ${name} ended by itself (${await process.ended})`,
  );
  const first = await Promise.race(ends);
  // On a stop they all end, which is no news: then nobody is told.
  return stopping.aborted ? new Promise(() => undefined) : first;
}
