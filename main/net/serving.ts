import type { Connection } from '@libp2p/interface';
import type { Height } from '../../shared/units.ts';
import type { Network } from '../core/params/network.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Chain } from '../chain/chain.ts';
import type { Budgets } from './budgets/budgets.ts';
import { createToll } from './budgets/toll.ts';
import type { Host } from './transport/host.ts';
import type { Names } from './transport/protocols.ts';
import { networkFileOf, serveNetworkFile } from './join.ts';
import type { Exchange } from './peers/address-exchange.ts';
import type { Peers } from './peers/peers.ts';
import type { BlockPush } from './relay/block-push.ts';
import type { MempoolView, TransactionRelay } from './relay/transaction-relay.ts';
import { createBlockParts } from './relay/block-parts.ts';
import type { WidListing } from './relay/wid-listing.ts';
import { relayHandlers } from './relay/serve-relay.ts';
import { createBodyReader, type ReadBody } from './sync/body-of.ts';
import { type ServedSnapshots, snapshotHandlers } from './sync/serve-snapshots.ts';
import { syncHandlers } from './sync/serve-sync.ts';
import { serveStreams } from './peers/serve-streams.ts';

export interface ServingDeps {
  readonly host: Pick<Host, 'handle'>;
  readonly names: Names;
  readonly network: Network;
  readonly chain: Chain;
  readonly mempool: MempoolView;
  readonly peers: Peers;
  readonly payments: TransactionRelay;
  readonly listing: WidListing;
  readonly push: Pick<BlockPush, 'handlers'>;
  readonly exchange: Exchange;
  readonly shelf: ServedSnapshots;
  /** The lowest height whose body is served; 0 if all are. */
  servesOnlyFrom(): Height;
  readonly budgets: Pick<Budgets, 'of'>;
  readonly clock: Clock;
  readonly log: Log;
}

const INBOUND_STREAMS = 2;

/** Serves the requests of peers on all protocols except the handshake, which is in peers/. */
export async function serveProtocols(deps: ServingDeps): Promise<void> {
  const { host, names, chain, mempool, payments, exchange, shelf, peers, clock, log } = deps;
  const tollOf = (connection: Connection) =>
    createToll(deps.budgets.of(connection), clock, () => {
      // The peer may have reconnected meanwhile.
      if (connection.status === 'open') peers.part(connection.remotePeer.toString(), 'peer-crowded');
    });
  const serve = (protocol: string, handlers: Parameters<typeof serveStreams>[1]) =>
    host.handle(protocol, INBOUND_STREAMS, serveStreams({ peers, clock, log, tollOf }, handlers));
  const readAny = createBodyReader(chain, clock);
  // Requests for older blocks get the same answer as from a pruned node.
  const readBody: ReadBody = async (id) =>
    (chain.entry(id)?.height ?? 0) < deps.servesOnlyFrom() ? null : readAny(id);
  const parts = createBlockParts({ chain, readBody });
  const listing = deps.listing;
  await serve(names.sync, () => syncHandlers({ chain, readBody }));
  await serve(
    names.relay,
    (peerId) =>
      new Map([
        ...relayHandlers({ parts, mempool, listing, clock, peerId, ...payments }),
        ...exchange.handlers(peerId),
      ]),
  );
  await serve(names.push, deps.push.handlers);
  await serve(names.snapshot, () => snapshotHandlers(shelf));
  const file = deps.network.founded ? networkFileOf(deps.network) : null;
  if (file !== null) await host.handle(names.join, 1, serveNetworkFile(file, clock, tollOf));
}
