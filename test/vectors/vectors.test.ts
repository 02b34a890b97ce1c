import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeReport, type KindReport, reportAsJson, runVectors } from './run-vectors.ts';
import { newDirectory } from '../support/chain/test-chain.ts';
import { sharedFolder } from '../support/shared-data.ts';

const numbers = ({ total, passed, failed }: KindReport) => ({ total, passed, failed });

test('every published vector passes', async ({ skip }) => {
  const folder = sharedFolder('vectors');
  if (folder === null) return skip('the shared data folder is missing');
  const report = await runVectors(folder);
  expect([...report.kinds.keys()].sort()).toEqual([
    'asert',
    'bip39-english',
    'ed25519-speccheck',
    'ed25519-zip215',
    'slip10-ed25519',
  ]);
  for (const [name, { failures }] of report.kinds) expect(failures, name).toEqual([]);
  expect(numbers(report.kinds.get('ed25519-zip215')!)).toEqual({ total: 196, passed: 196, failed: 0 });
  expect(numbers(report.kinds.get('ed25519-speccheck')!)).toEqual({ total: 12, passed: 12, failed: 0 });
  expect(report.skipped).toEqual([]);
});

test('signatures of RFC 8032 in the form of Wycheproof, old names and new', async () => {
  const report = await runVectors(join(import.meta.dirname, 'samples'));
  expect(report.kinds.get('ed25519_test')?.failures).toEqual([]);
  expect(reportAsJson(report)).toBe('{"kinds":{"ed25519_test":{"total":7,"passed":7,"failed":0}}}');
});

test('ASERT runs as they are published: the time of the anchor’s parent, heights beyond 63 bits, blank lines', async () => {
  const directory = newDirectory();
  // Runs 9 and 10 of the published set: across the largest signed 32-bit and 64-bit heights.
  const head = (height: bigint, time: string, rows: number) => [
    `## description: run of ${rows} blocks `,
    `##   anchor height: ${height}`,
    `##   ${time}`,
    '##   anchor nBits: 0x1802aee8',
    `##   start height: ${height + 1n}`,
    `##   iterations: ${rows}`,
    '# iteration,height,time,target',
  ];
  const run = (height: bigint, anchor: string, start: number, spacing: number, bits: readonly string[]) =>
    [
      ...head(height, anchor, bits.length),
      ...bits.map((target, i) => `${i + 1} ${height + BigInt(i + 1)} ${start + i * spacing} 0x1802${target}`),
      '',
      '',
    ].join('\n');
  const fast = ['ae16', 'ad44', 'ac71', 'ab9e', 'aacd', 'a9fa', 'a929', 'a858', 'a787', 'a6b7'];
  const slow = ['afbb', 'b08f', 'b166', 'b23a', 'b30e', 'b3e5', 'b4bb', 'b592', 'b669', 'b73d'];
  const run09 = run(2n ** 31n - 6n, 'anchor ancestor time: 1234567290', 1_234_568_190, 300, fast);
  const run10 = run(2n ** 63n - 6n, 'anchor parent time: 2147483047', 2_147_484_547, 900, slow);
  mkdirSync(join(directory, 'asert'));
  writeFileSync(join(directory, 'asert', 'run09'), run09);
  writeFileSync(join(directory, 'asert', 'run10'), run10);
  writeFileSync(join(directory, 'downloaded'), run10);
  const report = await runVectors(directory);
  expect(report.kinds.get('asert')).toMatchObject({ total: 20, passed: 20, failures: [] });
  expect(report.kinds.get('downloaded')).toMatchObject({ total: 10, passed: 10 });
});

