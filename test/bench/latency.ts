import { type ChildProcess, fork } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { newDirectory } from '../support/chain/test-chain.ts';
import { until } from '../support/until.ts';
import type { Bench, Figures } from './bench.ts';
import type { Order, Told } from './support/timed-node.ts';

const SCRIPT = fileURLToPath(new URL('./support/timed-node.ts', import.meta.url));
const PAYMENTS = 100;
const BLOCKS = 40;
/** Between two measurements: none waits behind the work of the one before, nor for a budget of announcements. */
const PAUSE_MS = { payment: 40, block: 1150 };

interface TimedNode {
  readonly datadir: string;
  readonly told: Told[];
  order(order: Order): Promise<Told>;
  readonly child: ChildProcess;
}

function launch(): TimedNode {
  const child = fork(SCRIPT);
  const told: Told[] = [];
  child.on('message', (message: Told) => told.push(message));
  return {
    datadir: newDirectory(),
    told,
    child,
    async order(order) {
      const before = told.length;
      child.send(order);
      return until(() => told.slice(before).find(({ did }) => did === order.do), order.do, {
        every: 2,
        ms: 120_000,
      });
    },
  };
}

function figuresOf(name: string, times: number[]): Figures {
  const sorted = times.sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)]!;
  return { [`${name}_ms_p50`]: at(0.5), [`${name}_ms_p95`]: at(0.95) };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** When the same thing happened on both nodes: milliseconds from the first to the second. */
async function between(a: TimedNode, b: TimedNode, same: (told: Told) => boolean): Promise<number> {
  const [first, second] = await Promise.all(
    [a, b].map(({ told }) => until(() => told.findLast(same), 'both nodes have it', { every: 2 })),
  );
  return (second as { at: number }).at - (first as { at: number }).at;
}

/**
 * Two node processes, every event stamped inside them. The disk: a block is connected when its batch is written to the
 * database; the database and the block files are synced to the disk some time after, off this path.
 */
export const bench: Bench = {
  name: 'latency',
  description: 'a payment, and an empty block, from accepted on one node to accepted on its peer',
  async run({ say }) {
    const [a, b] = [launch(), launch()];
    try {
      const started = await a.order({ do: 'start', datadir: a.datadir, bootstrap: [] });
      await a.order({ do: 'mine', blocks: PAYMENTS + 10 });
      const { address } = started as Extract<Told, { did: 'start' }>;
      await b.order({ do: 'start', datadir: b.datadir, bootstrap: [address] });
      const synced = (told: Told) => told.did === 'connected' && told.height === PAYMENTS + 10;
      await until(() => b.told.some(synced), 'synced', { ms: 60_000 });
      // The router's mesh forms at its next heartbeat.
      await pause(2500);
      say('payments …');
      const payments: number[] = [];
      const submits: number[] = [];
      for (let i = 0; i < PAYMENTS; i++) {
        const paid = (await a.order({ do: 'pay' })) as Extract<Told, { did: 'pay' }>;
        const same = (told: Told) => told.did === 'added' && told.txid === paid.txid;
        payments.push(await between(a, b, same));
        submits.push((b.told.findLast(same) as { at: number }).at - paid.at);
        await pause(PAUSE_MS.payment);
      }
      say('blocks …');
      await a.order({ do: 'mine', blocks: 1 });
      const blocks: number[] = [];
      for (let i = 0; i < BLOCKS; i++) {
        await pause(PAUSE_MS.block);
        await a.order({ do: 'mine', blocks: 1 });
        const mined = a.told.findLast((told) => told.did === 'connected')!;
        blocks.push(await between(a, b, (told) => told.did === 'connected' && told.id === mined.id));
      }
      return {
        ...figuresOf('tx_latency', payments),
        ...figuresOf('tx_submit_latency', submits),
        ...figuresOf('block_latency', blocks),
      };
    } finally {
      await Promise.all(
        [a, b].map((node) => node.order({ do: 'stop' }).catch(() => node.child.kill('SIGKILL'))),
      );
      await Promise.all([a, b].map(({ datadir }) => rm(datadir, { recursive: true, force: true })));
    }
  },
};
