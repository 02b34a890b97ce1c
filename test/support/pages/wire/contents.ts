/** What the examples of docs/wire.md are about: the chain, the payment and the peer that all of them share. */
import { namesOf } from '../../../../main/net/transport/protocols.ts';
import { REGTEST_NETWORK } from '../../../../main/core/params/built-in-networks.ts';
import { exampleChain } from '../../chain/protocol-examples.ts';
import { cat, Key, u32, u8, varuint } from '../../chain/foreign-miner.ts';
import type { Field } from './message-example.ts';

export const NETWORK = REGTEST_NETWORK;
export const NAMES = namesOf(NETWORK.idHex);
export const { blocks, payment } = exampleChain();
export const tipBlock = blocks.at(-1)!;
export const TIP = { height: 6, work: 14n, id: tipBlock.header.id } as const;
/** The key of the peer in the examples: A's of protocol.md, which nobody would use for both. */
export const PEER = new Key(1);

export const nothing = new Uint8Array(0);
export const filled = (byte: number, length = 32): Uint8Array => new Uint8Array(length).fill(byte);
export const ascii = (text: string): Uint8Array => Buffer.from(text, 'ascii');

/** 32 bytes, little-endian. */
export function u256(value: bigint): Uint8Array {
  return Uint8Array.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex')).toReversed();
}

export const tipFields: readonly Field[] = [
  ['height', u32(TIP.height), 'the tip is block 6'],
  ['work', u256(TIP.work), 'of genesis and six blocks, 2 each: 14'],
  ['tip id', TIP.id, 'the id of block 6'],
];

/** As protobuf writes them: a number with its field, and bytes with their length. */
export const protoNumber = (field: number, value: number): Uint8Array =>
  cat(varuint(field * 8), varuint(value));
export const protoBytes = (field: number, bytes: Uint8Array): Uint8Array =>
  cat(varuint(field * 8 + 2), varuint(bytes.length), bytes);

/** `/ip4/192.0.2.7/tcp/51475` */
export const ADDRESS = cat(u8(0x04, 192, 0, 2, 7), u8(0x06, 0xc9, 0x13));
const PUBLIC_KEY = cat(protoNumber(1, 1), protoBytes(2, PEER.publicKey));
/** The peer id as a multihash: the public key itself, since it is short. */
export const PEER_ID = cat(u8(0x00, PUBLIC_KEY.length), PUBLIC_KEY);
const RECORD_SEQUENCE = 1_795_305_600;

/** libp2p's signed peer record, by hand. */
export function recordFields(): readonly Field[] {
  const payload = cat(
    protoBytes(1, PEER_ID),
    protoNumber(2, RECORD_SEQUENCE),
    protoBytes(3, protoBytes(1, ADDRESS)),
  );
  const domain = ascii('libp2p-peer-record');
  const type = u8(0x03, 0x01);
  const signed = [domain, type, payload].flatMap((part) => [varuint(part.length), part]);
  return [
    ['public key', protoBytes(1, PUBLIC_KEY), 'field 1: type 1 = Ed25519, 32 bytes'],
    ['payload type', protoBytes(2, type), 'field 2: a peer record'],
    ['payload', protoBytes(3, payload), 'field 3: peer id, sequence 1795305600, /ip4/192.0.2.7/tcp/51475'],
    ['signature', protoBytes(5, PEER.sign(cat(...signed))), 'field 5: over domain, type and payload'],
  ];
}

export const RECORD = cat(...recordFields().map(([, bytes]) => bytes));
