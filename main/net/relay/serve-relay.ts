import { toHex } from '../../core/codec/hex.ts';
import { decodeTransaction, type Transaction } from '../../core/primitives/transaction.ts';
import { createBucket, spend } from '../protocol/bucket.ts';
import { FRAME, MAX_TRANSACTIONS_BYTES } from '../protocol/frame-types.ts';
import { decodeGetParts, encodeParts } from '../protocol/block-txn-messages.ts';
import { decodeGetTransactions, encodeTransactions, encodeWidList } from '../protocol/relay-messages.ts';
import { answering, type Handler } from '../protocol/responder.ts';
import type { BlockParts } from './block-parts.ts';
import type { MempoolView } from './transaction-relay.ts';
import type { WidListing } from './wid-listing.ts';

export interface ServeRelayDeps {
  readonly parts: BlockParts;
  readonly mempool: Pick<MempoolView, 'get' | 'getByWid'>;
  /** What is in the mempool, the newest first. */
  readonly listing: WidListing;
  readonly peerId: string;
  /** The peer has taken this transaction from us. */
  served(wid: string, peerId: string): void;
  /** Whether the peer may not learn yet that we have it. */
  hides(wid: string, peerId: string): boolean;
  /** The peer gave us a payment to announce. */
  handedOver(tx: Transaction, peerId: string): void;
}

/** Payments of its own that one peer may give us to announce: at once, and a second in the long run. */
const HANDED_OVER = { burst: 100, perSecond: 10 };
/** What a peer may ask about payments, over all its streams. */
export function relayHandlers(deps: ServeRelayDeps): ReadonlyMap<number, Handler> {
  const { mempool, peerId } = deps;
  const handed = createBucket(HANDED_OVER.burst, HANDED_OVER.perSecond);
  let listings = 0;

  const transactions = answering(FRAME.getTransactions, decodeGetTransactions, async (request, reply) => {
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
      // Once a connection: whoever wants to watch our mempool listens to announcements like everybody.
      const list = listings++ > 0 ? [] : deps.listing.newest().filter((wid) => !deps.hides(wid, peerId));
      await reply(FRAME.wids.type, encodeWidList(list));
      return null;
    },
  };

  const parts = answering(FRAME.getParts, decodeGetParts, async (request, reply) => {
    const found = await deps.parts.find(toHex(request.id), request.indexes);
    await reply(FRAME.parts.type, encodeParts(found ?? []));
  });

  const handOver = answering(FRAME.handOver, decodeTransaction, async (tx, reply) => {
    await spend(handed, 1);
    deps.handedOver(tx, peerId);
    await reply(FRAME.taken.type);
  });

  return new Map([
    [FRAME.handOver.type, handOver],
    [FRAME.getParts.type, parts],
    [FRAME.getTransactions.type, transactions],
    [FRAME.getWids.type, wids],
  ]);
}
