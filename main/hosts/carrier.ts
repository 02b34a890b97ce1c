import type { MessagePort } from 'node:worker_threads';
import { RPCHandler as PortHandler } from '@orpc/server/message-port';
import { RPCHandler as SocketHandler } from '@orpc/server/ws';
import type { WebSocket } from 'ws';
import type { ApiContext } from '../api/base.ts';
import { fault } from '../api/faults.ts';
import type { KithRouter } from '../api/router.ts';

/** Calls and subscriptions that one connection may have open at once; a page needs about ten. */
const MAX_OPEN = 256;

/** The context of one connection, with the calls and subscriptions that are open on it now. */
interface Connection extends ApiContext {
  /** Calls and subscriptions open now. */
  readonly calls: { open: number };
}

export function createSocketHandler(router: KithRouter) {
  const handler = new SocketHandler(router, OPTIONS);
  return (socket: WebSocket, context: ApiContext): void => {
    const connection: Connection = { ...context, calls: { open: 0 } };
    void handler.upgrade(socket, { context: connection });
  };
}

export function createPortHandler(router: KithRouter) {
  const handler = new PortHandler(router, OPTIONS);
  return (port: MessagePort, context: ApiContext): void => {
    const connection: Connection = { ...context, calls: { open: 0 } };
    handler.upgrade(port, { context: connection });
    port.start();
  };
}

type Next<Result> = { next(): Promise<Result>; request: { url: URL } };
type NextCall = { next(): Promise<unknown>; context: object; signal?: AbortSignal | undefined };

const OPTIONS = {
  interceptors: [
    async <Result extends { matched: boolean }>({ next, request }: Next<Result>): Promise<Result> => {
      const result = await next();
      const procedure = request.url.pathname.slice(1).replaceAll('/', '.').slice(0, 100);
      if (!result.matched) throw fault('procedure-unknown', { procedure });
      return result;
    },
  ],
  clientInterceptors: [limitOpen],
};

/** Counts calls until they answer, and subscriptions until they end. */
async function limitOpen({ next, context, signal }: NextCall): Promise<unknown> {
  const { calls } = context as Connection;
  if (calls.open >= MAX_OPEN) throw fault('api-busy');
  calls.open++;
  let counted = true;
  const release = () => {
    if (counted) calls.open--;
    counted = false;
    signal?.removeEventListener('abort', release);
  };
  try {
    const output = await next();
    if (!isStream(output)) {
      release();
      return output;
    }
    // A client may leave before the stream was read at all; then only the signal says so.
    signal?.addEventListener('abort', release, { once: true });
    return counting(output, release);
  } catch (error) {
    release();
    throw error;
  }
}

async function* counting(stream: AsyncGenerator, release: () => void): AsyncGenerator {
  try {
    yield* stream;
  } finally {
    release();
  }
}

function isStream(output: unknown): output is AsyncGenerator {
  return typeof output === 'object' && output !== null && Symbol.asyncIterator in output;
}
