import type { ConnectionEncrypter, MessageStream } from '@libp2p/interface';

/** Bytes that were exchanged with one peer, including encryption and framing. */
export interface Traffic {
  bytesIn: number;
  bytesOut: number;
}

/** Counts the raw bytes of every connection, below the encryption. */
export interface TrafficCounter {
  wrap<Components>(
    encrypter: (components: Components) => ConnectionEncrypter,
  ): (components: Components) => ConnectionEncrypter;
  /** Bytes of all connections with this peer since the last `forget`, or since it last connected. */
  of(peerId: string): Readonly<Traffic>;
  forget(peerId: string): void;
  /** Bytes of all connections since the start, also of those that ended or were refused. */
  readonly total: Readonly<Traffic>;
  /** Number of peers that have a counter. */
  readonly size: number;
}

/**
 * @param onSent gets the number of bytes that were sent on any connection
 * @param allows whether so many bytes may be sent; a connection on which more would be sent is aborted
 */
export function createTrafficCounter(
  onSent: (bytes: number) => void = () => {},
  allows: (bytes: number) => boolean = () => true,
): TrafficCounter {
  const byPeer = new Map<string, Traffic>();
  const total: Traffic = { bytesIn: 0, bytesOut: 0 };
  const open = new Map<string, number>();

  // The peer id is unknown before the end of the handshake, so the bytes are assigned to it afterwards.
  async function secure<Secured extends { remotePeer: { toString(): string } }>(
    connection: MessageStream,
    handshake: () => Promise<Secured>,
  ): Promise<Secured> {
    const meter = watch(connection, { total, onSent, allows });
    const secured = await handshake();
    const peerId = secured.remotePeer.toString();
    const account = byPeer.get(peerId) ?? { bytesIn: 0, bytesOut: 0 };
    byPeer.set(peerId, account);
    account.bytesIn += meter.account.bytesIn;
    account.bytesOut += meter.account.bytesOut;
    meter.account = account;
    open.set(peerId, (open.get(peerId) ?? 0) + 1);
    connection.addEventListener('close', () => closed(peerId));
    return secured;
  }

  // A connection that is refused after its handshake has a peer id too. An attacker can create any number of them, so
  // their counters are removed.
  function closed(peerId: string): void {
    const left = (open.get(peerId) ?? 1) - 1;
    if (left > 0) return void open.set(peerId, left);
    open.delete(peerId);
    byPeer.delete(peerId);
  }

  return {
    total,
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

interface Counting {
  readonly total: Traffic;
  readonly onSent: (bytes: number) => void;
  readonly allows: (bytes: number) => boolean;
}

function watch(connection: MessageStream, { total, onSent, allows }: Counting): { account: Traffic } {
  const meter = { account: { bytesIn: 0, bytesOut: 0 } };
  connection.addEventListener('message', (event) => {
    meter.account.bytesIn += event.data.byteLength;
    total.bytesIn += event.data.byteLength;
  });
  const send = connection.send.bind(connection);
  connection.send = (data) => {
    if (!allows(data.byteLength)) {
      connection.abort(new Error('the upload limit is used up'));
      return false;
    }
    meter.account.bytesOut += data.byteLength;
    total.bytesOut += data.byteLength;
    onSent(data.byteLength);
    return send(data);
  };
  return meter;
}
