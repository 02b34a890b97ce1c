import { createHash } from 'node:crypto';
import { chunkHash, snapshotRoot } from '../../../../main/core/ledger/snapshot-root.ts';
import { formatJoinLink, parseJoinLink } from '../../../../main/core/params/join-link.ts';
import { networkFileHash, networkFileOf } from '../../../../main/net/join.ts';
import { namesOf } from '../../../../main/net/transport/protocols.ts';
import {
  decodeDialRequest,
  decodeDialResponse,
  DIAL_BACK_PROTOCOL,
  encodeDialRequest,
  encodeDialResponse,
  STATUS,
} from '../../../../main/net/nat/autonat-messages.ts';
import {
  decodeHolePunch,
  encodeHolePunch,
  PUNCH,
  PUNCH_PROTOCOL,
} from '../../../../main/net/nat/hole-punching-messages.ts';
import {
  decodeGetChunk,
  decodeGetManifest,
  decodeManifest,
  encodeGetChunk,
  encodeGetManifest,
  encodeManifest,
} from '../../../../main/net/protocol/snapshot-messages.ts';
import { FRAME } from '../../../../main/net/protocol/frame-types.ts';
import { writeVarint } from '../../../../main/net/protocol/protobuf.ts';
import { exampleSnapshot } from '../../chain/protocol-examples.ts';
import { foundedExample } from '../../chain/further-examples.ts';
import { cat, u32, u64, varuint } from '../../chain/foreign-miner.ts';
import { type Row } from '../example.ts';
import { ADDRESS, NAMES, NETWORK, nothing, PEER_ID, protoBytes, protoNumber } from './contents.ts';
import { type Field, framed, type MessageExample } from './message-example.ts';

export function joinExamples(): MessageExample[] {
  const text = Buffer.from(networkFileOf(foundedExample()));
  const on = namesOf(foundedExample().idHex).join;
  return [
    framed('getNetworkFile', on, { type: FRAME.getNetworkFile.type, id: 1 }, [], { encode: () => nothing }),
    framed(
      'networkFile',
      on,
      { type: FRAME.networkFile.type, id: 1 },
      [['file', text, 'UTF-8: the network file of protocol.md, its parameters in alphabetical order']],
      { encode: () => new TextEncoder().encode(networkFileOf(foundedExample())) },
    ),
  ];
}

/** The join link to the created network of protocol.md. */
export function joinLinkRows(): Row[] {
  const network = foundedExample();
  const text = networkFileOf(network);
  const file = createHash('sha256').update(text).digest();
  const block = { height: 0, id: network.id, work: 2n };
  const addresses = ['/ip4/192.0.2.7/tcp/51475', '/dns4/kith.example/tcp/51475'];
  const link = formatJoinLink({ id: network.id, file: networkFileHash(text), block, addresses });
  const read = parseJoinLink(link);
  if (read === null || read.addresses.join(' ') !== addresses.join(' ')) throw new Error('not read again');
  return [
    ['SHA256 of file', file],
    ['link', link.replaceAll('&', '\n&')],
  ];
}

