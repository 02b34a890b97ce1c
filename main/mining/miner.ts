import { availableParallelism } from 'node:os';
import type { Notice } from '../../shared/contract/fields.ts';
import { CLOCK_BEHIND_BLOCKS } from '../../shared/sentences/node.ts';
import { bitsToTarget, workOf } from '../core/consensus/compact.ts';
import type { Network } from '../core/params/network.ts';
import type { PowHash } from '../core/ports.ts';
import type { Block } from '../core/primitives/block.ts';
import type { Lock } from '../core/primitives/coin.ts';
import type { Violation } from '../core/violation.ts';
import type { Clock } from '../lib/clock.ts';
import { KithError } from '../lib/errors.ts';
import type { Events } from '../lib/events.ts';
import type { Log } from '../lib/log.ts';
import { createQueue } from '../lib/queue.ts';
import { powHash as nativePowHash } from '../workers/pow.ts';
import { generateBlocks, type GenerateDeps } from './generate.ts';
import { type MiningOrder, type MiningRun, startMiningRun } from './mining-run.ts';
import { createBlockTemplate, type TemplateChain, type TemplateDeps } from './block-template.ts';

export interface MinerChain extends TemplateChain {
  readonly network: Pick<Network, 'name' | 'founded' | 'params'>;
  submitBlock(
    bytes: Uint8Array,
  ): Promise<{ readonly id: string; readonly status: 'connected' | 'stored' | 'duplicate' } | Violation>;
  /** The last header of the header chain with the most work. */
  bestHeader(): { readonly id: string };
  readonly events: Events<{ tip: unknown }>;
}

export interface MinerDeps {
  readonly chain: MinerChain;
  readonly mempool: TemplateDeps['mempool'];
  readonly clock: Clock;
  readonly log: Log;
  /**
   * Why a block mined now could not become part of the best chain; null when it could. Without this function mining
   * never pauses.
   */
  readonly pause?: () => Notice | null;
  /** Used for a few hashes on this thread. The mining threads always use the native implementation. */
  readonly powHash?: PowHash;
  /** Another script for the mining threads; for tests. */
  readonly script?: URL;
  /** Maximum number of mining threads; the number of cores by default. */
  readonly cores?: number;
}

export interface MinerStatus {
  readonly running: boolean;
  readonly threads: number;
  readonly hashesPerSecond: number;
  /** Share of the time of each thread; 0 while not running. */
  readonly share: number;
  /** How many hashes the next block takes on average. */
  readonly hashesPerBlock: number;
  /** Average seconds to a block at this hash rate and difficulty; null while the rate is unknown. */
  readonly expectedSeconds: number | null;
  /** Blocks found since the start that became the tip of the best known chain. */
  readonly found: number;
  /** Why no block is found although mining runs, or null. */
  readonly problem: string | null;
  /** Why hashing is paused although mining is on, or null. */
  readonly paused: Notice | null;
}

/** Mines on its own threads at the lowest priority. */
export interface Miner {
  /**
   * Starts mining, or changes the payout lock, the number of threads (default 1, at most one per core) and the share of
   * the time (above 0 up to 1, default 1). A payout function is called for each template.
   */
  start(payout: Lock | (() => Lock), threads?: number, share?: number): Promise<void>;
  /** Stops mining and generating; it can be started again. */
  stop(): Promise<void>;
  /** Pauses mining, which stays switched on, until this is called with null. */
  hold(reason: Notice | null): void;
  status(): MinerStatus;
  /** An unmined block on the tip that pays to `payout`. @throws {KithError} `clock-wrong`, as `generate` does. */
  template(payout: Lock): Promise<Block>;
  /**
   * Mines and connects blocks one after the other and returns their ids. On regtest and local only.
   * @throws {KithError} `mining-not-here`, `mining-failed`, `mining-stopped`; `clock-wrong` when this node or its peers
   * would refuse the block because of the clock of this computer.
   */
  generate(payout: Lock, blocks: number): Promise<string[]>;
}

const MAX_THREADS = 256;
const GENERATES_ON = ['regtest', 'local'];
const MAX_WAITING_CALLS = 64;
// The time of a template is the local time, or the median time plus one second if that is later. When the median was
// accepted it was not ahead of the clock. So a template further ahead means that the clock was set back.
const MAX_AHEAD_SECONDS = 2;

const clockWrong = (detail: string): KithError => new KithError('clock-wrong', detail, { data: { detail } });

