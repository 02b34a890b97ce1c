import type { Log } from '../../lib/log.ts';
import { isViolation } from '../../core/violation.ts';
import { isUsefulFrom } from '../host/addresses.ts';
import { openRecord } from '../host/records.ts';
import { FRAME, MAX_RECORDS } from '../wire/frame-types.ts';
import { type Offence, offence } from '../wire/offence.ts';
import { decodeRecords, encodeRecords } from '../wire/record-messages.ts';
import type { Handler } from '../wire/server.ts';
import type { AddressBook } from './book.ts';
import type { Peer } from './peer.ts';

export interface ExchangeDeps {
  /** Where we can be reached, signed. */
  readonly ownRecord: () => Promise<Uint8Array>;
  readonly book: AddressBook;
  readonly peers: { list(): readonly Peer[]; report(peerId: string, offence: Offence): void };
  /** Whether this node talks to its own machine only. */
  readonly local: boolean;
  readonly log: Log;
}

/** Peers tell each other where peers can be reached, each in its own signature. */
export interface Exchange {
  start(): void;
  stop(): void;
  /** Asks a new peer. */
  welcome(peer: Peer): void;
  handlers(peerId: string): ReadonlyMap<number, Handler>;
}

const REPLY_MS = 20_000;
const AGAIN_MS = 30 * 60_000;
/** Who asks learns at most this part of our book, so that nobody can copy it in one go. */
const SHARE = 4;
const LEAST_TOLD = 10;

export function createExchange(deps: ExchangeDeps): Exchange {
  const { book, peers, log } = deps;
  let timer: NodeJS.Timeout | undefined;

  async function ask(peer: Peer): Promise<void> {
    let records: readonly Uint8Array[] = [];
    await peer.relay.call({
      type: FRAME.getRecords.type,
      body: new Uint8Array(0),
      replies: 1,
      accepts: new Map([[FRAME.records.type, FRAME.records.cap]]),
      timeoutMs: REPLY_MS,
      onReply(frame) {
        const decoded = decodeRecords(frame.body);
        if (isViolation(decoded)) return decoded;
        records = decoded;
        return null;
      },
    });
    for (const bytes of records) {
      if (!(await learn(peer, bytes))) return peers.report(peer.id, offence('records-invalid'));
    }
  }

  async function learn(peer: Peer, bytes: Uint8Array): Promise<boolean> {
    const record = await openRecord(bytes);
    if (record === null) return false;
    // Who connected to us chose us: of others it may tell us nothing, of itself where it listens.
    if (peer.direction === 'inbound' && record.peerId !== peer.id) return true;
    const text = Buffer.from(bytes).toString('base64');
    for (const address of record.addresses) {
      if (isUsefulFrom(peer.address, address, deps.local))
        book.add(address, { foundBy: 'exchange', by: peer.address, record: text });
    }
    return true;
  }

  const askQuietly = (peer: Peer): void => {
    ask(peer).catch((error: unknown) => log.debug('no addresses', { peer: peer.id, cause: String(error) }));
  };

  return {
    start() {
      timer = setInterval(() => {
        for (const peer of peers.list()) if (peer.kind === 'full-relay') askQuietly(peer);
      }, AGAIN_MS);
    },
    stop: () => clearInterval(timer),
    welcome(peer) {
      if (peer.kind !== 'feeler' && peer.kind !== 'block-only') askQuietly(peer);
    },
    handlers() {
      let answered = -Infinity;
      const records: Handler = {
        cap: FRAME.getRecords.cap,
        async handle(_frame, reply) {
          const told: Uint8Array[] = [await deps.ownRecord()];
          // Asked more often, it gets nothing new.
          if (performance.now() - answered > AGAIN_MS / 2) {
            answered = performance.now();
            const most = Math.min(MAX_RECORDS - 1, Math.max(LEAST_TOLD, Math.floor(book.size / SHARE)));
            for (const entry of book.sample(most)) told.push(Buffer.from(entry.record, 'base64'));
          }
          await reply(FRAME.records.type, encodeRecords(told));
          return null;
        },
      };
      return new Map([[FRAME.getRecords.type, records]]);
    },
  };
}
