import { toHex } from '../../core/codec/hex.ts';
import { decodeTransaction, type Transaction } from '../../core/primitives/transaction.ts';
import type { Clock } from '../../lib/clock.ts';
import { createBucket, spend } from '../protocol/bucket.ts';
import { FRAME, MAX_TRANSACTIONS_BYTES } from '../protocol/frame-types.ts';
import { decodeGetParts, encodeParts } from '../protocol/block-txn-messages.ts';
import { decodeGetTransactions, encodeTransactions, encodeWidList } from '../protocol/relay-messages.ts';
import { createHandler, type Handler } from '../protocol/responder.ts';
import type { BlockParts } from './block-parts.ts';
import type { MempoolView } from './transaction-relay.ts';
import type { WidListing } from './wid-listing.ts';

export interface ServeRelayDeps {
  readonly parts: BlockParts;
  readonly mempool: Pick<MempoolView, 'get' | 'getByWid'>;
  /** The wids of the mempool, newest first. */
  readonly listing: WidListing;
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>;
  readonly peerId: string;
  /** This node sent the transaction to the peer. */
  served(wid: string, peerId: string): void;
  /** Whether this node must not yet reveal to this peer that it has the transaction. */
  hides(wid: string, peerId: string): boolean;
  /** The peer sent its own transaction by private broadcast; this node announces it. */
  receivedFromOrigin(tx: Transaction, peerId: string): void;
}

/** Private broadcasts that are accepted from one peer: the burst, and the number per second. */
const PRIVATE_BROADCASTS = { burst: 100, perSecond: 10 };
/** Handlers for the relay protocol, shared by all streams of a connection. */
export function relayHandlers(deps: ServeRelayDeps): ReadonlyMap<number, Handler> {
  const { mempool, clock, peerId } = deps;
  const handed = createBucket(PRIVATE_BROADCASTS.burst, PRIVATE_BROADCASTS.perSecond, clock.monotonic);
  let listings = 0;

  const transactions = createHandler(FRAME.getTransactions, decodeGetTransactions, async (request, reply) => {
    const found: Uint8Array[] = [];
    let bytes = 0;
    for (const id of request.ids) {
      const hex = toHex(id);
      const entry = request.by === 'wid' ? mempool.getByWid(hex) : mempool.get(hex);
      if (entry === undefined || deps.hides(entry.wid, peerId)) continue;
      if (found.length > 0 && bytes + entry.bytes.length > MAX_TRANSACTIONS_BYTES) break;
      found.push(entry.bytes);
      bytes += entry.bytes.length;
      deps.served(entry.wid, peerId);
    }
    await reply(FRAME.transactions.type, encodeTransactions(found));
  });

  const wids: Handler = {
    cap: FRAME.getWids.cap,
    async handle(_frame, reply) {
      // One list per connection. Later changes of the mempool are announced, as to all peers.
      const list = listings++ > 0 ? [] : deps.listing.newest().filter((wid) => !deps.hides(wid, peerId));
      await reply(FRAME.wids.type, encodeWidList(list));
      return null;
    },
  };

  const parts = createHandler(FRAME.getParts, decodeGetParts, async (request, reply) => {
    const found = await deps.parts.find(toHex(request.id), request.indexes);
    await reply(FRAME.parts.type, encodeParts(found ?? []));
  });

  const handOver = createHandler(FRAME.handOver, decodeTransaction, async (tx, reply) => {
    await spend(handed, 1, clock);
    deps.receivedFromOrigin(tx, peerId);
    await reply(FRAME.taken.type);
  });

  return new Map([
    [FRAME.handOver.type, handOver],
    [FRAME.getParts.type, parts],
    [FRAME.getTransactions.type, transactions],
    [FRAME.getWids.type, wids],
  ]);
}
