import { appendFileSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SegmentLocation } from '../../../main/storage/header-record.ts';
import { frame } from '../../../main/storage/segment-frame.ts';
import { openSegments, type SegmentStore } from '../../../main/storage/segments.ts';
import { createRandom } from '../../support/random.ts';
import { newDirectory } from '../../support/chain/test-chain.ts';

let directory: string;
let store: SegmentStore;
const random = createRandom(3);
const open = async (segmentBytes = 10_000) =>
  (store = await openSegments({ directory, kind: 'block body', segmentBytes, maxRecordBytes: 5000 }));
beforeEach(async () => {
  directory = newDirectory();
  await open();
});
afterEach(() => store.close());

const path = (segment: number) => join(directory, `${String(segment).padStart(6, '0')}.seg`);
const text = (bytes: Uint8Array | null | undefined) => bytes && Buffer.from(bytes).toString('latin1');
async function append(...payloads: readonly Uint8Array[]): Promise<SegmentLocation[]> {
  const places: SegmentLocation[] = [];
  for (const payload of payloads) places.push(await store.append(payload));
  return places;
}
async function scanned(segment = 1): Promise<{ payload: string; adrift: boolean }[]> {
  const found: { payload: string; adrift: boolean }[] = [];
  for await (const { payload, adrift, at } of store.scan(segment)) {
    expect(text(await store.read(at))).toBe(text(payload));
    found.push({ payload: text(payload)!, adrift });
  }
  return found;
}
const words = (...all: string[]) => all.map((word) => Buffer.from(word));

test('appended records are read, also after a restart, from files of a bounded size', async () => {
  const payloads = Array.from({ length: 40 }, () => random.bytes(random.int(1500)));
  const places = await append(...payloads);
  expect(store.segments().length).toBeGreaterThan(2);
  for (let restart = 0; restart < 2; restart++) {
    for (const [i, at] of places.entries()) expect(await store.read(at)).toEqual(payloads[i]);
    await store.close();
    await open();
  }
});

test('many records that are appended at the same time are at the returned locations', async () => {
  const payloads = Array.from({ length: 50 }, (_, i) => random.bytes(10 * i));
  const places = await Promise.all(payloads.map((payload) => store.append(payload)));
  for (const [i, at] of places.entries()) expect(await store.read(at)).toEqual(payloads[i]);
});

test('a sync while files are ended waits for them, and fails over none', async () => {
  const syncs: Promise<void>[] = [];
  for (let round = 0; round < 40; round++) {
    // The first sync of a store has an older file to look after, and takes long enough for several files to be ended.
    await append(...words('first'));
    await store.close();
    store = await open(1);
    await append(...words('second'));
    syncs.push(store.sync());
    await Promise.all(words('third', 'fourth', 'fifth').map((each) => store.append(each)));
  }
  await expect(Promise.all(syncs)).resolves.toHaveLength(40);
});

test('a restart begins a new file, and never one that was written to before', async () => {
  const [first] = await append(...words('one'));
  await store.close();
  await open();
  const [second] = await append(...words('two'));
  expect(second!.segment).toBe(first!.segment + 1);
  await store.close();
  // The newest file is lost, but something still points into it.
  rmSync(path(second!.segment));
  await open();
  expect(store.holds(second!)).toBe(false);
  store.leave(second!.segment);
  const [third] = await append(...words('abc'));
  expect(third!.segment).toBe(second!.segment + 1);
  expect(await store.read(second!)).toBeNull();
});

test('has only records that fit into the length of its files', async () => {
  const [at] = await append(...words('one', 'two'));
  expect(store.holds(at!)).toBe(true);
  expect(store.holds({ ...at!, length: 4000 })).toBe(false);
  expect(store.holds({ ...at!, segment: 7 })).toBe(false);
  await store.close();
  truncateSync(path(1), 14);
  await open();
  expect(store.holds(at!)).toBe(false);
});

test('a record above the size limit is a bug', async () => {
  await expect(store.append(new Uint8Array(5001))).rejects.toThrow(RangeError);
  expect(await scanned()).toEqual([]);
});

describe('after corruption', () => {
  const hurt = async (change: (bytes: Buffer) => Buffer | undefined) => {
    await store.close();
    const bytes = readFileSync(path(1));
    writeFileSync(path(1), change(bytes) ?? bytes);
    await open();
  };
  const good = (...payloads: string[]) => payloads.map((payload) => ({ payload, adrift: false }));
  const found = (...payloads: string[]) => payloads.map((payload) => ({ payload, adrift: true }));

  test('every bit is checked, and a corrupt record does not affect others', async () => {
    const [, second] = await append(...words('first', 'second', 'third'));
    for (let at = second!.offset; at < second!.offset + 12 + 6; at++) {
      await hurt((bytes) => void (bytes[at]! ^= 1 << (at % 8)));
      expect(await store.read(second!), `byte ${at}`).toBeNull();
      const seen = (await scanned()).map(({ payload }) => payload);
      expect(seen, `byte ${at}`).toEqual(['first', 'third']);
      await hurt((bytes) => void (bytes[at]! ^= 1 << (at % 8)));
    }
    expect(await scanned()).toEqual(good('first', 'second', 'third'));
  });

  test('a record with a corrupt payload is skipped by its length', async () => {
    const [, second] = await append(...words('first', 'second', 'third'));
    await hurt((bytes) => void (bytes[second!.offset + 13]! ^= 1));
    expect(await scanned()).toEqual(good('first', 'third'));
  });

  test('after a corrupt header the next record is searched', async () => {
    await append(...words('first', 'second', 'third'));
    await hurt((bytes) => void (bytes[0] = 0));
    expect(await scanned()).toEqual(found('second', 'third'));
  });

  test('bytes that look like a record inside another one are not returned as a record', async () => {
    const inner = frame(Buffer.from('forged'));
    await append(...words('first'), Buffer.concat([Buffer.from('...'), inner]), ...words('last'));
    expect((await scanned()).map(({ payload }) => payload)).not.toContain('forged');
    await hurt((bytes) => void (bytes[0] = 0));
    expect((await scanned()).find(({ payload }) => payload === 'forged')).toBeUndefined();
    // Only when the outer head is gone as well does the inner one show, and then as what it is.
    await hurt((bytes) => void bytes.fill(0, 17, 25));
    expect(await scanned()).toEqual(found('forged', 'last'));
  });

  test('a length beyond the file is not trusted', async () => {
    await append(...words('first', 'second'));
    await hurt((bytes) => void bytes.writeUInt32LE(0xffff_ffff, 4));
    expect(await scanned()).toEqual(found('second'));
  });

  test('a truncated end is skipped', async () => {
    await append(...words('first', 'second'));
    for (let cut = 1; cut < 18; cut++) {
      await hurt((bytes) => bytes.subarray(0, bytes.length - 1));
      expect(await scanned()).toEqual(good('first'));
    }
  });

  test('four megabytes of anything between two records are searched', async () => {
    await append(...words('first'));
    await store.close();
    appendFileSync(path(1), Buffer.concat([Buffer.alloc(4 << 20, 'KSE'), frame(Buffer.from('far'))]));
    await open();
    expect(await scanned()).toEqual([...good('first'), ...found('far')]);
  });

  test('a missing file has no records', async () => {
    const [at] = await append(...words('first'));
    await store.close();
    for (const name of readdirSync(directory)) rmSync(join(directory, name));
    await open();
    expect(await store.read(at!)).toBeNull();
    expect(await scanned()).toEqual([]);
  });
});
