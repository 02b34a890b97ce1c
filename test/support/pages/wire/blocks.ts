import { createHash } from 'node:crypto';
import {
  decodeBlockAnnouncement,
  decodeWids,
  encodeBlockAnnouncement,
  encodeWids,
} from '../../../../main/net/protocol/announcements.ts';
import { type CompactBlock, compactOf } from '../../../../main/net/protocol/compact-block.ts';
import {
  decodePushed,
  decodeWant,
  encodePushed,
  encodeWant,
} from '../../../../main/net/protocol/push-messages.ts';
import { isViolation } from '../../../../main/core/violation.ts';
import { FRAME } from '../../../../main/net/protocol/frame-types.ts';
import { H, u8, varbytes, varuint } from '../../chain/foreign-miner.ts';
import { NAMES, nothing, payment, tipBlock } from './contents.ts';
import { bytesOf, type Field, framed, type MessageExample } from './message-example.ts';
import { sipHash24 } from './siphash.ts';

/** The data of messages on the two topics. */
export function gossipExamples(): MessageExample[] {
  const salt = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]);
  const { header } = tipBlock;
  const rest = tipBlock.bytes.subarray(header.bytes.length);
  return [
    withId({
      name: 'announced-wids',
      on: NAMES.transactions,
      fields: [
        ['salt', salt, '8 random bytes'],
        ['count', varuint(1), '1'],
        ['wid', payment.wid, 'of the payment'],
      ],
      encode: () => encodeWids({ salt, wids: [payment.wid] }),
      decode() {
        return { read: decodeWids(dataOf(this)), expected: { salt, wids: [payment.wid] } };
      },
    }),
    withId({
      name: 'announced-header',
      on: NAMES.blocks,
      fields: [
        ['header', header.bytes, 'of block 6'],
        ['kind', u8(0), 'nothing follows'],
      ],
      encode: () => encodeBlockAnnouncement(header.bytes, null),
      decode() {
        return { read: decodeBlockAnnouncement(dataOf(this)), expected: { header, block: null } };
      },
    }),
    withId({
      name: 'announced-block',
      on: NAMES.blocks,
      fields: [
        ['header', header.bytes, 'of block 6'],
        ['kind', u8(1), 'the rest of the block follows'],
        ['rest', rest, 'count 2, the coinbase and the payment'],
      ],
      encode: () => encodeBlockAnnouncement(header.bytes, tipBlock.bytes),
      decode() {
        const expected = { header, block: tipBlock.bytes };
        return { read: decodeBlockAnnouncement(dataOf(this)), expected };
      },
    }),
  ];
}

const MESSAGE_ID = 'message id';

/** The message id that gossipsub uses follows from topic and data, and is no part of the data. */
function withId(example: MessageExample): MessageExample {
  const data = bytesOf(example);
  const id = createHash('sha256').update(example.on).update(data).digest().subarray(0, 20);
  return {
    ...example,
    fields: [...example.fields, [MESSAGE_ID, id, 'not sent: the first 20 bytes of SHA256(topic, data)']],
    encode: () => {
      const encoded = example.encode();
      const own = createHash('sha256').update(example.on).update(encoded).digest().subarray(0, 20);
      return Uint8Array.from([...encoded, ...own]);
    },
  };
}

const dataOf = (example: MessageExample): Uint8Array =>
  Uint8Array.from(bytesOf({ ...example, fields: example.fields.filter(([name]) => name !== MESSAGE_ID) }));

const NONCE = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]);

export function pushExamples(): MessageExample[] {
  const on = NAMES.push;
  const { header, transactions } = tipBlock;
  const [coinbase] = transactions;
  const compact = compactOf(tipBlock, NONCE, () => false);
  const key = H(0x0b, header.id, NONCE).subarray(0, 16);
  const fields: readonly Field[] = [
    ['header', header.bytes, 'of block 6'],
    ['nonce', NONCE, '8 random bytes'],
    ['count', varuint(2), 'the block has 2 transactions'],
    ['whole', varuint(1), '1 of them stands here'],
    ['gap', varuint(0), 'place 0'],
    ['transaction', varbytes(coinbase!.bytes), `${coinbase!.bytes.length} bytes: the coinbase`],
    ['short id', sipHash24(key, payment.wid).subarray(0, 6), 'of the payment, place 1'],
  ];
  const decode = (body: Uint8Array) => ({
    read: plainCompact(decodePushed(body)),
    expected: plainCompact(compact),
  });
  const codec = { encode: () => encodePushed(compact), decode };
  return [
    framed('pushBlock', on, { type: FRAME.pushBlock.type, id: 1 }, fields, codec),
    framed('pushed', on, { type: FRAME.pushed.type, id: 1 }, [], { encode: () => nothing }),
    framed('getCompact', on, { type: FRAME.getCompact.type, id: 2 }, [['block id', header.id, 'block 6']], {
      encode: () => header.id,
    }),
    framed('compact', on, { type: FRAME.compact.type, id: 2 }, fields, codec),
    framed('compact-none', on, { type: FRAME.compact.type, id: 2 }, [], { encode: () => nothing }),
    framed('wantBlocks', on, { type: FRAME.wantBlocks.type, id: 3 }, [['wanted', u8(1), 'from now on']], {
      encode: () => encodeWant(true),
      decode: (body) => ({ read: decodeWant(body), expected: true }),
    }),
  ];
}

/** The key of the short ids of the example, as the page has it. */
export function shortIdFields(): readonly Field[] {
  const key = H(0x0b, tipBlock.header.id, NONCE).subarray(0, 16);
  return [
    ['nonce', NONCE, 'of the compact block'],
    ['key', key, 'the first 16 bytes of H(0x0b, block id, nonce)'],
    ['wid', payment.wid, 'of the payment'],
    ['SipHash-2-4', sipHash24(key, payment.wid), '8 bytes, little-endian; the first 6 are the short id'],
  ];
}

function plainCompact(compact: ReturnType<typeof decodePushed> | CompactBlock): unknown {
  return isViolation(compact) ? compact : { ...compact, header: compact.header.idHex };
}
