import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { WebSocket } from 'ws';
import type { KithClient } from '../../shared/contract/contract.ts';
import { RPC_PATH, RPC_SUBPROTOCOL } from '../rpc/websocket.ts';
import { KithError, messageOf } from '../lib/errors.ts';
import type { NodePlace } from './find-node.ts';

export interface Connected {
  readonly client: KithClient;
  /** Aborts when the node went away. */
  readonly lost: AbortSignal;
  close(): void;
}

const OPEN_TIMEOUT_MS = 10_000;

/** Opens the contract of a running node. @throws {KithError} `api-refused`, `api-unreachable`, `node-not-running`. */
export async function connectNode(place: NodePlace): Promise<Connected> {
  const url = new URL(RPC_PATH, place.api);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new WebSocket(url, [RPC_SUBPROTOCOL, place.token], {
    handshakeTimeout: OPEN_TIMEOUT_MS,
    perMessageDeflate: false,
    maxPayload: 64 * 1024 * 1024,
  });
  const lost = new AbortController();
  socket.on('close', () => lost.abort());
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', (error) => reject(explain(error, place)));
  });
  socket.on('error', () => socket.terminate());
  const link = new RPCLink({ websocket: socket as never });
  return { client: createORPCClient<KithClient>(link), lost: lost.signal, close: () => socket.terminate() };
}

function explain(error: Error, { api, where }: NodePlace): KithError {
  const data = { where };
  if (/\b(40\d)\b/.test(error.message))
    return new KithError('api-refused', error.message, { cause: error, data });
  const code = where === api ? 'api-unreachable' : 'node-not-running';
  return new KithError(code, messageOf(error), { cause: error, data });
}
