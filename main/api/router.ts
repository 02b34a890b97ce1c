import type { Log } from '../lib/log.ts';
import { api, type ProgramAccess } from './base.ts';
import { createBlockSummaries } from './block-summaries.ts';
import { createCallLimits } from './costs.ts';
import type { NodeFacade } from './facade.ts';
import { toFault } from './faults.ts';
import { createChainHandlers } from './chain-handlers.ts';
import { createMempoolHandlers } from './mempool-handlers.ts';
import { createMiningHandlers } from './mining-handlers.ts';
import { createNetworkHandlers } from './network-handlers.ts';
import { createNodeHandlers } from './node-handlers.ts';
import { createOperationsHandlers } from './operations-handlers.ts';
import { createPeersHandlers } from './peers-handlers.ts';
import { createWalletHandlers } from './wallet-handlers.ts';
import { createOperations } from './operations.ts';

export interface RouterDeps extends ProgramAccess {
  readonly node: NodeFacade;
  readonly log: Log;
}

/** The whole contract over one node; the same router serves every carrier. */
export function createRouter({ node, log, shutdown, recentLog }: RouterDeps) {
  const summaries = createBlockSummaries(node.chain, node.network.hrp);
  const deps = { node, summaries, shutdown, recentLog, operations: createOperations() };
  const limits = createCallLimits();
  const withFaults = api.use(async ({ next, path, context, signal }) => {
    const procedure = path.join('.');
    try {
      const call = async () => next();
      const result = await (limits(procedure)?.run(context.caller, call, signal) ?? call());
      return isStream(result.output) ? { ...result, output: guarded(result.output, procedure, log) } : result;
    } catch (error) {
      throw toFault(error, procedure, log);
    }
  });
  return withFaults.router({
    node: createNodeHandlers(deps),
    operations: createOperationsHandlers(deps),
    network: createNetworkHandlers(deps),
    peers: createPeersHandlers(deps),
    chain: createChainHandlers(deps),
    mempool: createMempoolHandlers(deps),
    wallet: createWalletHandlers(deps),
    mining: createMiningHandlers(deps),
  });
}

export type KithRouter = ReturnType<typeof createRouter>;

function isStream(output: unknown): output is AsyncGenerator {
  return typeof output === 'object' && output !== null && Symbol.asyncIterator in output;
}

// A stream fails after its handler has returned, so that its errors are converted here.
async function* guarded(stream: AsyncGenerator, procedure: string, log: Log): AsyncGenerator {
  try {
    yield* stream;
  } catch (error) {
    throw toFault(error, procedure, log);
  }
}
