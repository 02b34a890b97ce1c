import { bitsToTarget, workOf } from '../../core/consensus/compact.ts';
import type { Network } from '../../core/networks/network.ts';
import type { PowHash } from '../../core/ports.ts';
import type { Block } from '../../core/primitives/block.ts';
import type { Lock } from '../../core/primitives/coin.ts';
import type { Violation } from '../../core/violation.ts';
import type { Clock } from '../../lib/clock.ts';
import { KithError } from '../../lib/errors.ts';
import type { Events } from '../../lib/events.ts';
import type { Log } from '../../lib/log/log.ts';
import { createQueue } from '../../lib/queue.ts';
import { powHash as nativePowHash } from '../native/pow.ts';
import { generateBlocks } from './generate.ts';
import { type MiningRun, startMiningRun } from './mining-run.ts';
import { createBlockTemplate, type TemplateChain, type TemplateDeps } from './template.ts';

export interface MinerChain extends TemplateChain {
  readonly network: Pick<Network, 'name' | 'founded' | 'params'>;
  submitBlock(
    bytes: Uint8Array,
  ): Promise<{ readonly id: string; readonly status: 'connected' | 'stored' | 'duplicate' } | Violation>;
  readonly events: Events<{ tip: unknown }>;
}

export interface MinerDeps {
  readonly chain: MinerChain;
  readonly mempool: TemplateDeps['mempool'];
  readonly clock: Clock;
  readonly log: Log;
  /** For a few tries on this thread; the mining threads use the native one. */
  readonly powHash?: PowHash;
  /** Another program for the mining threads; for tests. */
  readonly script?: URL;
}

export interface MinerStatus {
  readonly running: boolean;
  readonly threads: number;
  readonly hashesPerSecond: number;
  /** How long a block takes on average at this rate and difficulty; null while that is not known. */
  readonly expectedSeconds: number | null;
  /** Blocks found since the node started that became the tip. */
  readonly found: number;
  /** Why it finds nothing though it runs, or null. */
  readonly problem: string | null;
}

/** Mines on threads of its own, behind everything else that the machine has to do. */
export interface Miner {
  /**
   * Starts, or changes where rewards go, on how many threads (1 unless told) and for which share of the time (all of it
   * unless told; above 0, at most 1). A function is asked anew for each block that is put together.
   */
  start(payout: Lock | (() => Lock), threads?: number, share?: number): Promise<void>;
  /** Stops mining and generating; it can be started again. */
  stop(): Promise<void>;
  status(): MinerStatus;
  /** An unmined block on the tip that pays to `payout`. */
  template(payout: Lock): Promise<Block>;
  /**
   * Mines and connects blocks one after the other; their ids. On regtest and local only.
   * @throws {KithError} `mining-not-here`, `mining-failed`, `mining-stopped`.
   */
  generate(payout: Lock, blocks: number): Promise<string[]>;
}

const MAX_THREADS = 256;
const GENERATES_ON = ['regtest', 'local'];
const MAX_WAITING_CALLS = 64;

export function createMiner(deps: MinerDeps): Miner {
  const { chain, mempool, clock, log } = deps;
  const { params, name, founded } = chain.network;
  const memoryKiB = params.powMemoryKiB;
  // Blocks on one tip at the same time would only orphan each other.
  const generating = createQueue(MAX_WAITING_CALLS);
  let stopping = new AbortController();
  let run: MiningRun | null = null;
  let found = 0;

  const template = (payout: Lock): Promise<Block> =>
    createBlockTemplate({ chain, mempool }, payout, clock.now());
  const submit = (bytes: Uint8Array) => chain.submitBlock(bytes);

  chain.events.on('tip', () => run?.tipMoved());

  const stopRun = async (): Promise<void> => {
    const ending = run;
    run = null;
    await ending?.close();
  };

  const expectedSeconds = (hashesPerSecond: number): number | null =>
    hashesPerSecond > 0 ? Number(workOf(bitsToTarget(chain.nextBits()))) / hashesPerSecond : null;

  return {
    template,
    async start(payout, threads = 1, share = 1) {
      if (!Number.isInteger(threads) || threads < 1 || threads > MAX_THREADS)
        throw new RangeError(`not a number of mining threads: ${threads}`);
      if (!(share > 0 && share <= 1)) throw new RangeError(`not a share of the time: ${share}`);
      await stopRun();
      run = startMiningRun(
        { payout: typeof payout === 'function' ? payout : () => payout, threads, share },
        {
          memoryKiB,
          tip: () => chain.tip().id,
          template,
          submit,
          clock,
          log,
          script: deps.script,
          found: ({ header }) => {
            found++;
            log.info('found a block', { id: header.idHex, height: header.height });
          },
        },
      );
    },
    async stop() {
      stopping.abort();
      stopping = new AbortController();
      await stopRun();
      await generating.idle();
    },
    status() {
      const hashesPerSecond = run?.hashesPerSecond() ?? 0;
      return {
        running: run !== null,
        threads: run?.order.threads ?? 0,
        hashesPerSecond,
        expectedSeconds: expectedSeconds(hashesPerSecond),
        found,
        problem: run?.problem() ?? null,
      };
    },
    async generate(payout, blocks) {
      if (founded || !GENERATES_ON.includes(name)) {
        throw new KithError('mining-not-here', `${name} cannot be mined on demand`, {
          data: { network: name },
        });
      }
      const { signal } = stopping;
      return generating.run(async () => {
        const futureLimit = params.futureLimit;
        const powHash = deps.powHash ?? nativePowHash;
        const settings = {
          memoryKiB,
          futureLimit,
          template,
          submit,
          powHash,
          clock,
          log,
          script: deps.script,
        };
        const ids = await generateBlocks(settings, payout, blocks, signal);
        found += ids.length;
        return ids;
      });
    },
  };
}
