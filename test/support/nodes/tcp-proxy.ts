import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { peerIdOf } from '../../../main/net/transport/multiaddrs.ts';

/** A wire between two nodes that a test can cut, and that can be slow. */
export interface TcpProxy {
  /** The multiaddress that leads through it to the node behind, with that node's peer id. */
  readonly address: string;
  /** Breaks what is connected and lets nobody through any more. */
  cut(): void;
  heal(): void;
  /** Bytes that went through, both ways together. */
  readonly bytes: number;
  /** Bytes that the node behind has sent. */
  readonly bytesOut: number;
  close(): Promise<void>;
}

export interface Delay {
  /** Milliseconds one way. */
  readonly ms: number;
  /** Up to so much more or less, by `random`. */
  readonly jitter: number;
  readonly random: () => number;
}

/** In front of a node that listens at `address` on loopback. */
export async function createTcpProxy(address: string, delay?: Delay): Promise<TcpProxy> {
  const target = Number(/\/tcp\/(\d+)/.exec(address)![1]);
  const sockets = new Set<Socket>();
  let open = true;
  let bytes = 0;
  let bytesOut = 0;

  const pipe = (from: Socket, to: Socket, isBack: boolean) => {
    let due = 0;
    const waiting: Buffer[] = [];
    from.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (isBack) bytesOut += chunk.length;
      if (delay === undefined) return void to.write(chunk);
      // A wire never reorders: nothing arrives before what was sent earlier.
      const wait = delay.ms + (2 * delay.random() - 1) * delay.jitter;
      due = Math.max(due, performance.now() + wait);
      // Timers round to milliseconds and may change places; what they send may not.
      waiting.push(chunk);
      setTimeout(() => to.write(waiting.shift()!), due - performance.now());
    });
    from.on('close', () => to.destroy());
    from.on('error', () => to.destroy());
  };

  const server = createServer((near) => {
    if (!open) return void near.destroy();
    const far = connect(target, '127.0.0.1');
    for (const socket of [near, far]) {
      socket.setNoDelay(true);
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    }
    pipe(near, far, false);
    pipe(far, near, true);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const destroy = () => sockets.forEach((socket) => socket.destroy());

  return {
    address: `/ip4/127.0.0.1/tcp/${port}/p2p/${peerIdOf(address)}`,
    cut() {
      open = false;
      destroy();
    },
    heal() {
      open = true;
    },
    get bytes() {
      return bytes;
    },
    get bytesOut() {
      return bytesOut;
    },
    async close() {
      destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A port of loopback that nobody uses now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
