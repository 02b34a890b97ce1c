import { toHex } from '../core/codec/hex.ts';
import { api, type HandlerDeps } from './base.ts';
import { bytesOf } from './bytes.ts';

/** Further accounts, and wallets that several people or a height lock. */
export function createSetupHandlers({ node: { wallets }, operations }: HandlerDeps) {
  const handlers = api.wallet;
  return {
    createAccount: handlers.createAccount.handler(({ input, context }) =>
      operations.run(context.caller, { kind: 'wallet-restore', wallet: input.name }, async () => ({
        name: input.name,
        ...(await wallets.createAccount({ ...input, by: context.role })),
      })),
    ),
    findAccounts: handlers.findAccounts.handler(({ input, context }) =>
      wallets.findAccounts({ ...input, by: context.role }),
    ),
    createSetup: handlers.createSetup.handler(async ({ input: { setup, ...access }, context }) => {
      const request = setup.kind === 'savings' ? setup : { ...setup, keys: setup.keys.map(bytesOf) };
      return { setup: toHex(await wallets.createSetup({ ...access, setup: request, by: context.role })) };
    }),
    joinSetup: handlers.joinSetup.handler(async ({ input, context }) => {
      await wallets.joinSetup({ ...input, setup: bytesOf(input.setup), by: context.role });
      return {};
    }),
    exportSetup: handlers.exportSetup.handler(({ input }) => ({
      setup: toHex(wallets.exportSetup(input.name)),
    })),
    inspectSetup: handlers.inspectSetup.handler(({ input }) => wallets.inspectSetup(bytesOf(input.setup))),
  };
}
