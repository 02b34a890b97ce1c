import {
  decodeBye,
  decodeHello,
  decodeServes,
  decodeTip,
  encodeBye,
  encodeHello,
  encodeServes,
  encodeTip,
  type Hello,
} from '../../../../main/net/protocol/hello.ts';
import { FRAME } from '../../../../main/net/protocol/frame-types.ts';
import {
  decodeGetBlocks,
  decodeGetHeaders,
  decodeHeaders,
  encodeGetBlocks,
  encodeGetHeaders,
  encodeHeaders,
} from '../../../../main/net/protocol/sync-messages.ts';
import { decodeBlock } from '../../../../main/core/primitives/block.ts';
import { isViolation } from '../../../../main/core/violation.ts';
import { u32, u64, varuint, varbytes } from '../../chain/foreign-miner.ts';
import { ascii, blocks, filled, NAMES, NETWORK, nothing, TIP, tipBlock, tipFields } from './contents.ts';
import { framed, type MessageExample } from './message-example.ts';

const CLOCK = 1_795_305_660;

export function helloExamples(): MessageExample[] {
  const hello: Hello = {
    networkId: NETWORK.id,
    versionMin: 1,
    versionMax: 1,
    software: 'example 1.0',
    services: ['archive', 'relay'],
    servesFrom: 0,
    ...TIP,
    clock: CLOCK,
  };
  const on = NAMES.hello;
  return [
    framed(
      'hello',
      on,
      { type: FRAME.hello.type, id: 0 },
      [
        ['network id', NETWORK.id, 'regtest'],
        ['version least', varuint(1), '1'],
        ['version most', varuint(1), '1'],
        ['software', varbytes(ascii('example 1.0')), '11 characters: example 1.0'],
        ['services', varuint(9), '1 archive + 8 relay'],
        ['serves from', u32(0), 'all bodies'],
        ...tipFields,
        ['clock', u64(CLOCK), '1795305660'],
        ['extension', varbytes(nothing), 'empty'],
      ],
      { encode: () => encodeHello(hello), decode: (body) => ({ read: decodeHello(body), expected: hello }) },
    ),
    framed('tip', on, { type: FRAME.tip.type, id: 0 }, tipFields, {
      encode: () => encodeTip(TIP),
      decode: (body) => ({ read: decodeTip(body), expected: TIP }),
    }),
    framed(
      'serves',
      on,
      { type: FRAME.serves.type, id: 0 },
      [['serves from', u32(5000), 'bodies from height 5000 on']],
      { encode: () => encodeServes(5000), decode: (body) => ({ read: decodeServes(body), expected: 5000 }) },
    ),
    framed(
      'bye',
      on,
      { type: FRAME.bye.type, id: 0 },
      [['code', varbytes(ascii('peer-crowded')), '12 characters: peer-crowded']],
      {
        encode: () => encodeBye('peer-crowded'),
        decode: (body) => ({ read: decodeBye(body), expected: 'peer-crowded' }),
      },
    ),
  ];
}

export function syncExamples(): MessageExample[] {
  return [...headerExamples(), ...blockExamples()];
}

function headerExamples(): MessageExample[] {
  const on = NAMES.sync;
  const locator = [tipBlock.header.id, NETWORK.id];
  const headers = blocks.slice(0, 2).map(({ header }) => header);
  return [
    framed(
      'getHeaders',
      on,
      { type: FRAME.getHeaders.type, id: 1 },
      [
        ['count', varuint(2), '2'],
        ['locator id 1', locator[0]!, 'block 6'],
        ['locator id 2', locator[1]!, 'genesis'],
      ],
      {
        encode: () => encodeGetHeaders(locator),
        decode: (body) => ({ read: decodeGetHeaders(body), expected: locator }),
      },
    ),
    framed(
      'headers',
      on,
      { type: FRAME.headers.type, id: 1 },
      [
        ['count', varuint(2), '2'],
        ['header 1', headers[0]!.bytes, 'of block 1'],
        ['header 2', headers[1]!.bytes, 'of block 2'],
      ],
      {
        encode: () => encodeHeaders(headers.map(({ bytes }) => bytes)),
        decode: (body) => ({ read: decodeHeaders(body), expected: headers }),
      },
    ),
    framed(
      'headers-none',
      on,
      { type: FRAME.headers.type, id: 2 },
      [['count', varuint(0), '0: the answering node has no more']],
      { encode: () => encodeHeaders([]), decode: (body) => ({ read: decodeHeaders(body), expected: [] }) },
    ),
  ];
}

function blockExamples(): MessageExample[] {
  const on = NAMES.sync;
  const first = blocks[0]!.header;
  const asked = [first.id, filled(0x22)];
  return [
    framed(
      'getBlocks',
      on,
      { type: FRAME.getBlocks.type, id: 3 },
      [
        ['count', varuint(2), '2'],
        ['id 1', asked[0]!, 'block 1'],
        ['id 2', asked[1]!, 'a block that the answering node lacks'],
      ],
      {
        encode: () => encodeGetBlocks(asked),
        decode: (body) => ({ read: decodeGetBlocks(body), expected: asked }),
      },
    ),
    framed(
      'block',
      on,
      { type: FRAME.block.type, id: 3 },
      [
        ['header', first.bytes, 'of block 1'],
        ['count', varuint(1), '1'],
        ['transaction', blocks[0]!.transactions[0]!.bytes, 'the coinbase'],
      ],
      {
        encode: () => blocks[0]!.bytes,
        decode(body) {
          const block = decodeBlock(body);
          return { read: isViolation(block) ? block : block.header.id, expected: first.id };
        },
      },
    ),
    framed(
      'absent',
      on,
      { type: FRAME.absent.type, id: 3 },
      [['id', asked[1]!, 'the second id of the request']],
      { encode: () => asked[1]! },
    ),
    framed('unknown', on, { type: FRAME.unknown.type, id: 4 }, [], { encode: () => nothing }),
  ];
}
