import { Worker } from 'node:worker_threads';
import { bitsToTarget, workOf } from '../../core/consensus/compact.ts';
import type { Block } from '../../core/primitives/block.ts';
import type { Lock } from '../../core/primitives/coin.ts';
import { isViolation } from '../../core/violation.ts';
import type { Clock } from '../../lib/clock.ts';
import { KithError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import type { Chain } from '../chain/chain.ts';
import type { Mempool } from '../mempool/mempool.ts';
import { powHash } from '../native/pow.ts';
import { grind } from './grind.ts';
import type { FromGrinder, ToGrinder } from './grinder-messages.ts';
import { createHashRate } from './hash-rate.ts';
import { completeBlock, createBlockTemplate } from './template.ts';

export interface MinerDeps {
  readonly chain: Chain;
  readonly mempool: Mempool;
  readonly clock: Clock;
  readonly log: Log;
}

export interface MinerStatus {
  readonly running: boolean;
  readonly threads: number;
  readonly hashesPerSecond: number;
  /** Mean time to a block at this rate; null when not running. */
  readonly expectedSeconds: number | null;
  /** Blocks found since the node started. */
  readonly found: number;
}

export interface Miner {
  /** Starts, or changes what is mined for. `share` of each thread's time, above 0 and up to 1. */
  start(payout: Lock | (() => Lock), threads?: number, share?: number): Promise<void>;
  stop(): Promise<void>;
  status(): MinerStatus;
  /** An unmined block on the tip. */
  template(payout: Lock): Promise<Block>;
  /** Mines blocks here and now and gives their ids. @throws {KithError} `mining-not-here` where others mine for real. */
  generate(payout: Lock, blocks: number): Promise<string[]>;
}

/** How long a template is mined on before newer payments are taken in. */
const REFRESH_MS = 5000;
const GENERATE_SLICE_MS = 20;

export function createMiner(deps: MinerDeps): Miner {
  const { chain, clock, log } = deps;
  const rate = createHashRate(clock.ms);
  const now = () => clock.now();
  let workers: Worker[] = [];
  let payout: (() => Lock) | null = null;
  let share = 1;
  let number = 0;
  let current: Block | null = null;
  let found = 0;
  let refresh: NodeJS.Timeout | undefined;
  let off: (() => void) | undefined;

  const template = (lock: Lock) => createBlockTemplate({ chain, mempool: deps.mempool, now }, lock);

  const assign = async (): Promise<void> => {
    if (!payout) return;
    const mine = ++number;
    const block = await template(payout());
    if (mine !== number || !payout) return;
    current = block;
    const { header } = block;
    const job = {
      header: header.bytes,
      target: bitsToTarget(header.bits),
      memoryKiB: chain.network.params.powMemoryKiB,
    };
    const step = workers.length;
    workers.forEach((worker, from) => {
      worker.postMessage({ kind: 'work', number: mine, job, from, step, share } satisfies ToGrinder);
    });
  };
  const assignSoon = () =>
    void assign().catch((error: unknown) => log.error('no block could be prepared', { error }));

  const submit = async (nonce: number): Promise<void> => {
    const block = completeBlock(current!, nonce);
    current = null;
    const result = await chain.submitBlock(block.bytes);
    if (isViolation(result)) {
      log.error('a mined block was refused', { code: result.code });
      return assign();
    }
    if (result.status === 'connected') found++;
    log.info('mined a block', { height: block.header.height, id: block.header.idHex, status: result.status });
    if (result.status !== 'connected') await assign();
  };

  const onMessage = (message: FromGrinder) => {
    if (message.kind === 'tried') rate.add(message.hashes);
    else if (message.number !== number || current === null) return;
    else if (message.kind === 'exhausted') assignSoon();
    else submit(message.nonce).catch((error: unknown) => log.error('a mined block was lost', { error }));
  };

  const spawn = (): Worker => {
    const worker = new Worker(new URL('./grinder-worker.ts', import.meta.url), { name: 'kith-miner' });
    worker.on('message', onMessage);
    worker.on('error', (error) => {
      log.error('a mining thread died and is started again', { error });
      const at = workers.indexOf(worker);
      if (at < 0) return;
      workers[at] = spawn();
      assignSoon();
    });
    worker.unref();
    return worker;
  };

  const stop = async (): Promise<void> => {
    payout = null;
    number++;
    current = null;
    off?.();
    clearInterval(refresh);
    const ending = workers;
    workers = [];
    await Promise.all(ending.map((worker) => worker.terminate()));
  };

  return {
    async start(to, threads = 1, of = 1) {
      await stop();
      payout = typeof to === 'function' ? to : () => to;
      share = of;
      rate.reset();
      workers = Array.from({ length: threads }, spawn);
      off = chain.events.on('tip', assignSoon);
      refresh = setInterval(assignSoon, REFRESH_MS);
      refresh.unref();
      await assign();
    },
    stop,
    status() {
      const hashesPerSecond = workers.length > 0 ? rate.perSecond() : 0;
      const work = Number(workOf(bitsToTarget(chain.nextBits())));
      const expectedSeconds = hashesPerSecond > 0 ? work / hashesPerSecond : null;
      return {
        running: workers.length > 0,
        threads: workers.length,
        hashesPerSecond,
        expectedSeconds,
        found,
      };
    },
    template,
    async generate(lock, blocks) {
      const { name, params } = chain.network;
      if (name !== 'regtest' && name !== 'local') {
        throw new KithError('mining-not-here', `blocks are not generated on ${name}`, {
          data: { network: name },
        });
      }
      const ids: string[] = [];
      while (ids.length < blocks) {
        const block = await template(lock);
        const job = {
          header: block.header.bytes,
          target: bitsToTarget(block.header.bits),
          memoryKiB: params.powMemoryKiB,
        };
        const nonce = await grindHere(job);
        if (nonce === null || chain.tip().height + 1 !== block.header.height) continue;
        const done = completeBlock(block, nonce);
        const result = await chain.submitBlock(done.bytes);
        if (isViolation(result))
          throw new KithError(result.code, 'a generated block was refused', { data: { ...result.evidence } });
        if (result.status === 'connected') ids.push(result.id);
      }
      found += ids.length;
      return ids;
    },
  };
}

/** On this thread, in slices, so that it answers in between. */
async function grindHere(job: Parameters<typeof grind>[0]): Promise<number | null> {
  for (let from: number | null = 0; from !== null;) {
    const result = grind(job, powHash, from, 1, GENERATE_SLICE_MS);
    if (result.nonce !== null) return result.nonce;
    from = result.next;
    await new Promise(setImmediate);
  }
  return null;
}
