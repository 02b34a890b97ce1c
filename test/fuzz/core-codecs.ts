import { toBinary } from '../../main/core/codec/binary.ts';
import { fromHex, toHex } from '../../main/core/codec/hex.ts';
import { type Coin, LOCK_BURN } from '../../main/core/primitives/coin.ts';
import { type CoinKey, coinKey } from '../../main/core/primitives/coin-key.ts';
import { decodeUndo, encodeUndo, type UndoRecord } from '../../main/core/ledger/undo-record.ts';
import { decodeUndo1 } from '../../main/core/ledger/undo-record-1.ts';
import { decodePolicy, encodePolicy } from '../../main/core/ledger/policy-tree.ts';
import { decodeAddress, encodeAddress, isAddressProblem } from '../../main/core/primitives/address.ts';
import { createBlock, decodeBlock } from '../../main/core/primitives/block.ts';
import { createHeader, decodeHeader } from '../../main/core/primitives/header.ts';
import { decodeRecords, encodeRecords } from '../../main/core/primitives/records.ts';
import { createTransaction, decodeTransaction } from '../../main/core/primitives/transaction.ts';
import { readChunk, type SnapshotCoin, writeSnapshotCoin } from '../../main/core/ledger/snapshot-record.ts';
import { decodeCoin, encodeCoin } from '../../main/storage/coin-record.ts';
import {
  type BlockStatus,
  decodeHeaderRecord,
  encodeHeaderRecord,
} from '../../main/storage/header-record.ts';
import { decodeState, encodeState } from '../../main/storage/state-record.ts';
import type { Motes } from '../../shared/units.ts';
import { encodeUndo1 } from '../support/chain/undo-record-1.ts';
import { createRandom, type Random } from '../support/random.ts';
import { type Codec, codec, orNull } from './codec.ts';
import {
  anyBlock,
  anyCoin,
  anyHeader,
  anyPolicy,
  anyRecords,
  anyTransaction,
  anyU32,
  list,
} from './samples.ts';

const text = new TextEncoder();

/** The block that every undo record of the first format under test belongs to: three inputs, one of them created in the block itself. */
const UNDO_BLOCK = (() => {
  const random = createRandom(77);
  const base = { version: 1, validFrom: 0, expires: 0, witness: [] };
  const output = { ...anyCoin(random), lockType: 3 };
  const coinbase = createTransaction({ ...base, inputs: [], outputs: [{ ...output, lockType: LOCK_BURN }] });
  const first = createTransaction({
    ...base,
    inputs: [0, 1].map((index) => ({ txid: random.bytes(32), index })),
    outputs: [output],
  });
  const second = createTransaction({ ...base, inputs: [{ txid: first.txid, index: 0 }], outputs: [output] });
  return createBlock(anyHeader(random), [coinbase, first, second]);
})();

function anyUndo1(random: Random): Uint8Array {
  const keys = UNDO_BLOCK.transactions[1]!.inputs.map(coinKey);
  const spent = new Map<CoinKey, Coin>(keys.map((key) => [key, anyCoin(random)]));
  return encodeUndo1({ spent });
}

function anyUndo(random: Random): Uint8Array {
  const outpoint = () => coinKey({ txid: random.bytes(32), index: anyU32(random) });
  const spent = new Map(list(random, 4, () => [outpoint(), anyCoin(random)] as const));
  const created: CoinKey[] = [];
  for (let i = random.int(4); i > 0; i--) {
    const txid = random.bytes(32);
    for (let index = 0; index <= random.int(3); index++) created.push(coinKey({ txid, index }));
  }
  return undoBytes({ created, spent, issued: random.int(2 ** 31), burned: random.int(2 ** 31) });
}

function undoBytes({ created, spent, ...supplyChange }: UndoRecord): Uint8Array {
  const coin = { amount: 0 as Motes, lockType: 0, lock: new Uint8Array(32), height: 0, coinbase: false };
  return encodeUndo({ created: new Map(created.map((key) => [key, coin])), spent }, supplyChange);
}

