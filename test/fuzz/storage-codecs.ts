import { toHex } from '../../main/core/codec/hex.ts';
import { encodeRecords, decodeRecords } from '../../main/net/protocol/record-messages.ts';
import {
  decodeGetChunk,
  decodeGetManifest,
  decodeManifest,
  encodeGetChunk,
  encodeGetManifest,
  encodeManifest,
} from '../../main/net/protocol/snapshot-messages.ts';
import { snapshotRoot } from '../../main/core/ledger/snapshot-root.ts';
import { manifestFromJson, manifestToJson, type Manifest } from '../../main/chain/snapshot-files.ts';
import { frame, FRAME_BYTES, unframe } from '../../main/storage/segment-frame.ts';
import { decodeStateOfSchema1, encodeState } from '../../main/storage/state-record.ts';
import { decodeSearch, encodeSearch, type SearchRecord } from '../../main/wallet/ledger/search-record.ts';
import { decodeMeta, encodeMeta } from '../../main/wallet/ledger/wallet-meta.ts';
import {
  decodeCoin,
  decodeMined,
  decodeUnconfirmed,
  encodeCoin,
  encodeMined,
  encodeUnconfirmed,
  type OwnCoin,
} from '../../main/wallet/ledger/wallet-records.ts';
import { SEARCH_STATES } from '../../shared/contract/vocabulary.ts';
import type { Motes } from '../../shared/units.ts';
import type { Random } from '../support/random.ts';
import { type Codec, codec, orNull } from './codec.ts';
import { anyTransaction, anyU32, list } from './samples.ts';

const NETWORK_ID = new Uint8Array(32).fill(7);
const SUM_BYTES = 8;
const text = { encode: new TextEncoder(), decode: new TextDecoder() };

function anyManifest(random: Random): Manifest {
  const facts = {
    networkId: NETWORK_ID,
    height: anyU32(random),
    blockId: random.bytes(32),
    coins: anyU32(random),
    total: anyU32(random) * 1000,
  };
  const chunks = list(random, 4, () => random.bytes(32));
  return { facts, chunks, root: snapshotRoot(facts, chunks) };
}

const anyKeyPath = (random: Random) => ({ chain: random.int(2) as 0 | 1, index: anyU32(random) });
const anyOwnCoin = (random: Random): OwnCoin => ({
  amount: anyU32(random) as Motes,
  keyPath: anyKeyPath(random),
  height: anyU32(random),
  coinbase: random.int(2) === 0,
});
const anyRecord = (random: Random) => ({
  tx: anyTransaction(random),
  firstSeen: anyU32(random),
  inputs: list(random, 3, () => ({ index: anyU32(random), coin: anyOwnCoin(random) })),
  outputs: list(random, 3, () => ({ index: anyU32(random), keyPath: anyKeyPath(random) })),
});
const anyBlockRef = (random: Random) => ({
  height: anyU32(random),
  id: Buffer.from(random.bytes(32)).toString('hex'),
});

const orNothing = <Value>(random: Random, value: Value): Value | null => (random.int(2) === 0 ? null : value);
const anySearch = (random: Random): SearchRecord => ({
  kind: random.int(2) === 0 ? 'restore' : 'rescan',
  state: SEARCH_STATES[random.int(SEARCH_STATES.length)]!,
  from: anyU32(random),
  next: anyU32(random),
  lackedFrom: orNothing(random, anyU32(random)),
  unsearched: orNothing(random, { from: anyU32(random), to: anyU32(random) }),
  coinsLookedUp: random.int(2) === 0,
  startedAt: anyU32(random),
  endedAt: orNothing(random, anyU32(random)),
});

/** What has one form only: messages of snapshots and peer records, frames of segment files, the old state. */
export const STORAGE_CODECS: readonly Codec[] = [
  codec(
    'get manifest',
    (r) => encodeGetManifest(r.bytes(32)),
    (b) => orNull(decodeGetManifest(b)),
    encodeGetManifest,
  ),
  codec(
    'manifest',
    (r) => encodeManifest(anyManifest(r)),
    (b) => orNull(decodeManifest(b, NETWORK_ID)),
    encodeManifest,
  ),
  codec(
    'get chunk',
    (r) => encodeGetChunk({ root: r.bytes(32), index: anyU32(r) }),
    (b) => orNull(decodeGetChunk(b)),
    encodeGetChunk,
  ),
  codec(
    'peer records',
    (r) => encodeRecords(list(r, 4, () => r.bytes(1 + r.int(60)))),
    (b) => orNull(decodeRecords(b)),
    encodeRecords,
  ),
  codec(
    'segment frame',
    (r) => frame(r.bytes(r.int(80))),
    (b) => unframe(b, b.length - FRAME_BYTES),
    frame,
  ),
  codec(
    'state of schema 1',
    (r) => {
      const [height, commit, coins, total, issued, burned] = [1, 2, 3, 4, 5, 6].map(() => anyU32(r)) as [
        number,
        number,
        number,
        number,
        number,
        number,
      ];
      const state = { tip: r.bytes(32), height, commit, coins, total, issued, burned, coinSum: 0 };
      return encodeState(state).slice(0, -SUM_BYTES);
    },
    decodeStateOfSchema1,
    (state) => encodeState({ ...state, coinSum: 0 }).slice(0, -SUM_BYTES),
  ),
];

/** What stands behind a checksum of ours, or is JSON: total, but a flag may be written in more than one way. */
export const OPEN_STORAGE_CODECS: readonly Codec[] = [
  codec(
    'manifest.json',
    (r) => text.encode.encode(manifestToJson(anyManifest(r))),
    (b) => manifestFromJson(text.decode.decode(b)),
    (manifest) => text.encode.encode(manifestToJson(manifest)),
  ),
  codec('coin of a wallet', (r) => encodeCoin(anyOwnCoin(r)), decodeCoin, encodeCoin),
  codec(
    'mined record of a wallet',
    (r) => encodeMined({ ...anyRecord(r), height: anyU32(r), position: anyU32(r), time: anyU32(r) }),
    decodeMined,
    encodeMined,
  ),
  codec(
    'unconfirmed record of a wallet',
    (r) =>
      encodeUnconfirmed({
        ...anyRecord(r),
        conflict: r.int(2) === 0 ? null : anyU32(r),
        replaced: r.int(2) === 0,
        wasMined: r.int(2) === 0,
        replacedBy: r.int(2) === 0 ? null : toHex(r.bytes(32)),
        hadPeer: r.int(2) === 0,
      }),
    decodeUnconfirmed,
    encodeUnconfirmed,
  ),
  codec('search of the chain by a wallet', (r) => encodeSearch(anySearch(r)), decodeSearch, encodeSearch),
  codec(
    'where a wallet stands',
    (r) => {
      const locator = [anyBlockRef(r), ...list(r, 5, () => anyBlockRef(r))];
      return encodeMeta({
        syncedTo: locator.at(-1)!,
        locator,
        highestUsed: [r.int(900) - 1, r.int(900) - 1],
        uses: {
          upTo: anyBlockRef(r),
          settled: [r.int(900) - 1, r.int(900) - 1],
          recent: list(r, 4, () => ({ height: anyU32(r), chain: r.int(2) === 0 ? 0 : 1, index: r.int(900) })),
        },
        gap: r.int(10_000),
        shortSince: r.int(2) === 0 ? null : anyU32(r),
        restoring: r.int(2) === 0,
        coins: r.int(1000),
        total: anyU32(r) as Motes,
        mined: r.int(1000),
        unconfirmed: r.int(1000),
      });
    },
    decodeMeta,
    encodeMeta,
  ),
];