export function snapshotExamples(): MessageExample[] {
  const on = NAMES.snapshot;
  const { chunk, facts } = exampleSnapshot();
  const chunks = [chunkHash(chunk)];
  const manifest = { facts, chunks, root: snapshotRoot(facts, chunks) };
  const { root } = manifest;
  return [
    framed('getManifest', on, { type: FRAME.getManifest.type, id: 1 }, [['root', root, 'of the snapshot']], {
      encode: () => encodeGetManifest(root),
      decode: (body) => ({ read: decodeGetManifest(body), expected: root }),
    }),
    framed(
      'manifest',
      on,
      { type: FRAME.manifest.type, id: 1 },
      [
        ['height', u32(20), '20'],
        ['block id', facts.blockId, 'of the block at height 20'],
        ['coins', u64(2), '2'],
        ['total', u64(3_250_000_000), '3 250 000 000 motes'],
        ['count', varuint(1), '1 chunk'],
        ['chunk hash', chunks[0]!, 'of chunk 0'],
      ],
      {
        encode: () => encodeManifest(manifest),
        decode: (body) => ({ read: decodeManifest(body, NETWORK.id), expected: manifest }),
      },
    ),
    framed('manifest-none', on, { type: FRAME.manifest.type, id: 2 }, [], { encode: () => nothing }),
    framed(
      'getChunk',
      on,
      { type: FRAME.getChunk.type, id: 3 },
      [
        ['root', root, 'of the snapshot'],
        ['index', u32(0), 'the first chunk'],
      ],
      {
        encode: () => encodeGetChunk({ root, index: 0 }),
        decode: (body) => ({ read: decodeGetChunk(body), expected: { root, index: 0 } }),
      },
    ),
    framed('chunk', on, { type: FRAME.chunk.type, id: 3 }, [['chunk', chunk, '2 coins']], {
      encode: () => chunk,
    }),
  ];
}

const address: Field = ['address', protoBytes(2, ADDRESS), '/ip4/192.0.2.7/tcp/51475'];

/** AutoNAT and DCUtR: a length, then fields of protobuf. */
export function reachExamples(): MessageExample[] {
  const peer = cat(protoBytes(1, PEER_ID), protoBytes(2, ADDRESS));
  const response = cat(protoNumber(1, 0), protoBytes(3, ADDRESS));
  const request = { id: PEER_ID, addresses: [ADDRESS] };
  return [
    prefixed(
      'autonat-dial',
      DIAL_BACK_PROTOCOL,
      [
        ['type', protoNumber(1, 0), 'field 1: dial'],
        ['dial', protoBytes(2, protoBytes(1, peer)), 'field 2: peer id and one address'],
      ],
      () => encodeDialRequest(request),
      (body) => ({ read: decodeDialRequest(body), expected: bare(request) }),
    ),
    prefixed(
      'autonat-response',
      DIAL_BACK_PROTOCOL,
      [
        ['type', protoNumber(1, 1), 'field 1: response'],
        ['response', protoBytes(3, response), 'field 3: status 0, the address that worked'],
      ],
      () => encodeDialResponse(STATUS.ok, ADDRESS),
      (body) => ({
        read: decodeDialResponse(body),
        expected: { status: STATUS.ok, address: Uint8Array.from(ADDRESS) },
      }),
    ),
    prefixed(
      'dcutr-connect',
      PUNCH_PROTOCOL,
      [['type', protoNumber(1, PUNCH.connect), 'field 1: connect'], address],
      () => encodeHolePunch({ type: PUNCH.connect, addresses: [ADDRESS] }),
      (body) => ({
        read: decodeHolePunch(body),
        expected: { type: PUNCH.connect, addresses: [Uint8Array.from(ADDRESS)] },
      }),
    ),
    prefixed(
      'dcutr-sync',
      PUNCH_PROTOCOL,
      [['type', protoNumber(1, PUNCH.sync), 'field 1: sync']],
      () => encodeHolePunch({ type: PUNCH.sync, addresses: [] }),
      (body) => ({ read: decodeHolePunch(body), expected: { type: PUNCH.sync, addresses: [] } }),
    ),
  ];
}

const bare = ({ id, addresses }: { id: Uint8Array; addresses: Uint8Array[] }) => ({
  id: Uint8Array.from(id),
  addresses: addresses.map((each) => Uint8Array.from(each)),
});

function prefixed(
  name: string,
  on: string,
  fields: readonly Field[],
  encode: () => Uint8Array,
  decode: (body: Uint8Array) => { read: unknown; expected: unknown },
): MessageExample {
  const body = cat(...fields.map(([, bytes]) => bytes));
  return {
    name,
    on,
    fields: [['length', varuint(body.length), String(body.length)], ...fields],
    encode: () => cat(writeVarint(encode().length), encode()),
    decode: () => decode(Uint8Array.from(body)),
  };
}
