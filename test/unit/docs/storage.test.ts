/** A reader written from docs/storage.md alone finds in a data directory what the chain says is there. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { ClassicLevel } from 'classic-level';
import { beforeAll, expect, test } from 'vitest';
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { exampleChain } from '../../support/chain/protocol-examples.ts';
import { extend, newDirectory, openTestChain } from '../../support/chain/test-chain.ts';

const directory = newDirectory();
const records = new Map<string, Buffer>();
const { blocks, payment } = exampleChain();
let totals: { coins: number; total: number; issued: number; burned: number };
let rest: readonly Uint8Array[];

beforeAll(async () => {
  const chain = await openTestChain({ directory });
  for (const { bytes } of blocks) await chain.submitBlock(bytes);
  // Up to the block that names the first snapshot.
  rest = [];
  for (let height = 7; height <= 25; height++) rest = [...rest, (await extend(chain)).bytes];
  totals = chain.totals();
  await chain.close();
  const level = new ClassicLevel<Buffer, Buffer>(path.join(directory, 'chain'), {
    keyEncoding: 'buffer',
    valueEncoding: 'buffer',
  });
  for await (const [key, record] of level.iterator()) {
    expect(record.readUInt32LE(0)).toBe(crc32(record.subarray(4), crc32(key)));
    records.set(key.toString('hex'), record.subarray(4));
  }
  await level.close();
});

const ascii = (text: string): string => Buffer.from(text).toString('hex');
const under = (letter: string): [string, Buffer][] =>
  [...records].filter(([key]) => key.startsWith(ascii(letter)));

test('the database has the keys of the page and no others', () => {
  expect(records.get(ascii('mschema'))).toEqual(Buffer.of(3));
  expect(records.get(ascii('mnetwork'))).toEqual(Buffer.from(REGTEST_NETWORK.id));
  const letters = ['m', 's', 'k', 'h', 'c', 'e'].map((letter) => under(letter).length);
  expect(letters.reduce((sum, count) => sum + count)).toBe(records.size);
  expect(under('h')).toHaveLength(26);
  expect(under('c')).toHaveLength(totals.coins);
});

test('the state and its markers have the bytes of the page', () => {
  const state = records.get(ascii('s'))!;
  const [height, commit, coins, total, issued, burned] = [
    state.readUInt32LE(32),
    ...[36, 44, 52, 60, 68].map((at) => Number(state.readBigUInt64LE(at))),
  ];
  expect({ length: state.length, height, coins, total, issued, burned }).toEqual({
    length: 84,
    height: 25,
    ...totals,
  });
  const slot = Buffer.alloc(2);
  slot.writeUInt16BE(commit! % 4096);
  expect(records.get(ascii('k') + slot.toString('hex'))!.readBigUInt64LE(0)).toBe(BigInt(commit!));
});

test('coins have the bytes of the page', () => {
  const coin = records.get(`${ascii('c')}${payment.txidHex}00000000`)!;
  expect(coin.readUInt32LE(0)).toBe(6);
  expect(coin[4]).toBe(0);
  expect(coin.readBigUInt64LE(5)).toBe(1_250_000_000n);
  expect(coin[13]).toBe(0);
  expect(coin.subarray(14)).toEqual(Buffer.from(payment.outputs[0]!.lock));
});

test('headers, bodies and undo records have the bytes of the page', () => {
  const { header, bytes } = blocks[5]!;
  const record = records.get(`${ascii('h')}00000006${header.idHex}`)!;
  expect(record.subarray(0, 88)).toEqual(Buffer.from(header.bytes));
  expect([...record.subarray(88, 94)]).toEqual([2, 2, 0, 0, 0, 0]);
  const places = readPlaces(record.subarray(94));
  expect(readSegment('blocks', places[0]!)).toEqual(Buffer.from(bytes));
  // One coin: of height 1, a coinbase's, 20 KITH, lock type 0, 32 bytes.
  const [first] = blocks[0]!.transactions;
  const { lock } = first!.outputs[0]!;
  const [coinbase] = blocks[5]!.transactions;
  const undo = [
    // 20 KITH issued, nothing burned.
    `0094357700000000${'00'.repeat(8)}`,
    `01${first!.txidHex}00010100943577000000000020${Buffer.from(lock).toString('hex')}`,
    `02${payment.txidHex}020001${coinbase!.txidHex}0100`,
  ];
  expect(readSegment('undo', places[1]!).toString('hex')).toBe(undo.join(''));
});

test('the snapshot and its root have the bytes of the page', () => {
  const [[key, root]] = under('e') as [[string, Buffer]];
  expect(key.slice(2, 10)).toBe('00000014');
  const name = `0000000020-${key.slice(10, 26)}`;
  const folder = path.join(directory, 'snapshots', name);
  const manifest = JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  expect(manifest).toMatchObject({ format: 1, height: 20, block: key.slice(10), root: root.toString('hex') });
  expect(readFileSync(path.join(folder, '000000.chunk')).length).toBe(21 * 83);
  expect(Buffer.from(rest.at(-1)!).includes(Buffer.concat([Buffer.of(2, 32), root]))).toBe(true);
});

type Place = readonly [segment: number, offset: number, length: number];

function readPlaces(bytes: Buffer): Place[] {
  const places: Place[] = [];
  let at = 0;
  const varuint = (): number => {
    const byte = bytes[at++]!;
    return byte < 128 ? byte : byte - 128 + 128 * varuint();
  };
  while (at < bytes.length) if (bytes[at++]! > 0) places.push([varuint(), varuint(), varuint()]);
  return places;
}

function readSegment(folder: string, [segment, offset, length]: Place): Buffer {
  const file = readFileSync(path.join(directory, folder, `${String(segment).padStart(6, '0')}.seg`));
  const payload = file.subarray(offset + 12, offset + 12 + length);
  expect(file.toString('latin1', offset, offset + 4)).toBe('KSEG');
  expect(file.readUInt32LE(offset + 4)).toBe(length);
  expect(file.readUInt32LE(offset + 8)).toBe(crc32(payload));
  return payload;
}
