import { readFile } from 'node:fs/promises';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import WebSocket from 'ws';
import type { KithClient } from '../../shared/contract/contract.ts';
import type { Connect } from './demo-nodes.ts';

/** Talks to a node of the demo as its terminal would: over its own socket, with the token from its file. */
export const connect: Connect = async (node) => {
  const token = (await readFile(node.tokenFile, 'utf8')).trim();
  const socket = new WebSocket(new URL('rpc', node.api.replace(/^http/, 'ws')), ['kith.rpc.1', token]);
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  // Later failures close it, and every call that waits ends with that.
  socket.on('error', () => undefined);
  const link = new RPCLink({ websocket: socket as never });
  return { client: createORPCClient<KithClient>(link), close: () => socket.terminate() };
};
