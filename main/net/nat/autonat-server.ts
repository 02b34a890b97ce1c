import type { Connection, Stream } from '@libp2p/interface';
import { equalBytes } from '../../core/codec/bytes.ts';
import { abortAfter, type Clock } from '../../lib/clock.ts';
import { createGroupedPool, type PoolLimits } from '../../lib/grouped-pool.ts';
import { sourceOf } from '../transport/pool-source.ts';
import { addressBytes, ipOf, isPublic, isRelayed, readAddress } from '../transport/multiaddrs.ts';
import type { Libp2pInternals } from '../transport/libp2p-internals.ts';
import { createBucket } from '../protocol/bucket.ts';
import { perConnection } from '../protocol/per-connection.ts';
import { createPrefixed } from '../protocol/prefixed.ts';
import {
  decodeDialRequest,
  decodeDialResponse,
  DIAL_BACK_CAP,
  DIAL_BACK_PROTOCOL,
  type DialRequest,
  encodeDialRequest,
  encodeDialResponse,
  STATUS,
} from './autonat-messages.ts';

/** Limits: requests per connection (the burst, and the number per second), and addresses per request. */
export const DIAL_BACK = { burst: 3, perSecond: 1 / 60, addresses: 4 } as const;
/** Limit on requests that are processed at the same time. */
export const DIAL_BACKS: PoolLimits = { total: 8, perHost: 1, perGroup: 2 };
const DIAL_MS = 5000;
const ASK_MS = 30_000;
/** Timeout for opening the stream of a request. */
const OPEN_MS = 10_000;

/**
 * AutoNAT server. Dials only the IP address from which the request comes: otherwise an attacker could use this node to
 * attack other computers. The server of libp2p cannot be used. Instead of dialling, it gets the existing connection
 * with the peer. The address of that connection is not the requested one, so the server reports a dial error and closes
 * the connection (docs/adr/0015).
 */
export function createDialBackServer(
  internals: Pick<Libp2pInternals, 'dialBeside'>,
  clock: Clock,
): (stream: Stream, connection: Connection) => void {
  const budgetOf = perConnection(() => createBucket(DIAL_BACK.burst, DIAL_BACK.perSecond, clock.monotonic));
  const running = createGroupedPool<AbortController>(DIAL_BACKS, (request) => request.abort());

  async function answer(request: DialRequest, connection: Connection): Promise<Uint8Array> {
    const addresses = dialable(request, connection);
    if (addresses === null) return encodeDialResponse(STATUS.malformed);
    if (addresses.length === 0 || !budgetOf(connection).take(1)) return encodeDialResponse(STATUS.refused);
    const evicted = new AbortController();
    running.add(evicted, sourceOf(connection.remoteAddr.toString()));
    try {
      for (const address of addresses) {
        if (await gotThrough(address, connection, evicted.signal))
          return encodeDialResponse(STATUS.ok, addressBytes(address));
        // A dial that was not completed is no evidence about the addresses.
        if (evicted.signal.aborted) return encodeDialResponse(STATUS.refused);
      }
      return encodeDialResponse(STATUS.failed);
    } finally {
      running.delete(evicted);
    }
  }

  async function gotThrough(address: string, asked: Connection, signal: AbortSignal): Promise<boolean> {
    try {
      const connection = await internals.dialBeside(`${address}/p2p/${asked.remotePeer.toString()}`, {
        timeoutMs: DIAL_MS,
        signal,
      });
      connection.close().catch((error: unknown) => connection.abort(error as Error));
      return true;
    } catch {
      return false;
    }
  }

  return (stream, connection) => {
    const messages = createPrefixed(stream, clock);
    const serve = async () => {
      const request = decodeDialRequest(await messages.receive(DIAL_BACK_CAP, DIAL_MS));
      const response =
        request === null ? encodeDialResponse(STATUS.malformed) : await answer(request, connection);
      await messages.send(response);
      await messages.close();
    };
    serve().catch((error: unknown) => messages.abort(error));
  };
}

/** The addresses to dial. Null when the request is not about the peer that sent it. */
function dialable(request: DialRequest, connection: Connection): string[] | null {
  if (!equalBytes(request.id, connection.remotePeer.toMultihash().bytes)) return null;
  const from = connection.remoteAddr.toString();
  return request.addresses
    .slice(0, DIAL_BACK.addresses)
    .map(readAddress)
    .filter(
      (address): address is string =>
        address !== null && isPublic(address) && !isRelayed(address) && ipOf(address) === ipOf(from),
    );
}

/** The answer of a peer that was asked to dial this node. `none`: it cannot dial, or refuses. */
export type DialBackOutcome =
  { readonly got: 'in'; readonly address: string } | { readonly got: 'out' | 'none' };

/** Asks a peer to dial this node at these addresses. Never rejects. */
export async function askDialBack(
  connection: Connection,
  id: Uint8Array,
  addresses: readonly string[],
  clock: Clock,
): Promise<DialBackOutcome> {
  try {
    const stream = await connection.newStream(DIAL_BACK_PROTOCOL, { signal: abortAfter(clock, OPEN_MS) });
    const messages = createPrefixed(stream, clock);
    try {
      await messages.send(encodeDialRequest({ id, addresses: addresses.map(addressBytes) }));
      const response = decodeDialResponse(await messages.receive(DIAL_BACK_CAP, ASK_MS));
      await messages.close();
      if (response?.status === STATUS.failed) return { got: 'out' };
      if (response?.status !== STATUS.ok) return { got: 'none' };
      const address = response.address === null ? addresses[0] : readAddress(response.address);
      // A reported address proves nothing if it was not in the request.
      return address && addresses.includes(address) ? { got: 'in', address } : { got: 'none' };
    } catch (error) {
      messages.abort(error);
      throw error;
    }
  } catch {
    return { got: 'none' };
  }
}
