/** Files that we read without having written every byte of them: whatever stands there is read to its end without an exception. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { KithError } from '../../main/lib/errors.ts';
import { exportChain, importChain } from '../../main/chain/chain-file.ts';
import { isKnownErrorCode } from '../../shared/errors.ts';
import { readManifest } from '../../main/chain/snapshot-files.ts';
import { readLog } from '../../main/storage/level-log-file.ts';
import { readVersion } from '../../main/storage/level-manifest.ts';
import { isWholeTable } from '../../main/storage/level-table-file.ts';
import { frame, scanRecords } from '../../main/storage/segment-frame.ts';
import { createRandom } from '../support/random.ts';
import { extend, newDirectory, openTestChain } from '../support/chain/test-chain.ts';
import { mutate } from './mutate.ts';

const SEED = Number(process.env['KITH_FUZZ_SEED'] ?? 20_261_122);
const RUNS = Number(process.env['KITH_FUZZ_RUNS'] ?? 400);
const options = (numRuns: number) => ({ seed: SEED, numRuns });
const seeds = fc.integer({ min: 0, max: 0xffff_ffff });

/** A database with tables, a log and a manifest. */
let files: { log: Uint8Array; manifest: Uint8Array; table: Uint8Array };
beforeAll(async () => {
  const directory = newDirectory();
  for (let session = 0; session < 2; session++) {
    const level = new ClassicLevel(directory, { compression: false });
    await level.open();
    for (let i = 0; i < 40; i++) await level.put(`key ${session} ${i}`, 'value '.repeat(i % 7));
    await level.close();
  }
  const read = (pattern: RegExp) =>
    Uint8Array.from(
      readFileSync(
        join(
          directory,
          readdirSync(directory).find((name) => pattern.test(name))!,
        ),
      ),
    );
  files = { log: read(/\.log$/), manifest: read(/^MANIFEST/), table: read(/\.ldb$/) };
});

describe('files of LevelDB', () => {
  const readAll = (bytes: Uint8Array) => {
    const { records } = readLog(bytes);
    expect(records.reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(bytes.length);
    readVersion(records);
    readVersion([bytes]);
    return isWholeTable(bytes);
  };

  test('random bytes are not read as an intact table, and no reader throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(readAll(bytes)).toBe(false);
      }),
      options(RUNS),
    );
  });

  test('no reader throws on mutated files', () => {
    expect(isWholeTable(files.table)).toBe(true);
    expect(readVersion(readLog(files.manifest).records)?.tables.size).toBeGreaterThan(0);
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = createRandom(seed);
        for (const bytes of Object.values(files)) readAll(mutate(bytes, random));
      }),
      options(RUNS / 2),
    );
  });

  test('the manifest reader does not throw on mutated edits with valid checksums', () => {
    const { records } = readLog(files.manifest);
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = createRandom(seed);
        readVersion(records.map((edit) => mutate(edit, random)));
      }),
      options(RUNS),
    );
  });
});

describe('segment files', () => {
  test('a scan of a mutated segment file returns only records that were written', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const random = createRandom(seed);
        const payloads = Array.from({ length: 1 + random.int(6) }, () => random.bytes(random.int(200)));
        const known = new Set(payloads.map((each) => Buffer.from(each).toString('hex')));
        const bytes = mutate(Buffer.concat(payloads.map(frame)), random);
        const read = async (offset: number, length: number) =>
          offset + length <= bytes.length ? bytes.subarray(offset, offset + length) : null;
        const limits = { from: 0, size: bytes.length, maxRecordBytes: 1000 };
        for await (const { payload } of scanRecords(read, 1, limits))
          expect(known).toContain(Buffer.from(payload).toString('hex'));
      }),
      options(RUNS),
    );
  });
});

test('an invalid manifest of a snapshot folder is read as null', async () => {
  const folder = newDirectory();
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.json(),
        fc.string(),
        fc.jsonValue().map((value) => JSON.stringify({ format: 1, chunks: [value] })),
      ),
      async (text) => {
        writeFileSync(join(folder, 'manifest.json'), text);
        expect(await readManifest(folder)).toBeNull();
      },
    ),
    options(RUNS / 2),
  );
});

test(
  'a mutated chain file is imported or refused with a code that has a sentence',
  { timeout: 60_000 },
  async () => {
    const directory = newDirectory();
    mkdirSync(join(directory, 'files'));
    const source = await openTestChain();
    for (let i = 0; i < 5; i++) await extend(source);
    const original = join(directory, 'files', 'original');
    await exportChain(source, original);
    await source.close();
    const whole = readFileSync(original);
    const chain = await openTestChain({ directory });
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const file = join(directory, 'files', 'changed');
        writeFileSync(file, mutate(whole, createRandom(seed)));
        const error: unknown = await importChain(chain, file).then(
          () => null,
          (failed: unknown) => failed,
        );
        if (error === null) return;
        expect(error).toBeInstanceOf(KithError);
        expect(isKnownErrorCode((error as KithError).code)).toBe(true);
      }),
      options(RUNS / 4),
    );
    expect(await importChain(chain, original)).toEqual({ blocks: 5, complete: true });
    await chain.idle();
    expect(chain.tip().height).toBe(5);
    await chain.close();
  },
);
