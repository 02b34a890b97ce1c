import { ORPCError } from '@orpc/server';
import { StandardRPCHandler } from '@orpc/server/standard';
import { createServerPeerHandleRequestFn } from '@orpc/server/standard-peer';
import { ServerPeer } from '@orpc/standard-server-peer';
import type { ApiContext } from '../api/base.ts';
import { fault } from '../api/faults.ts';
import type { KithRouter } from '../api/router.ts';
import type { Log } from '../lib/log/log.ts';
import { limitOpen } from './open-calls.ts';

/** One client of the contract, whatever carries its messages. */
export interface Carried {
  /** Takes a message as it came. Never throws or rejects: noise is dropped and counted in the log. */
  receive(message: unknown): void;
  /** The client is gone: ends its calls and subscriptions. */
  close(): void;
}

export interface CarrierEnd {
  readonly context: ApiContext;
  /** May throw when the way is gone. */
  send(message: string | ArrayBufferLike | Uint8Array): void;
}

/**
 * Serves the router over messages. It stands in place of oRPC's own adapters because a message that none of them can
 * read becomes an unhandled rejection (port) or a line on standard error with the input in it (socket).
 */
export function createCarrierHandler(router: KithRouter, log: Log) {
  const handler = new StandardRPCHandler(router, {
    interceptors: [
      async ({ next, request }) => {
        const result = await next().catch((error: unknown) => {
          // Handlers' errors are oRPC's by now; what isn't comes from reading the request.
          throw error instanceof ORPCError ? error : fault('request-malformed');
        });
        const procedure = request.url.pathname.slice(1).replaceAll('/', '.').slice(0, 100);
        if (!result.matched) throw fault('procedure-unknown', { procedure });
        return result;
      },
    ],
    clientInterceptors: [limitOpen],
  });

  return ({ context, send }: CarrierEnd): Carried => {
    const peer = new ServerPeer(async (message) => send(message));
    const answer = createServerPeerHandleRequestFn(handler, {
      context: { ...context, calls: { open: 0 } } as ApiContext,
    });
    const take = async (message: unknown) => {
      if (typeof message !== 'string' && !ArrayBuffer.isView(message))
        throw new TypeError('neither text nor bytes');
      await peer.message(message as string | Uint8Array<ArrayBuffer>, answer);
    };
    return {
      receive(message) {
        take(message).catch((error: unknown) => {
          // Only the kind of error: its text may quote the message, and that may hold a password.
          log.debug('a client sent what cannot be read', {
            kind: error instanceof Error ? error.name : 'unknown',
          });
        });
      },
      close: () => peer.close(),
    };
  };
}