function anyHeaderRecord(random: Random): Uint8Array {
  const place = () =>
    random.int(2) === 0 ? null : { segment: anyU32(random), offset: anyU32(random), length: anyU32(random) };
  const status = (['header', 'stored', 'connected', 'invalid'] as const satisfies readonly BlockStatus[])[
    random.int(4)
  ]!;
  const [transactions, rules] = [anyU32(random), anyU32(random)];
  const undo = place();
  return encodeHeaderRecord({
    header: anyHeader(random).bytes,
    status,
    transactions,
    rules,
    body: place(),
    undo: undo && { ...undo, format: random.int(2) === 0 ? 1 : 2 },
  });
}

function anyState(random: Random): Uint8Array {
  const amount = () => random.int(2 ** 31) * 1000;
  const [coins, issued, burned, commit] = [amount(), amount(), amount(), amount()];
  return encodeState({
    tip: random.bytes(32),
    height: anyU32(random),
    commit,
    coins,
    total: issued,
    issued,
    burned,
    coinSum: amount(),
  });
}

function encodeChunk(coins: readonly SnapshotCoin[]): Uint8Array {
  const chunk = new Uint8Array(coins.length * 200);
  let at = 0;
  for (const { order, coin } of coins) at = writeSnapshotCoin(chunk, at, order, encodeCoin(coin, 0));
  return chunk.slice(0, at);
}

const anyChunk = (random: Random): Uint8Array =>
  encodeChunk(
    list(random, 5, () => {
      const order = random.bytes(36);
      return { order, key: coinKey({ txid: order.subarray(0, 32), index: 0 }), coin: anyCoin(random) };
    }),
  );

/** Every decoder of main/core and of the storage formats. */
export const CORE_CODECS: readonly Codec[] = [
  codec(
    'transaction',
    (r) => anyTransaction(r).bytes,
    (b) => orNull(decodeTransaction(b)),
    createAgain,
  ),
  codec(
    'header',
    (r) => anyHeader(r).bytes,
    (b) => orNull(decodeHeader(b)),
    (h) => createHeader(h).bytes,
  ),
  codec(
    'block',
    (r) => anyBlock(r).bytes,
    (b) => orNull(decodeBlock(b)),
    ({ header, transactions }) =>
      createBlock(
        createHeader(header),
        transactions.map((tx) => createTransaction(tx)),
      ).bytes,
  ),
  codec('coinbase records', anyRecords, (b) => orNull(decodeRecords(b)), encodeRecords),
  codec('policy tree', (r) => encodePolicy(anyPolicy(r)), decodePolicy, encodePolicy),
  codec('undo record', anyUndo, decodeUndo, undoBytes),
  codec('undo record of the first format', anyUndo1, (b) => decodeUndo1(UNDO_BLOCK, b), encodeUndo1),
  codec('header record', anyHeaderRecord, decodeHeaderRecord, encodeHeaderRecord),
  codec('state record', anyState, decodeState, encodeState),
  codec(
    'coin record',
    (r) => encodeCoin(anyCoin(r), 0),
    decodeCoin,
    (coin) => encodeCoin(coin, 0),
  ),
  codec('snapshot chunk', anyChunk, readChunk, encodeChunk),
  codec(
    'address',
    (r) => text.encode(encodeAddress('rkith', anyLock(r))),
    (b) => {
      const lock = decodeAddress('rkith', new TextDecoder('latin1').decode(b));
      return isAddressProblem(lock) ? null : { lock, spelled: b };
    },
    // An address may be written in capitals and with space around it: one form of it is the one that we write.
    ({ lock, spelled }) => {
      const written = encodeAddress('rkith', lock);
      const given = new TextDecoder('latin1').decode(spelled).trim();
      return given === written || given === written.toUpperCase() ? spelled : text.encode(written);
    },
  ),
  codec(
    'hexadecimal',
    (r) => text.encode(toHex(r.bytes(r.int(20)))),
    (b) => fromHex(toBinary(b).toLowerCase()) && toBinary(b),
    // Capitals are read too; they are not another value.
    (spelled) => text.encode(toHex(fromHex(spelled)!) === spelled.toLowerCase() ? spelled : 'lost'),
  ),
];

function anyLock(random: Random): { lockType: number; lock: Uint8Array } {
  const lockType = [0, 1, 254][random.int(3)]!;
  return { lockType, lock: random.bytes(lockType === 0 ? 32 : random.int(65)) };
}

function createAgain(tx: Parameters<typeof createTransaction>[0]): Uint8Array {
  return createTransaction(tx).bytes;
}
