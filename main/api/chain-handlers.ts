import type { ByIdOrHeight, ChainEvent, TransactionInfo } from '../../shared/contract/chain.ts';
import { toHex } from '../core/codec/hex.ts';
import { decodeBlock } from '../core/primitives/block.ts';
import type { Output } from '../core/primitives/coin.ts';
import { isViolation } from '../core/violation.ts';
import { KithError } from '../lib/errors.ts';
import { api, type HandlerDeps } from './base.ts';
import { resultOrThrow } from './faults.ts';
import type { ChainEntry, NodeFacade } from './facade.ts';
import { inOrder } from './streams.ts';
import { bytesOf } from './bytes.ts';
import { confirmationsOf, viewBlock, viewCoin, viewHeader, viewTip, viewTransaction } from './views.ts';

export function createChainHandlers({ node, summaries }: HandlerDeps) {
  const { chain } = node;
  return api.chain.router({
    tip: api.chain.tip.handler(() => viewTip(chain.tip())),
    header: api.chain.header.handler(({ input }) => viewHeader(chain, findEntry(node, input))),
    block: api.chain.block.handler(async ({ input }) => {
      const entry = findEntry(node, input);
      const bytes = await chain.readBlock(entry.id);
      if (bytes === null) throw new KithError('block-not-stored', entry.id, { data: { id: entry.id } });
      const block = decodeBlock(bytes);
      if (isViolation(block)) throw new KithError('storage-damaged', `block ${entry.id} cannot be decoded`);
      return viewBlock(chain, entry, block);
    }),
    transaction: api.chain.transaction.handler(({ input }) => findTransaction(node, input.txid)),
    coin: api.chain.coin.handler(({ input }) => {
      const coin = chain.getCoin({ txid: bytesOf(input.txid), index: input.index });
      return coin === undefined ? null : viewCoin(coin);
    }),
    submit: api.chain.submit.handler(async ({ input }) => {
      const { id, status } = resultOrThrow(await chain.submitBlock(bytesOf(input.hex)));
      return { id, status };
    }),
    watch: api.chain.watch.handler(({ context, signal }) =>
      inOrder<ChainEvent>(
        (push) => {
          const send = (type: ChainEvent['type']) => (step: { entry: ChainEntry }) =>
            push({ type, id: step.entry.id, height: step.entry.height });
          const offs = [chain.onConnected(send('connected')), chain.onDisconnected(send('disconnected'))];
          return () => offs.forEach((off) => off());
        },
        { signal, congested: context.congested },
      ),
    ),
    stats: api.chain.stats.handler(async () => {
      const { coins, total, issued, burned } = chain.totals();
      return { coins, total, issued, burned, setHash: await chain.setHash() };
    }),
    next: api.chain.next.handler(() => ({ height: chain.tip().height + 1, bits: chain.nextBits() })),
    upgrades: api.chain.upgrades.handler(() => {
      const { upgrades, unknown, ...rest } = chain.upgrades();
      return { ...rest, upgrades: [...upgrades], unknown: [...unknown] };
    }),
    recent: api.chain.recent.handler(async ({ input }) => {
      const tip = chain.tip().height;
      const top = Math.min(tip, input.before === undefined ? tip : input.before - 1);
      const rows = [];
      for (let height = top; height >= 0 && rows.length < input.limit; height--) {
        const entry = chain.atHeight(height);
        if (entry) rows.push(await summaries.get(entry));
      }
      return rows;
    }),
  });
}

function findEntry({ chain }: NodeFacade, place: ByIdOrHeight): ChainEntry {
  const entry = 'id' in place ? chain.entry(place.id) : chain.atHeight(place.height);
  if (!entry) throw new KithError('block-unknown', 'no such block', { data: { ...place } });
  return entry;
}

async function findTransaction(node: NodeFacade, txid: string): Promise<TransactionInfo> {
  const { chain, mempool, network } = node;
  const waiting = mempool.get(txid);
  if (waiting) {
    const tx = waiting.tx;
    const place = { block: null, height: null, confirmations: 0, firstSeen: waiting.time };
    return viewTransaction(
      tx,
      tx.inputs.map((input) => spentOutput(node, input)),
      place,
      network.hrp,
    );
  }
  const mined = await chain.findTransaction(txid);
  if (!mined) throw new KithError('transaction-unknown', 'no such transaction', { data: { txid } });
  const { entry } = mined;
  const confirmations = confirmationsOf(chain, entry);
  const place = { block: entry.id, height: entry.height, confirmations, firstSeen: null };
  return viewTransaction(mined.transaction, mined.spent ?? [], place, network.hrp);
}

/** The output that a mempool transaction spends: a coin at the tip, or an output of another mempool transaction. */
function spentOutput(
  { chain, mempool }: NodeFacade,
  input: { txid: Uint8Array; index: number },
): Output | null {
  return chain.getCoin(input) ?? mempool.get(toHex(input.txid))?.tx.outputs[input.index] ?? null;
}
