import { setMaxListeners } from 'node:events';
import type { Log } from '../lib/log.ts';
import { api, type ProgramAccess } from './base.ts';
import { createBlockSummaries } from './block-summaries.ts';
import { createCallLimits } from './costs.ts';
import type { NodeFacade } from './facade.ts';
import { toFault } from './faults.ts';
import { createChainHandlers } from './chain-handlers.ts';
import { createContactsHandlers } from './contacts-handlers.ts';
import { createMempoolHandlers } from './mempool-handlers.ts';
import { createMetricsHandlers } from './metrics-handlers.ts';
import { createMiningHandlers } from './mining-handlers.ts';
import { createNetworkHandlers } from './network-handlers.ts';
import { type NetworksAccess, oneNetwork } from './networks-access.ts';
import { createNetworksHandlers } from './networks-handlers.ts';
import { createNodeHandlers } from './node-handlers.ts';
import { createOperationsHandlers } from './operations-handlers.ts';
import { createPeersHandlers } from './peers-handlers.ts';
import { createSettingsHandlers } from './settings-handlers.ts';
import { createWalletHandlers } from './wallet-handlers.ts';
import { createOperations } from './operations.ts';
import { untilAborted } from './streams.ts';

export interface RouterDeps extends ProgramAccess {
  readonly node: NodeFacade;
  /** The networks that this program can open; only that of the node if not given. */
  readonly networks?: NetworksAccess | undefined;
  /** Aborts when this node is closed while its clients stay connected: its subscriptions end. */
  readonly ended?: AbortSignal | undefined;
  readonly log: Log;
}

/** The whole contract for one node. The same router serves every carrier. */
export function createRouter({
  node,
  log,
  shutdown,
  restart,
  recentLog,
  onLogged,
  ended,
  ...given
}: RouterDeps) {
  const summaries = createBlockSummaries(node.chain, node.network.hrp);
  const { networks = oneNetwork(node) } = given;
  const program = { shutdown, restart, recentLog, onLogged };
  const deps = { ...program, node, summaries, operations: createOperations(), networks };
  return createApiWithErrors(log, ended).router({
    node: createNodeHandlers(deps),
    operations: createOperationsHandlers(deps),
    network: createNetworkHandlers(deps),
    networks: createNetworksHandlers(deps),
    peers: createPeersHandlers(deps),
    chain: createChainHandlers(deps),
    mempool: createMempoolHandlers(deps),
    wallet: createWalletHandlers(deps),
    contacts: createContactsHandlers(deps),
    mining: createMiningHandlers(deps),
    metrics: createMetricsHandlers(deps),
    settings: createSettingsHandlers(deps),
  });
}

/** The contract with its limits, and with every failure as an error of the contract. */
export function createApiWithErrors(log: Log, ended?: AbortSignal) {
  const limits = createCallLimits();
  // Every open subscription listens, and stops when it ends; their number is limited per connection.
  if (ended !== undefined) setMaxListeners(0, ended);
  return api.use(async ({ next, path, context, signal }) => {
    const procedure = path.join('.');
    try {
      const call = async () => next();
      const result = await (limits(procedure)?.run(context.caller, call, signal) ?? call());
      if (!isStream(result.output)) return result;
      // The networks outlive a node.
      const outlives = ended === undefined || path[0] === 'networks';
      const output = outlives ? result.output : untilAborted(result.output, ended);
      return { ...result, output: guarded(output, procedure, log) };
    } catch (error) {
      throw toFault(error, procedure, log);
    }
  });
}

export type KithRouter = ReturnType<typeof createRouter>;

function isStream(output: unknown): output is AsyncGenerator {
  return typeof output === 'object' && output !== null && Symbol.asyncIterator in output;
}

// A stream fails after its handler has returned, so its errors are converted here.
async function* guarded(stream: AsyncGenerator, procedure: string, log: Log): AsyncGenerator {
  try {
    yield* stream;
  } catch (error) {
    throw toFault(error, procedure, log);
  }
}
