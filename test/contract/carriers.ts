import { MessageChannel } from 'node:worker_threads';
import { type ClientContext, type ClientLink, createORPCClient } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import { WebSocket } from 'ws';
import type { KithClient } from '../../shared/contract/contract.ts';
import type { Approval, PaymentConfirmation } from '../../main/api/base.ts';
import { createRouter } from '../../main/api/router.ts';
import { type BrowserHost, startBrowserHost } from '../../main/rpc/http.ts';
import { createToken } from '../../main/rpc/token.ts';
import { createPortHost } from '../../main/rpc/worker-port.ts';
import { silentLog } from '../../main/lib/log.ts';
import { newFolder } from '../support/folder.ts';
import type { TestFacade } from './facade.ts';

/** One way to the contract, as a client has it. */
export interface Carrier {
  readonly client: KithClient;
  /** A call by any path, even one that no contract has. */
  raw(path: readonly string[], input?: unknown): Promise<unknown>;
  /** Puts a message on the way as it is. */
  send(message: unknown): void;
  /** Breaks it off, as a crash of the client would. */
  drop(): void;
}

export type Carriers = Record<'socket' | 'port', () => Promise<Carrier>>;

export interface Served extends Carriers {
  readonly host: BrowserHost;
  readonly token: string;
  /** A port whose desktop answers questions like this. */
  portWith(approve: (question: PaymentConfirmation) => Promise<Approval>): Carrier;
  readonly shutdowns: number[];
  close(): Promise<void>;
}

/** The same router over a real socket of the real host, and over real ports. */
export async function serve(node: TestFacade): Promise<Served> {
  const token = createToken();
  const shutdowns: number[] = [];
  const router = createRouter({
    node,
    log: silentLog,
    shutdown: () => shutdowns.push(1),
    recentLog: () => [{ time: 'now', level: 'info', area: 'test', message: 'hello' }],
    onLogged: () => () => undefined,
  });
  const page = newFolder();
  const host = await startBrowserHost({ router: () => router, token, page, port: 0, log: silentLog });
  const ports: { close(): void }[] = [];
  const connectPort = (approve?: (question: PaymentConfirmation) => Promise<Approval>): Carrier => {
    const portHost = createPortHost({ router: () => router, log: silentLog, approve });
    const { port1, port2 } = new MessageChannel();
    portHost.serve(port1);
    ports.push(portHost, port2);
    const link = new PortLink({ port: port2 });
    port2.start();
    return { ...clientsOf(link), send: (message) => port2.postMessage(message), drop: () => port2.close() };
  };
  return {
    host,
    token,
    shutdowns,
    async socket() {
      const socket = new WebSocket(`ws://127.0.0.1:${host.port}/rpc`, ['kith.rpc.1', token]);
      await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
      const link = new SocketLink({ websocket: socket as never });
      return {
        ...clientsOf(link),
        send: (message) => socket.send(message as string),
        drop: () => socket.terminate(),
      };
    },
    port: async () => connectPort(),
    portWith: (approve) => connectPort(approve),
    async close() {
      for (const port of ports) port.close();
      await host.close();
    },
  };
}

function clientsOf(link: ClientLink<ClientContext>): Pick<Carrier, 'client' | 'raw'> {
  return {
    client: createORPCClient<KithClient>(link),
    raw: (path, input) => link.call(path, input, { context: {} }),
  };
}