export function createMiner(deps: MinerDeps): Miner {
  const { chain, mempool, clock, log, script } = deps;
  const memoryKiB = chain.network.params.powMemoryKiB;
  let held: Notice | null = null;
  const pause = (): Notice | null => deps.pause?.() ?? held;
  // Two concurrent starts would leak the threads of one of them.
  const changing = createQueue(MAX_WAITING_CALLS);
  const cores = deps.cores ?? availableParallelism();
  let run: MiningRun | null = null;
  let found = 0;

  const template = (payout: Lock): Promise<Block> =>
    createBlockTemplate({ chain, mempool }, payout, clock.now());
  const submit = (bytes: Uint8Array) => chain.submitBlock(bytes);
  // While the blocks of a better header chain are being downloaded, a block on the current tip would become stale.
  const count = (): void => {
    if (chain.bestHeader().id === chain.tip().id) found++;
  };
  const { untilAllowed, refuse } = createTimeCheck({ chain, clock, pause });
  const powHash = deps.powHash ?? nativePowHash;
  const generator = createGenerator(chain.network, {
    memoryKiB,
    untilAllowed,
    refuse,
    found: count,
    template,
    submit,
    powHash,
    log,
    script,
  });

  chain.events.on('tip', () => run?.tipMoved());

  const startRun = (order: MiningOrder): MiningRun =>
    startMiningRun(order, {
      memoryKiB,
      tip: () => chain.tip().id,
      template,
      submit,
      clock,
      log,
      script,
      pause,
      untilAllowed,
      found: (block) => {
        count();
        log.info('found a block', { id: block.header.idHex, height: block.header.height });
      },
    });
  const stopRun = async (): Promise<void> => {
    const ending = run;
    run = null;
    await ending?.close();
  };

  return {
    async template(payout) {
      const block = await template(payout);
      refuse(block);
      return block;
    },
    async start(payout, threads = 1, share = 1) {
      checkOrder(threads, share);
      const order = {
        payout: typeof payout === 'function' ? payout : () => payout,
        threads: Math.min(threads, cores),
        share,
      };
      await changing.run(async () => {
        await stopRun();
        run = startRun(order);
      });
    },
    async stop() {
      generator.abort();
      await changing.run(stopRun);
      await generator.idle();
    },
    hold(reason) {
      // The run looks once a second whether it is paused.
      held = reason;
    },
    status: () => statusOf(run, found, chain),
    generate: generator.generate,
  };
}

function checkOrder(threads: number, share: number): void {
  if (!Number.isInteger(threads) || threads < 1 || threads > MAX_THREADS)
    throw new RangeError(`not a number of mining threads: ${threads}`);
  if (!(share > 0 && share <= 1)) throw new RangeError(`not a share of the time: ${share}`);
}

function statusOf(run: MiningRun | null, found: number, chain: Pick<MinerChain, 'nextBits'>): MinerStatus {
  const hashesPerSecond = run?.hashesPerSecond() ?? 0;
  const hashesPerBlock = Number(workOf(bitsToTarget(chain.nextBits())));
  const expectedSeconds = hashesPerSecond > 0 ? hashesPerBlock / hashesPerSecond : null;
  return {
    running: run !== null,
    threads: run?.order.threads ?? 0,
    share: run?.order.share ?? 0,
    hashesPerSecond,
    hashesPerBlock,
    expectedSeconds,
    found,
    problem: run?.problem() ?? null,
    paused: run?.paused() ?? null,
  };
}

/** Whether this node would accept the time of a block that it mines now. */
function createTimeCheck(deps: {
  readonly chain: Pick<MinerChain, 'network'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly pause: () => Notice | null;
}): Pick<GenerateDeps, 'untilAllowed' | 'refuse'> {
  const { futureLimit } = deps.chain.network.params;
  const untilAllowed = ({ header }: Block): number =>
    Math.max(0, header.time - futureLimit - deps.clock.now());
  return {
    untilAllowed,
    refuse(block) {
      const paused = deps.pause();
      if (paused?.code === 'clock-wrong') throw clockWrong(paused.message);
      if (untilAllowed(block) > MAX_AHEAD_SECONDS) throw clockWrong(CLOCK_BEHIND_BLOCKS);
    },
  };
}

interface Generator {
  readonly generate: Miner['generate'];
  /** Ends the calls that run or wait, with `mining-stopped`; later calls run. */
  abort(): void;
  idle(): Promise<void>;
}

function createGenerator({ name, founded }: MinerChain['network'], deps: GenerateDeps): Generator {
  // Two concurrent calls would mine two blocks on one tip, and one of them would become stale.
  const generating = createQueue(MAX_WAITING_CALLS);
  let stopping = new AbortController();
  return {
    async generate(payout, blocks) {
      if (founded || !GENERATES_ON.includes(name)) {
        throw new KithError('mining-not-here', `${name} cannot be mined on demand`, {
          data: { network: name },
        });
      }
      const { signal } = stopping;
      return generating.run(() => generateBlocks(deps, payout, blocks, signal));
    },
    abort() {
      stopping.abort();
      stopping = new AbortController();
    },
    idle: () => generating.idle(),
  };
}