describe('errors are reported, and do not stop the rest', () => {
  const ZIP = { vk_bytes: '00'.repeat(32), sig_bytes: '00'.repeat(64) };
  const VALID = {
    vk_bytes: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    sig_bytes: 'e5'.repeat(64),
  };
  const RUN = [
    '## anchor height: 1',
    '## anchor ancestor time: 0',
    '## anchor nBits: 0x1d00ffff',
    '## iterations: 2',
  ];

  const cases: [what: string, file: string, content: string, expected: object, why: RegExp | null][] = [
    ['no JSON', 'ed25519-zip215.json', '{"a":', { total: 1, failed: 1 }, /not JSON/],
    ['another shape', 'ed25519-zip215.json', '{}', { total: 1, failed: 1 }, /not a list/],
    ['nothing in it', 'ed25519-speccheck.json', '[]', { total: 1, failed: 1 }, /no vector/],
    [
      'a vector without hexadecimal',
      'ed25519-zip215.json',
      JSON.stringify([ZIP, { ...VALID, vk_bytes: 'zz' }]),
      { total: 2, failed: 1 },
      /hexadecimal/,
    ],
    [
      'a vector that is null',
      'ed25519-zip215.json',
      JSON.stringify([null, ZIP]),
      { total: 2, failed: 1 },
      /not an object/,
    ],
    [
      'keys of any size',
      'ed25519-zip215.json',
      JSON.stringify([{ vk_bytes: '', sig_bytes: '00' }]),
      { total: 1, failed: 0 },
      null,
    ],
    [
      'words that are none',
      'bip39-english.json',
      JSON.stringify({ english: [['00'.repeat(16), 'so what', '00']] }),
      { total: 1, failed: 1 },
      /other words/,
    ],
    [
      'entropy of no size',
      'bip39-english.json',
      JSON.stringify({ english: [['00', 'so what', '00']] }),
      { total: 1, failed: 1 },
      /threw/,
    ],
    [
      'a path that is none',
      'slip10-ed25519.json',
      JSON.stringify([{ seed: '00'.repeat(16), chains: [{ path: 'm/0' }] }]),
      { total: 1, failed: 1 },
      /threw/,
    ],
    [
      'a run with other bits',
      'asert.txt',
      [...RUN, '1 2 1200 0x1d00ffff', '2 3 1800 0x1d00fffe', ''].join('\n'),
      { total: 2, failed: 1 },
      /0x1d00ffff/,
    ],
    ['a run without a head', 'asert.txt', '1 2 1200 0x1d00ffff', { total: 1, failed: 1 }, /head/],
    [
      'a run with a head that is no number',
      'asert.txt',
      [RUN[0], '## anchor parent time: -1', ...RUN.slice(2), '1 2 1200 0x1d00ffff'].join('\n'),
      { total: 1, failed: 1 },
      /anchor ancestor time or anchor parent time/,
    ],
    [
      'a run cut short',
      'asert.txt',
      [...RUN, '1 2 1200 0x1d00ffff'].join('\n'),
      { total: 2, failed: 1 },
      /missing/,
    ],
    [
      'Wycheproof without keys',
      'ed25519_test.json',
      JSON.stringify({ testGroups: [{ tests: [] }] }),
      { total: 1, failed: 1 },
      /publicKeyDer/,
    ],
    [
      'Wycheproof with an unknown result',
      'ed25519_test.json',
      JSON.stringify({
        testGroups: [
          { key: { pk: VALID.vk_bytes }, tests: [{ tcId: 4, msg: '', sig: '', result: 'who knows' }] },
        ],
      }),
      { total: 1, failed: 1 },
      /none that is known/,
    ],
  ];

  test.each(cases)('%s', async (_, file, content, expected, why) => {
    const directory = newDirectory();
    writeFileSync(join(directory, file), content);
    const report = await runVectors(directory);
    const [kind] = report.kinds.values();
    expect(kind).toMatchObject(expected);
    if (why) expect(describeReport(report).join('\n')).toMatch(why);
  });

  test.each([
    ['ecdsa', { algorithm: 'ECDSA', testGroups: [{ type: 'EcdsaVerify', tests: [{ tcId: 1 }] }] }],
    [
      'ed448',
      {
        algorithm: 'EDDSA',
        testGroups: [{ publicKey: { curve: 'edwards448', pk: '00' }, tests: [{ tcId: 1 }] }],
      },
    ],
    ['nameless', { testGroups: [{ tests: [{ tcId: 1 }] }] }],
  ])('a Wycheproof file for %s is of no known kind', async (name, content) => {
    const directory = newDirectory();
    writeFileSync(join(directory, `${name}.json`), JSON.stringify(content));
    const report = await runVectors(directory);
    expect([...report.kinds.keys()]).toEqual([]);
    expect(report.skipped).toMatchObject([{ name }]);
  });

  test('a Wycheproof file of Ed25519 is recognised by its content, whatever its name', async () => {
    const directory = newDirectory();
    const sample = readFileSync(join(import.meta.dirname, 'samples', 'ed25519_test.json'), 'utf8');
    writeFileSync(join(directory, 'downloaded.json'), sample);
    const [kind] = (await runVectors(directory)).kinds.values();
    expect(kind!.passed).toBe(kind!.total);
    expect(kind!.total).toBeGreaterThan(2);
  });

  test('unknown kinds are skipped with a message; files of a known form run under their own name', async () => {
    const directory = newDirectory();
    for (const folder of ['more', 'asert', 'sapling']) mkdirSync(join(directory, folder));
    writeFileSync(join(directory, 'README.md'), '# Notes');
    writeFileSync(join(directory, 'sha3.json'), '{"what":1}');
    writeFileSync(join(directory, 'mine.json'), JSON.stringify([ZIP]));
    writeFileSync(join(directory, 'more', 'ed25519-speccheck.json'), JSON.stringify([]));
    writeFileSync(
      join(directory, 'asert', 'run01'),
      [...RUN, '1 2 1200 0x1d00ffff', '2 3 1800 0x1d00ffff'].join('\n'),
    );
    const report = await runVectors(directory);
    expect([...report.kinds.keys()].sort()).toEqual(['asert', 'ed25519-speccheck', 'mine']);
    expect(report.kinds.get('asert')).toMatchObject({ total: 2, passed: 2 });
    expect(report.skipped.map(({ name }) => name)).toEqual(['sapling', 'sha3']);
    expect(describeReport(report).filter((line) => line.includes('skipped'))).toHaveLength(2);
  });
});
