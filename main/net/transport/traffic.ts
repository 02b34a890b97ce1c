import type { ConnectionEncrypter, MessageStream } from '@libp2p/interface';

/** Bytes on the wire with one peer, encryption and framing included. */
export interface Traffic {
  bytesIn: number;
  bytesOut: number;
}

/** Counts the bytes of every connection where they are still raw, under the encryption. */
export interface TrafficCounter {
  wrap<Components>(
    encrypter: (components: Components) => ConnectionEncrypter,
  ): (components: Components) => ConnectionEncrypter;
  /** What went over all connections with this peer since the last `forget`, or since it was last connected. */
  of(peerId: string): Readonly<Traffic>;
  forget(peerId: string): void;
  /** Peers that bytes are counted for. */
  readonly size: number;
}

/** @param onSent is told of all bytes that go out, over whatever connection. */
export function createTrafficCounter(onSent: (bytes: number) => void = () => {}): TrafficCounter {
  const byPeer = new Map<string, Traffic>();
  const open = new Map<string, number>();

  // Until the handshake is over nobody knows whose bytes these are, so they are booked afterwards.
  async function secure<Secured extends { remotePeer: { toString(): string } }>(
    connection: MessageStream,
    handshake: () => Promise<Secured>,
  ): Promise<Secured> {
    const meter = watch(connection, onSent);
    const secured = await handshake();
    const peerId = secured.remotePeer.toString();
    const total = byPeer.get(peerId) ?? { bytesIn: 0, bytesOut: 0 };
    byPeer.set(peerId, total);
    total.bytesIn += meter.account.bytesIn;
    total.bytesOut += meter.account.bytesOut;
    meter.account = total;
    open.set(peerId, (open.get(peerId) ?? 0) + 1);
    connection.addEventListener('close', () => closed(peerId));
    return secured;
  }

  // Also a connection that is refused after its handshake has a name, and there is no end of names.
  function closed(peerId: string): void {
    const left = (open.get(peerId) ?? 1) - 1;
    if (left > 0) return void open.set(peerId, left);
    open.delete(peerId);
    byPeer.delete(peerId);
  }

  return {
    get size() {
      return byPeer.size;
    },
    wrap: (encrypter) => (components) => {
      const inner = encrypter(components);
      const inbound = inner.secureInbound.bind(inner);
      const outbound = inner.secureOutbound.bind(inner);
      inner.secureInbound = (connection, options) => secure(connection, () => inbound(connection, options));
      inner.secureOutbound = (connection, options) => secure(connection, () => outbound(connection, options));
      return inner;
    },
    of: (peerId) => byPeer.get(peerId) ?? { bytesIn: 0, bytesOut: 0 },
    forget: (peerId) => void byPeer.delete(peerId),
  };
}

function watch(connection: MessageStream, onSent: (bytes: number) => void): { account: Traffic } {
  const meter = { account: { bytesIn: 0, bytesOut: 0 } };
  connection.addEventListener('message', (event) => {
    meter.account.bytesIn += event.data.byteLength;
  });
  const send = connection.send.bind(connection);
  connection.send = (data) => {
    meter.account.bytesOut += data.byteLength;
    onSent(data.byteLength);
    return send(data);
  };
  return meter;
}
