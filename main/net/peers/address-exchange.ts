import type { Clock, Timer } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { isViolation } from '../../core/violation.ts';
import { isUsefulFrom } from '../transport/multiaddrs.ts';
import { openRecord } from '../transport/peer-records.ts';
import { createBucket } from '../protocol/bucket.ts';
import { FRAME, MAX_RECORDS } from '../protocol/frame-types.ts';
import { type PeerViolation, peerViolation } from '../protocol/wire-violation.ts';
import { REQUEST } from '../protocol/requests.ts';
import { decodeRecords, encodeRecords } from '../protocol/record-messages.ts';
import type { Handler } from '../protocol/responder.ts';
import type { Bans } from './ban-list.ts';
import type { AddressManager, AddressFacts } from './address-manager.ts';
import type { Peer } from './peer.ts';

export interface ExchangeDeps {
  /** The addresses of this node as a signed peer record. */
  readonly ownRecord: () => Promise<Uint8Array>;
  readonly addrman: AddressManager;
  readonly bans: Pick<Bans, 'has' | 'discourages'>;
  readonly peers: { list(): readonly Peer[]; report(peerId: string, peerViolation: PeerViolation): void };
  /** Whether this node talks only to its own machine. */
  readonly local: boolean;
  readonly clock: Pick<Clock, 'monotonic' | 'every'>;
  readonly log: Log;
}

/** Exchanges addresses with peers. Each address is in a record that its owner signed. */
export interface Exchange {
  start(): void;
  stop(): void;
  /** Asks a new peer for addresses. */
  welcome(peer: Peer): void;
  /** The addresses of this node changed: sends the new record to every peer that may pass on addresses. */
  moved(): void;
  handlers(peerId: string): ReadonlyMap<number, Handler>;
}

const AGAIN_MS = 30 * 60_000;
/**
 * An answer contains at most one in this many known addresses, so that no peer can copy all of them with one request.
 */
const KNOWN_PER_SENT = 4;
const MIN_ADDRESSES_SENT = 10;
/** How often a peer may announce new addresses of its own: the burst, and the number per second. */
export const OWN_ADDRESS_CHANGES = { burst: 4, perSecond: 1 / 60 } as const;

export function createExchange(deps: ExchangeDeps): Exchange {
  const { addrman, peers, clock, log } = deps;
  let timer: Timer | undefined;

  async function ask(peer: Peer): Promise<void> {
    let records: readonly Uint8Array[] = [];
    await peer.relay.call({
      kind: REQUEST.getRecords,
      body: new Uint8Array(0),
      onReply(frame) {
        const decoded = decodeRecords(frame.body);
        if (isViolation(decoded)) return decoded;
        records = decoded;
        return null;
      },
    });
    for (const bytes of records) {
      if (!(await learn(peer, bytes))) return peers.report(peer.id, peerViolation('records-invalid'));
    }
  }

  async function learn(peer: Peer, bytes: Uint8Array): Promise<boolean> {
    const record = await openRecord(bytes);
    if (record === null) return false;
    // An inbound peer may send only its own addresses, because an attacker chooses which nodes it connects to.
    if (peer.direction === 'inbound' && record.peerId !== peer.id) return true;
    const text = Buffer.from(bytes).toString('base64');
    for (const address of record.addresses) {
      if (isUsefulFrom(peer.address, address, deps.local))
        addrman.add(address, { foundBy: 'exchange', by: peer.address, record: text });
    }
    return true;
  }

  const askQuietly = (peer: Peer): void => {
    ask(peer).catch((error: unknown) => log.debug('no addresses', { peer: peer.id, cause: String(error) }));
  };

  async function sendRecord(peer: Peer, record: Uint8Array): Promise<void> {
    await peer.relay.call({ kind: REQUEST.newRecord, body: record });
  }

  return {
    start() {
      timer = clock.every(AGAIN_MS, () => {
        for (const peer of peers.list()) if (peer.kind === 'full-relay') askQuietly(peer);
      });
    },
    stop: () => timer?.cancel(),
    welcome(peer) {
      if (peer.kind !== 'feeler' && peer.kind !== 'block-only') askQuietly(peer);
    },
    moved() {
      void deps.ownRecord().then((record) => {
        for (const peer of peers.list()) {
          if (peer.kind !== 'feeler' && peer.kind !== 'block-only')
            sendRecord(peer, record).catch(() => undefined);
        }
      });
    },
    handlers: (peerId) => createHandlers({ ...deps, learn }, peerId),
  };
}

type HandlersDeps = Pick<ExchangeDeps, 'ownRecord' | 'addrman' | 'bans' | 'peers' | 'clock'> & {
  learn(peer: Peer, record: Uint8Array): Promise<boolean>;
};

function createHandlers(deps: HandlersDeps, peerId: string): ReadonlyMap<number, Handler> {
  const { ownRecord, addrman, bans, peers, clock, learn } = deps;
  const isGood = ({ host, peerId: id }: AddressFacts): boolean =>
    !bans.has(id ?? '') && !bans.has(host ?? '') && !bans.discourages(host ?? '');
  let answered = -Infinity;
  const moves = createBucket(OWN_ADDRESS_CHANGES.burst, OWN_ADDRESS_CHANGES.perSecond, clock.monotonic);
  const records: Handler = {
    cap: FRAME.getRecords.cap,
    async handle(_frame, reply) {
      const sent: Uint8Array[] = [await ownRecord()];
      // A peer that repeats the request within half of AGAIN_MS gets only the own record.
      if (clock.monotonic() - answered > AGAIN_MS / 2) {
        answered = clock.monotonic();
        const most = Math.min(
          MAX_RECORDS - 1,
          Math.max(MIN_ADDRESSES_SENT, Math.floor(addrman.size / KNOWN_PER_SENT)),
        );
        for (const entry of addrman.sample(most, isGood)) sent.push(Buffer.from(entry.record, 'base64'));
      }
      await reply(FRAME.records.type, encodeRecords(sent));
      return null;
    },
  };
  const newRecord: Handler = {
    cap: FRAME.newRecord.cap,
    async handle({ body }, reply) {
      const peer = peers.list().find(({ id }) => id === peerId);
      // Records above the limit are ignored.
      if (peer !== undefined && moves.take(1)) {
        const record = await openRecord(body);
        if (record?.peerId !== peerId) return peerViolation('records-invalid');
        await learn(peer, body);
      }
      await reply(FRAME.taken.type);
      return null;
    },
  };
  return new Map([
    [FRAME.getRecords.type, records],
    [FRAME.newRecord.type, newRecord],
  ]);
}
