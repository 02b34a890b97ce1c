import { toHex } from '../../../../main/core/codec/hex.ts';
import { decodeTransaction } from '../../../../main/core/primitives/transaction.ts';
import { isViolation } from '../../../../main/core/violation.ts';
import {
  decodeGetParts,
  decodeParts,
  encodeGetParts,
  encodeParts,
} from '../../../../main/net/protocol/block-txn-messages.ts';
import { decodeRecords, encodeRecords } from '../../../../main/net/protocol/record-messages.ts';
import {
  decodeGetTransactions,
  decodeTransactions,
  decodeWidList,
  encodeGetTransactions,
  encodeTransactions,
  encodeWidList,
} from '../../../../main/net/protocol/relay-messages.ts';
import { FRAME } from '../../../../main/net/protocol/frame-types.ts';
import { u8, varuint } from '../../chain/foreign-miner.ts';
import { NAMES, nothing, payment, RECORD, recordFields, tipBlock } from './contents.ts';
import { type Field, framed, type MessageExample } from './message-example.ts';

const on = NAMES.relay;
const theTransaction: readonly Field[] = [
  ['count', varuint(1), '1'],
  ['length', varuint(payment.bytes.length), String(payment.bytes.length)],
  ['transaction', payment.bytes, 'the payment'],
];

export function relayExamples(): MessageExample[] {
  return [...transactionExamples(), ...partsExamples(), ...privateBroadcastExamples()];
}

function transactionExamples(): MessageExample[] {
  return [
    framed(
      'getTransactions',
      on,
      { type: FRAME.getTransactions.type, id: 1 },
      [
        ['by', u8(0), 'by wid'],
        ['count', varuint(1), '1'],
        ['wid', payment.wid, 'of the payment'],
      ],
      {
        encode: () => encodeGetTransactions({ by: 'wid', ids: [payment.wid] }),
        decode: (body) => ({
          read: decodeGetTransactions(body),
          expected: { by: 'wid', ids: [payment.wid] },
        }),
      },
    ),
    framed('transactions', on, { type: FRAME.transactions.type, id: 1 }, theTransaction, {
      encode: () => encodeTransactions([payment.bytes]),
      decode: (body) => ({ read: decodeTransactions(body), expected: [payment.bytes] }),
    }),
    framed('getWids', on, { type: FRAME.getWids.type, id: 2 }, [], { encode: () => nothing }),
    framed(
      'wids',
      on,
      { type: FRAME.wids.type, id: 2 },
      [
        ['count', varuint(1), '1'],
        ['wid', payment.wid, 'of the payment'],
      ],
      {
        encode: () => encodeWidList([toHex(payment.wid)]),
        decode: (body) => ({ read: decodeWidList(body), expected: [toHex(payment.wid)] }),
      },
    ),
  ];
}

function partsExamples(): MessageExample[] {
  const parts = (indexes: readonly number[]) => ({ id: tipBlock.header.id, indexes });
  return [
    framed(
      'getParts',
      on,
      { type: FRAME.getParts.type, id: 3 },
      [
        ['block id', tipBlock.header.id, 'block 6'],
        ['count', varuint(1), '1'],
        ['gap', varuint(1), 'place 1: the payment'],
      ],
      {
        encode: () => encodeGetParts(parts([1])),
        decode: (body) => ({ read: decodeGetParts(body), expected: parts([1]) }),
      },
    ),
    framed(
      'getParts-gaps',
      on,
      { type: FRAME.getParts.type, id: 4 },
      [
        ['block id', tipBlock.header.id, 'block 6'],
        ['count', varuint(3), '3'],
        ['gap', varuint(0), 'place 0'],
        ['gap', varuint(2), 'places 1 and 2 are left out: place 3'],
        ['gap', varuint(0), 'place 4'],
      ],
      {
        encode: () => encodeGetParts(parts([0, 3, 4])),
        decode: (body) => ({ read: decodeGetParts(body), expected: parts([0, 3, 4]) }),
      },
    ),
    framed('parts', on, { type: FRAME.parts.type, id: 3 }, theTransaction, {
      encode: () => encodeParts([payment.bytes]),
      decode: (body) => ({ read: decodeParts(body), expected: [payment.bytes] }),
    }),
    framed(
      'parts-none',
      on,
      { type: FRAME.parts.type, id: 4 },
      [['count', varuint(0), '0: the block is not here, or has no place 3']],
      { encode: () => encodeParts([]), decode: (body) => ({ read: decodeParts(body), expected: [] }) },
    ),
  ];
}

function privateBroadcastExamples(): MessageExample[] {
  return [
    framed(
      'handOver',
      on,
      { type: FRAME.handOver.type, id: 5 },
      [['transaction', payment.bytes, 'the payment']],
      {
        encode: () => payment.bytes,
        decode(body) {
          const tx = decodeTransaction(body);
          return { read: isViolation(tx) ? tx : tx.wid, expected: payment.wid };
        },
      },
    ),
    framed('taken', on, { type: FRAME.taken.type, id: 5 }, [], { encode: () => nothing }),
  ];
}

export function recordExamples(): MessageExample[] {
  return [
    framed('getRecords', on, { type: FRAME.getRecords.type, id: 6 }, [], { encode: () => nothing }),
    framed(
      'records',
      on,
      { type: FRAME.records.type, id: 6 },
      [
        ['count', varuint(1), '1'],
        ['length', varuint(RECORD.length), String(RECORD.length)],
        ...recordFields(),
      ],
      {
        encode: () => encodeRecords([RECORD]),
        decode: (body) => ({ read: decodeRecords(body), expected: [Uint8Array.from(RECORD)] }),
      },
    ),
    framed('newRecord', on, { type: FRAME.newRecord.type, id: 7 }, recordFields(), { encode: () => RECORD }),
  ];
}
