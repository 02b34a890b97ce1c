import { ORPCError } from '@orpc/server';
import { StandardRPCHandler } from '@orpc/server/standard';
import { createServerPeerHandleRequestFn } from '@orpc/server/standard-peer';
import {
  decodeRequestMessage,
  encodeResponseMessage,
  experimental_ServerPeerWithoutCodec as ServerPeer,
  MessageType,
} from '@orpc/standard-server-peer';
import type { ApiContext } from '../api/base.ts';
import { fault } from '../api/faults.ts';
import type { KithRouter } from '../api/router.ts';
import { systemClock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { createBreathe } from '../lib/turns.ts';
import './form-data.ts';
import { createInbox } from './inbox.ts';
import { isBounded, type Message, requestIdOf } from './message-bounds.ts';
import { createOpenCalls, type OpenCalls } from './open-calls.ts';

/** One client of the contract, over any carrier. */
export interface Carried {
  /** Handles a raw message. Never throws or rejects: unreadable messages are dropped and logged. */
  receive(message: unknown): void;
  /** The client disconnected: ends its calls and subscriptions. */
  close(): void;
}

export interface CarrierEnd {
  readonly context: Omit<ApiContext, 'caller'>;
  /** May throw when the connection is closed. */
  send(message: string | ArrayBufferLike | Uint8Array): void;
  /** Pauses or resumes reading from the client, for carriers that can. */
  readonly hold?: (held: boolean) => void;
  /** Closes the connection: the client sends faster than allowed. */
  end(): void;
}

/** The router that serves a request now. */
export type RouterSource = () => KithRouter;

/** Milliseconds of handling messages before the event loop gets a turn. */
const TURN_MS = 20;

/**
 * Serves the router over messages, instead of the adapters of oRPC. With those, a message that cannot be read becomes
 * an unhandled rejection (port) or a line on standard error that contains the input (socket). Also, oRPC keeps without
 * limit every event that a client sends into the stream of a call. No procedure of Kith takes such events, so they are
 * dropped here.
 */
export function createCarrierHandler(router: RouterSource, log: Log) {
  const openCalls = createOpenCalls();
  const handlers = new WeakMap<KithRouter, StandardRPCHandler<ApiContext>>();
  const handlerOf = (current: KithRouter): StandardRPCHandler<ApiContext> => {
    const known = handlers.get(current) ?? createHandler(current, openCalls);
    handlers.set(current, known);
    return known;
  };
  const breathe = createBreathe(systemClock, TURN_MS);

  return ({ context, send, hold, end }: CarrierEnd): Carried => {
    const peer = new ServerPeer(async ([id, type, payload]) =>
      send(await encodeResponseMessage(id, type, payload)),
    );
    const full: ApiContext = { ...context, caller: openCalls.caller() };
    const refuse = async (id: string, code: 'request-too-large' | 'request-malformed') => {
      const { status, ...body } = fault(code).toJSON();
      const response = { status, headers: {}, body: { json: { ...body, status } } };
      send(await encodeResponseMessage(id, MessageType.RESPONSE, response));
    };
    const take = async (message: Message) => {
      if (!isBounded(message)) {
        const id = requestIdOf(message);
        if (id === null) throw new RangeError('too large, without an id');
        return refuse(id, 'request-too-large');
      }
      const [id, type, payload] = await decodeRequestMessage(message).catch((error: unknown) => {
        // Without an answer the client would wait without end.
        const unread = requestIdOf(message);
        if (unread !== null) void refuse(unread, 'request-malformed').catch(unreadable);
        throw error;
      });
      if (type === MessageType.EVENT_ITERATOR) return;
      // Looked up for every request: the program may open another network while a client stays connected.
      const answer = createServerPeerHandleRequestFn(handlerOf(router()), { context: full });
      await peer.message([id, type, payload] as Parameters<typeof peer.message>[0], answer);
    };
    // Logs only the kind of error: its text may quote the message, which may contain a password.
    const unreadable = (error: unknown) =>
      log.debug('a client sent a message that cannot be read', {
        kind: error instanceof Error ? error.name : 'unknown',
      });
    const inbox = createInbox({
      take: (message) => void take(message).catch(unreadable),
      breathe,
      congested: context.congested,
      hold,
      end,
    });
    return {
      receive(message) {
        if (typeof message === 'string') inbox.receive(message);
        else if (message instanceof Uint8Array) inbox.receive(message);
        else if (message instanceof ArrayBuffer) inbox.receive(new Uint8Array(message));
        else unreadable(new TypeError('neither text nor bytes'));
      },
      close() {
        inbox.close();
        peer.close();
      },
    };
  };
}

function createHandler(router: KithRouter, openCalls: OpenCalls): StandardRPCHandler<ApiContext> {
  return new StandardRPCHandler(router, {
    interceptors: [
      async ({ next, request }) => {
        const result = await next().catch((error: unknown) => {
          // Errors of handlers are ORPCErrors by now; any other error comes from reading the request.
          throw error instanceof ORPCError ? error : fault('request-malformed');
        });
        const procedure = request.url.pathname.slice(1).replaceAll('/', '.').slice(0, 100);
        if (!result.matched) throw fault('procedure-unknown', { procedure });
        return result;
      },
    ],
    clientInterceptors: [openCalls.limit],
  });
}
