import { contract } from '../../shared/contract/contract.ts';
import { KithError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { api, type ProgramAccess } from './base.ts';
import type { NetworksAccess } from './networks-access.ts';
import { createNetworksHandlers } from './networks-handlers.ts';
import { createApiWithErrors, type KithRouter } from './router.ts';

export interface IdleRouterDeps extends Pick<ProgramAccess, 'shutdown'> {
  readonly networks: NetworksAccess;
  readonly log: Log;
}

/**
 * The contract while no network is open: `networks.*` and `node.shutdown` work, every other procedure fails with
 * `network-not-open`.
 */
export function createIdleRouter({ networks, shutdown, log }: IdleRouterDeps): KithRouter {
  const closed = Object.fromEntries(
    Object.entries(contract).map(([area, procedures]) => [area, closedArea(area, Object.keys(procedures))]),
  );
  const node = {
    ...closed['node'],
    shutdown: api.node.shutdown.handler(() => {
      setTimeout(shutdown, SHUTDOWN_AFTER_MS);
      return {};
    }),
  };
  // Built from the names of the contract, so the types of the procedures are unknown to the compiler.
  const router: unknown = { ...closed, node, networks: createNetworksHandlers({ networks }) };
  return createApiWithErrors(log).router(router as never);
}

/** The answer is sent first. */
const SHUTDOWN_AFTER_MS = 50;

interface AnyProcedure {
  handler(handle: () => never): unknown;
}

function closedArea(area: string, names: readonly string[]): Record<string, unknown> {
  const procedures = (api as unknown as Record<string, Record<string, AnyProcedure>>)[area]!;
  const refuse = (): never => {
    throw new KithError('network-not-open');
  };
  return Object.fromEntries(names.map((name) => [name, procedures[name]!.handler(refuse)]));
}
