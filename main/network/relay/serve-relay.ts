import { toHex } from '../../core/codec/hex.ts';
import { type Block, decodeBlock } from '../../core/primitives/block.ts';
import { decodeTransaction, type Transaction } from '../../core/primitives/transaction.ts';
import { isViolation } from '../../core/violation.ts';
import { type BodySource, bodyOf } from '../sync/bodies/body-of.ts';
import { createBucket, spend } from '../wire/bucket.ts';
import { FRAME, MAX_TRANSACTIONS_BYTES, MAX_WIDS_LISTED } from '../wire/frame-types.ts';
import { decodeGetParts, encodeParts } from '../wire/messages/part-messages.ts';
import { decodeGetTransactions, encodeTransactions, encodeWidList } from '../wire/messages/relay-messages.ts';
import { answering, type Handler } from '../wire/server.ts';
import type { MempoolView } from './payments/transaction-relay.ts';

export interface ServeRelayDeps {
  readonly chain: BodySource;
  readonly mempool: MempoolView;
  readonly peerId: string;
  /** The peer has taken this transaction from us. */
  served(wid: string, peerId: string): void;
  /** Whether the peer may not learn yet that we have it. */
  hides(wid: string, peerId: string): boolean;
  /** The peer gave us a payment to announce. */
  handedOver(tx: Transaction, peerId: string): void;
}

/** Requests for parts of blocks, each of which decodes a block: at once, and a second in the long run. */
const PARTS_REQUESTS = { burst: 10, perSecond: 1 };
/** Payments of its own that one peer may give us to announce: at once, and a second in the long run. */
const HANDED_OVER = { burst: 100, perSecond: 10 };
/** Payments that one peer may ask for; as many as it may announce to us. */
const FETCHED = { burst: 20_000, perSecond: 2000 };
/** Older blocks nobody puts together. */
const PARTS_DEPTH = 10;

async function recentBlock(chain: BodySource, id: string): Promise<Block | null> {
  const entry = chain.entry(id);
  if (entry === undefined || entry.height < chain.tip().height - PARTS_DEPTH) return null;
  const bytes = await bodyOf(chain, id);
  const block = bytes && decodeBlock(bytes);
  return block === null || isViolation(block) ? null : block;
}

/** What a peer may ask about payments, over all its streams. */
export function relayHandlers(deps: ServeRelayDeps): ReadonlyMap<number, Handler> {
  const { mempool, peerId } = deps;
  const budget = createBucket(PARTS_REQUESTS.burst, PARTS_REQUESTS.perSecond);
  const handed = createBucket(HANDED_OVER.burst, HANDED_OVER.perSecond);
  const fetched = createBucket(FETCHED.burst, FETCHED.perSecond);
  let listings = 0;

  const transactions = answering(FRAME.getTransactions, decodeGetTransactions, async (request, reply) => {
    await spend(fetched, request.ids.length);
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
      const list =
        listings++ > 0 ? [] : mempool.newest(MAX_WIDS_LISTED).filter(({ wid }) => !deps.hides(wid, peerId));
      await reply(FRAME.wids.type, encodeWidList(list.map(({ wid }) => wid)));
      return null;
    },
  };

  const parts = answering(FRAME.getParts, decodeGetParts, async (request, reply) => {
    await spend(budget, 1);
    const block = await recentBlock(deps.chain, toHex(request.id));
    const found = request.indexes.map((index) => block?.transactions[index]?.bytes);
    const all = found.filter((bytes) => bytes !== undefined);
    await reply(FRAME.parts.type, encodeParts(all.length === found.length ? all : []));
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
