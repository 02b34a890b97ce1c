import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { silentLog } from '../../../../main/lib/log.ts';
import { BLOCK_BYTES, createLockedMemory } from '../../../../main/wallet/secrets/locked-memory.ts';

const isLinux = process.platform === 'linux';
if (!isLinux) console.log('skipped: only Linux tells which pages are locked (/proc/self/smaps)');

test.runIf(isLinux)('the pages of the keys are locked and left out of core dumps', () => {
  const before = lockedRegions();
  const memory = createLockedMemory();
  if (!memory.locked) {
    // With `ulimit -l 0` no program of this user can lock memory.
    console.log('skipped: this system lets no program lock memory');
    return;
  }
  memory.take(BLOCK_BYTES, silentLog).bytes.fill(1);
  expect(lockedRegions() - before).toBe(1);
});

test('a released block is overwritten, and releasing it again does not touch its next owner', () => {
  const memory = createLockedMemory();
  const first = memory.take(BLOCK_BYTES, silentLog);
  first.bytes.fill(7);
  first.release();
  expect(first.bytes).toEqual(new Uint8Array(BLOCK_BYTES));
  const second = memory.take(BLOCK_BYTES, silentLog);
  expect(second.bytes.byteOffset).toBe(first.bytes.byteOffset);
  second.bytes.fill(9);
  first.release();
  expect(second.bytes).toEqual(new Uint8Array(BLOCK_BYTES).fill(9));
});

test('blocks do not overlap, and there are more than the locked memory holds', () => {
  const memory = createLockedMemory();
  const blocks = Array.from({ length: 1000 }, (_, at) => {
    const block = memory.take(BLOCK_BYTES, silentLog);
    block.bytes.fill(at);
    return block;
  });
  blocks.forEach(({ bytes }, at) => expect(new Set(bytes)).toEqual(new Set([at % 256])));
  for (const block of blocks) block.release();
  expect(Buffer.concat(blocks.map(({ bytes }) => bytes))).toEqual(Buffer.alloc(1000 * BLOCK_BYTES));
});

test('a system that refuses to lock memory still gives blocks', () => {
  const memory = createLockedMemory(() => false);
  expect(memory.locked).toBe(false);
  expect(memory.take(BLOCK_BYTES, silentLog).bytes).toHaveLength(BLOCK_BYTES);
});

test('a system that refuses to lock memory is reported to the log, once', () => {
  const warnings: string[] = [];
  const log = { warn: (message: string) => void warnings.push(message) };
  const memory = createLockedMemory(() => false);
  expect(warnings).toEqual([]);
  for (let i = 0; i < 1000; i++) memory.take(BLOCK_BYTES, log);
  expect(warnings).toEqual([
    'the system does not let Kith lock memory: keys of unlocked wallets may be written to swap',
  ]);
});

test('the first block that is not in locked memory is reported to the log, and no later one', () => {
  const warnings: string[] = [];
  const log = { warn: (message: string) => void warnings.push(message) };
  const memory = createLockedMemory(() => true);
  const blocks = Array.from({ length: memory.free }, () => memory.take(BLOCK_BYTES, log));
  expect([memory.free, warnings]).toEqual([0, []]);
  memory.take(BLOCK_BYTES, log);
  memory.take(BLOCK_BYTES, log);
  expect(warnings).toEqual([
    'all locked memory is in use: keys of further unlocked wallets may be written to swap',
  ]);
  for (const block of blocks) block.release();
  expect(memory.free).toBe(blocks.length);
});

/** Writable regions of this process that are locked (`lo`) and not dumped (`dd`). */
function lockedRegions(): number {
  return readFileSync('/proc/self/smaps', 'utf8')
    .split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)
    .filter(
      (region) => /^\S+ rw/.test(region) && /VmFlags:.* lo\b/.test(region) && /VmFlags:.* dd\b/.test(region),
    ).length;
}
