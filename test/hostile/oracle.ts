import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect } from 'vitest';
import type { TestNode } from '../support/test-node.ts';
import { until } from '../support/until.ts';

/** What must hold whatever anybody sends: the standing oracle of all hostile tests. */
export interface Oracle {
  /** Ends the watch: prints the figures, and fails when the node suffered. */
  verdict(attack: string): Promise<void>;
}

const LAG_MS = 250;

/** Watches a node, and an honest peer of it, through an attack. */
export function watch(victim: TestNode, honest: TestNode): Oracle {
  const lag = monitorEventLoopDelay({ resolution: 10 });
  lag.enable();
  const before = process.memoryUsage().rss;
  const coins = victim.chain.totals().coins;
  const problems: unknown[] = [];
  const onProblem = (error: unknown) => problems.push(error);
  process.on('uncaughtException', onProblem);
  process.on('unhandledRejection', onProblem);
  return {
    async verdict(attack) {
      lag.disable();
      const began = performance.now();
      await honest.mine(1);
      await until(
        () => victim.chain.tip().id === honest.chain.tip().id,
        'an honest peer still gets through',
        {
          ms: 10_000,
        },
      );
      const tip = performance.now() - began;
      process.off('uncaughtException', onProblem);
      process.off('unhandledRejection', onProblem);
      const p99 = lag.percentile(99) / 1e6;
      const grown = (process.memoryUsage().rss - before) / 2 ** 20;
      console.log(
        `${attack}: lag p99 ${p99.toFixed(0)} ms, tip ${tip.toFixed(0)} ms later, ${grown.toFixed(0)} MB more`,
      );
      expect(problems).toEqual([]);
      // Nobody has made coins: one a block that an honest node mined.
      expect(victim.chain.totals().coins).toBeLessThanOrEqual(coins + 50);
      // The attackers, the victim and its friend share one thread here, so this is far stricter than it looks.
      expect(p99).toBeLessThan(LAG_MS * 4);
    },
  };
}
