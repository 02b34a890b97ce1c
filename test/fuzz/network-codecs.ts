import {
  decodeBlockAnnouncement,
  decodeWids,
  encodeBlockAnnouncement,
  encodeWids,
} from '../../main/net/protocol/announcements.ts';
import { addressBytes } from '../../main/net/transport/multiaddrs.ts';
import { decodeIdentify, type Identity } from '../../main/net/transport/identify.ts';
import { compactOf } from '../../main/net/protocol/compact-block.ts';
import {
  decodeBye,
  decodeHello,
  decodeTip,
  encodeBye,
  encodeHello,
  encodeTip,
} from '../../main/net/protocol/hello.ts';
import {
  decodeGetParts,
  decodeParts,
  encodeGetParts,
  encodeParts,
} from '../../main/net/protocol/block-txn-messages.ts';
import {
  decodeGetTransactions,
  decodeTransactions,
  decodeWidList,
  encodeGetTransactions,
  encodeTransactions,
  encodeWidList,
} from '../../main/net/protocol/relay-messages.ts';
import {
  decodeGetBlocks,
  decodeGetHeaders,
  decodeHeaders,
  encodeGetBlocks,
  encodeGetHeaders,
  encodeHeaders,
} from '../../main/net/protocol/sync-messages.ts';
import { type Field, writeFields } from '../../main/net/protocol/protobuf.ts';
import { isViolation } from '../../main/core/violation.ts';
import { decodePushed, decodeWant, encodePushed, encodeWant } from '../../main/net/protocol/push-messages.ts';
import type { Random } from '../support/random.ts';
import { type Codec, codec, orNull } from './codec.ts';
import { anyBlock, anyHeader, anyTransaction, anyU32, list } from './samples.ts';

const hashes = (random: Random): Uint8Array[] => [
  random.bytes(32),
  ...list(random, 4, () => random.bytes(32)),
];
const tip = (random: Random) => ({
  height: anyU32(random),
  work: BigInt(anyU32(random)) << 70n,
  id: random.bytes(32),
});

function anyAnnouncement(random: Random): Uint8Array {
  const block = anyBlock(random);
  return encodeBlockAnnouncement(block.header.bytes, random.int(2) === 0 ? null : block.bytes);
}

function anyPushed(random: Random): Uint8Array {
  return encodePushed(compactOf(anyBlock(random), random.bytes(8), () => random.int(2) === 0));
}

function encodeIdentify({ listenAddrs, protocols, agentVersion }: Identity): Uint8Array {
  const texts = protocols.map((text) => ({ number: 3, value: Buffer.from(text) }));
  return writeFields([
    ...listenAddrs.map(({ bytes }): Field => ({ number: 2, value: bytes })),
    ...texts,
    ...(agentVersion === null ? [] : [{ number: 6, value: Buffer.from(agentVersion) }]),
  ]);
}

/** Every message of the wire whose form is one and only one. */
export const NETWORK_CODECS: readonly Codec[] = [
  codec(
    'wids',
    (r) => encodeWids({ salt: r.bytes(8), wids: hashes(r) }),
    (b) => orNull(decodeWids(b)),
    encodeWids,
  ),
  codec(
    'tip',
    (r) => encodeTip(tip(r)),
    (b) => orNull(decodeTip(b)),
    encodeTip,
  ),
  codec(
    'get parts',
    (r) => encodeGetParts({ id: r.bytes(32), indexes: [3, 4, 9 + r.int(300)] }),
    (b) => orNull(decodeGetParts(b)),
    encodeGetParts,
  ),
  codec(
    'parts',
    (r) => encodeParts(list(r, 4, () => anyTransaction(r).bytes)),
    (b) => orNull(decodeParts(b)),
    encodeParts,
  ),
  codec(
    'get transactions',
    (r) => encodeGetTransactions({ by: r.int(2) === 0 ? 'wid' : 'txid', ids: hashes(r) }),
    (b) => orNull(decodeGetTransactions(b)),
    encodeGetTransactions,
  ),
  codec(
    'transactions',
    (r) => encodeTransactions(list(r, 4, () => anyTransaction(r).bytes)),
    (b) => orNull(decodeTransactions(b)),
    encodeTransactions,
  ),
  codec(
    'wid list',
    (r) => encodeWidList(hashes(r).map((id) => Buffer.from(id).toString('hex'))),
    (b) => orNull(decodeWidList(b)),
    encodeWidList,
  ),
  codec(
    'get headers',
    (r) => encodeGetHeaders(hashes(r)),
    (b) => orNull(decodeGetHeaders(b)),
    encodeGetHeaders,
  ),
  codec(
    'get blocks',
    (r) => encodeGetBlocks(hashes(r)),
    (b) => orNull(decodeGetBlocks(b)),
    encodeGetBlocks,
  ),
  codec(
    'headers',
    (r) => encodeHeaders(list(r, 4, () => anyHeader(r).bytes)),
    (b) => orNull(decodeHeaders(b)),
    (headers) => encodeHeaders(headers.map(({ bytes }) => bytes)),
  ),
];

/** Messages that leave room for what newer nodes will say: they must be total, but not everything comes back. */
export const OPEN_CODECS: readonly Codec[] = [
  codec(
    'hello',
    (r) =>
      encodeHello({
        ...tip(r),
        networkId: r.bytes(32),
        versionMin: anyU32(r),
        versionMax: anyU32(r),
        software: 'kith/fuzz',
        services: r.int(2) === 0 ? ['archive', 'relay'] : [],
        servesFrom: anyU32(r),
        clock: anyU32(r),
      }),
    (b) => orNull(decodeHello(b)),
    encodeHello,
  ),
  codec(
    'bye',
    () => encodeBye('header-pow'),
    (b) => orNull(decodeBye(b)),
    encodeBye,
  ),
  codec(
    'block announcement',
    anyAnnouncement,
    (b) => orNull(decodeBlockAnnouncement(b)),
    ({ header, block }) => encodeBlockAnnouncement(header.bytes, block),
  ),
  codec(
    'identify',
    (r) =>
      writeFields([
        ...list(r, 4, () => ({
          number: 2,
          value: addressBytes(`/ip4/11.0.0.${r.int(256)}/tcp/${r.int(65_536)}`),
        })),
        { number: 3, value: Buffer.from('/kith/fuzz/1') },
        { number: 6, value: Buffer.from('kith/fuzz') },
      ]),
    decodeIdentify,
    encodeIdentify,
  ),
  codec('pushed block', anyPushed, (b) => orNull(decodePushed(b)), encodePushed),
  codec(
    'want of blocks',
    (random) => encodeWant(random.int(2) === 0),
    (b) => {
      const wanted = decodeWant(b);
      return isViolation(wanted) ? null : { wanted };
    },
    ({ wanted }) => encodeWant(wanted),
  ),
];
