import { toHex } from '../../core/codec/hex.ts';
import { isViolation } from '../../core/violation.ts';
import { FRAME, MAX_TRANSACTIONS_BYTES, MAX_WIDS_LISTED } from '../wire/frame-types.ts';
import { decodeGetTransactions, encodeTransactions, encodeWidList } from '../wire/relay-messages.ts';
import type { Handler } from '../wire/server.ts';
import type { MempoolView } from './transaction-relay.ts';

export interface ServeRelayDeps {
  readonly mempool: MempoolView;
  readonly peerId: string;
  /** The peer has taken this transaction from us. */
  served(wid: string, peerId: string): void;
  /** Whether the transaction may be named to those who ask what we have. */
  listed(txid: string): boolean;
}

/** What one stream of a peer may ask about payments. */
export function relayHandlers(deps: ServeRelayDeps): ReadonlyMap<number, Handler> {
  const { mempool, peerId } = deps;
  let listings = 0;

  const transactions: Handler = {
    cap: FRAME.getTransactions.cap,
    async handle(frame, reply) {
      const request = decodeGetTransactions(frame.body);
      if (isViolation(request)) return request;
      const found: Uint8Array[] = [];
      let bytes = 0;
      for (const id of request.ids) {
        const hex = toHex(id);
        const entry = request.by === 'wid' ? mempool.getByWid(hex) : mempool.get(hex);
        if (entry === undefined) continue;
        if (found.length > 0 && bytes + entry.bytes.length > MAX_TRANSACTIONS_BYTES) break;
        found.push(entry.bytes);
        bytes += entry.bytes.length;
        deps.served(entry.wid, peerId);
      }
      await reply(FRAME.transactions.type, encodeTransactions(found));
      return null;
    },
  };

  const wids: Handler = {
    cap: FRAME.getWids.cap,
    async handle(_frame, reply) {
      // Once a stream: whoever wants to watch our mempool listens to announcements like everybody.
      const list =
        listings++ > 0 ? [] : mempool.newest(MAX_WIDS_LISTED).filter(({ txid }) => deps.listed(txid));
      await reply(FRAME.wids.type, encodeWidList(list.map(({ wid }) => wid)));
      return null;
    },
  };

  return new Map([
    [FRAME.getTransactions.type, transactions],
    [FRAME.getWids.type, wids],
  ]);
}
