import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readStoredSettings, writeStoredSettings } from '../../../main/node/settings-file.ts';
import { newFolder } from '../../support/folder.ts';
import { createRandom } from '../../support/random.ts';

const USABLE = { unknown: {}, state: 'usable' } as const;

function folderWith(content: string | Uint8Array): string {
  const folder = newFolder();
  writeFileSync(join(folder, 'node-settings.json'), content);
  return folder;
}
const readJson = (content: unknown) => readStoredSettings(folderWith(JSON.stringify(content)));
const codesOf = ({ notices }: { notices: readonly { code: string }[] }) => notices.map(({ code }) => code);

test('a data directory without the file has no stored settings and nothing to say', () => {
  expect(readStoredSettings(newFolder())).toEqual({ values: {}, unknown: {}, state: 'usable', notices: [] });
});

test('what was written is read again, and only the owner can read the file', async () => {
  const folder = newFolder();
  const values = { listen: ['/ip4/127.0.0.1/tcp/1'], pruneMb: 500, privateBroadcast: false };
  await writeStoredSettings(folder, values, USABLE);
  expect(readStoredSettings(folder)).toMatchObject({ values, notices: [] });
  expect(statSync(join(folder, 'node-settings.json')).mode & 0o777).toBe(0o600);
});

test('a key of a later version is kept when the file is written', async () => {
  const folder = folderWith('{"version":1,"colour":{"deep":[1]},"__proto__":{"pruneMb":77},"pruneMb":20}');
  const read = readStoredSettings(folder);
  expect(read.values).toEqual({ pruneMb: 20 });
  await writeStoredSettings(folder, { pruneMb: 30 }, read);
  expect(JSON.parse(readFileSync(join(folder, 'node-settings.json'), 'utf8'))).toEqual(
    JSON.parse('{"version":1,"colour":{"deep":[1]},"__proto__":{"pruneMb":77},"pruneMb":30}'),
  );
});

describe('a value that is not allowed is ignored, and the rest of the file is used:', () => {
  test.each([
    ['a number that is too small', { pruneMb: 9 }],
    ['a fraction', { maxUpload: 20.5 }],
    ['text for a number', { threads: '2' }],
    ['a word for true', { privateBroadcast: 'yes' }],
    ['a level that does not exist', { logLevel: 'loud' }],
    ['null', { asmap: null }],
    ['an address that is none', { listen: ['somewhere'] }],
    ['a list that is too long', { bootstrap: new Array(257).fill('/ip4/127.0.0.1/tcp/1') }],
    ['a list in a list', { announce: [['/ip4/127.0.0.1/tcp/1']] }],
  ])('%s', (_what, wrong) => {
    const read = readJson({ version: 1, ...wrong, threadShare: 50 });
    expect(read.values).toEqual({ threadShare: 50 });
    expect(codesOf(read)).toEqual(['setting-ignored']);
  });
});

describe('nothing is used of', () => {
  test.each([
    ['an empty file', ''],
    ['half a file', '{"version":1,"pruneMb":50'],
    ['a list', '[1]'],
    ['null', 'null'],
    ['a text', '"settings"'],
    ['a file without a version', '{"pruneMb":500}'],
    ['a version that is no number', '{"version":"1","pruneMb":500}'],
    ['version 0', '{"version":0,"pruneMb":500}'],
    ['bytes that are not text', Uint8Array.of(0, 255, 254, 128)],
    ['a file that is too large', `{"version":1,"pruneMb":500,"x":"${'y'.repeat(1 << 20)}"}`],
    ['very deep JSON', '['.repeat(200_000)],
  ])('%s, and the notice says so', (_what, content) => {
    const read = readStoredSettings(folderWith(content));
    expect(read).toMatchObject({ values: {}, state: 'damaged' });
    expect(codesOf(read)).toEqual(['settings-unreadable']);
  });

  test('a folder, a link to nothing, and a pipe that would wait for ever', () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'node-settings.json'));
    const linked = newFolder();
    symlinkSync(join(linked, 'nothing'), join(linked, 'node-settings.json'));
    const piped = newFolder();
    execFileSync('mkfifo', [join(piped, 'node-settings.json')]);
    expect(codesOf(readStoredSettings(folder))).toEqual(['settings-unreadable']);
    expect(readStoredSettings(linked).values).toEqual({});
    expect(codesOf(readStoredSettings(piped))).toEqual(['settings-unreadable']);
  });
});

test('random changes of a valid file never throw, and give only allowed values', () => {
  const random = createRandom(7);
  const valid = Buffer.from(
    '{"version":1,"listen":["/ip4/127.0.0.1/tcp/1"],"pruneMb":500,"threads":3,"logLevel":"warn"}',
  );
  for (let i = 0; i < 400; i++) {
    const bytes = Buffer.from(valid);
    for (let n = 0; n <= i % 4; n++) bytes[random.int(bytes.length)] = random.int(256);
    const { values } = readStoredSettings(folderWith(bytes.subarray(0, random.int(bytes.length + 1))));
    if (values.pruneMb !== undefined) expect(values.pruneMb).toBeGreaterThanOrEqual(10);
    if (values.threads !== undefined) expect(values.threads).toBeLessThanOrEqual(256);
  }
});

test('a file of a newer version is neither used nor replaced', async () => {
  const text = '{"version":2,"pruneMb":500}';
  const folder = folderWith(text);
  const read = readStoredSettings(folder);
  expect(read.values).toEqual({});
  expect(codesOf(read)).toEqual(['settings-newer']);
  await expect(writeStoredSettings(folder, { pruneMb: 30 }, read)).rejects.toMatchObject({
    code: 'settings-newer',
  });
  expect(readFileSync(join(folder, 'node-settings.json'), 'utf8')).toBe(text);
});

test('a file that could not be read is kept beside the new one', async () => {
  const folder = folderWith('my notes');
  await writeStoredSettings(folder, { pruneMb: 30 }, readStoredSettings(folder));
  expect(readFileSync(join(folder, 'node-settings.json.damaged'), 'utf8')).toBe('my notes');
  expect(readStoredSettings(folder)).toMatchObject({ values: { pruneMb: 30 }, notices: [] });
});

test('settings that would make the file too large are refused, and the old file stays', async () => {
  const folder = newFolder();
  await writeStoredSettings(folder, { pruneMb: 30 }, USABLE);
  const long = { ...USABLE, unknown: { notes: 'x'.repeat(1 << 20) } };
  await expect(writeStoredSettings(folder, {}, long)).rejects.toMatchObject({ code: 'settings-unwritable' });
  expect(readStoredSettings(folder).values).toEqual({ pruneMb: 30 });
  expect(existsSync(join(folder, 'node-settings.json.new'))).toBe(false);
});
