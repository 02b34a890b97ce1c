import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { silentLog } from '../../../main/lib/log.ts';
import { NODE_OPTIONS, type OptionSources } from '../../../main/node/node-options.ts';
import { openNodeSettings, type OpenSettings } from '../../../main/node/node-settings.ts';
import { resolveFor } from '../../../main/node/resolve-options.ts';
import { newFolder } from '../../support/folder.ts';

interface Given {
  readonly datadir?: string;
  readonly options?: object;
  readonly sources?: OptionSources;
}

function open({ datadir = newFolder(), options = {}, sources = {} }: Given = {}): OpenSettings {
  const resolved = resolveFor(REGTEST_NETWORK, null, { ...NODE_OPTIONS.parse(options), sources, datadir });
  return openNodeSettings({ resolved, canRestart: true, log: () => silentLog });
}

function stored(content: object): string {
  const datadir = newFolder();
  writeFileSync(join(datadir, 'node-settings.json'), JSON.stringify({ version: 1, ...content }));
  return datadir;
}

test('without anything, every setting has its default and says so', () => {
  const { values, restart } = open().read();
  expect(values.pruneMb).toEqual({ value: null, next: null, source: 'default', effect: 'now' });
  expect(values.listen.value).toEqual(['/ip4/127.0.0.1/tcp/0']);
  expect(values.threads.value).toBeNull();
  expect(new Set(Object.values(values).map(({ source }) => source))).toEqual(new Set(['default']));
  expect(restart).toEqual({ needed: false, possible: true });
});

test('arguments and the config file win over the stored settings, which win over the defaults', () => {
  const datadir = stored({ pruneMb: 100, maxUpload: 200, logLevel: 'warn' });
  const sources = { pruneMb: 'argument', maxUpload: 'config-file' } as const;
  const settings = open({ datadir, options: { pruneMb: 11, maxUpload: 22 }, sources });
  const { values } = settings.read();
  expect(values.pruneMb).toMatchObject({ value: 11, source: 'argument' });
  expect(values.maxUpload).toMatchObject({ value: 22, source: 'config-file' });
  expect(values.logLevel).toMatchObject({ value: 'warn', source: 'settings' });
  expect(settings.resolved).toMatchObject({ pruneBytes: 11_000_000, maxUpload: 22_000, logLevel: 'warn' });
});

test('a change that applies at once is the value, is announced, and is there at the next start', async () => {
  const datadir = newFolder();
  const settings = open({ datadir });
  const heard: unknown[] = [];
  settings.onChanged(() => heard.push(settings.current().maxUpload));
  const { values, restart } = await settings.change({ maxUpload: 300 });
  expect(values.maxUpload).toEqual({ value: 300, next: 300, source: 'settings', effect: 'now' });
  expect([restart.needed, heard]).toEqual([false, [300]]);
  expect(open({ datadir }).resolved.maxUpload).toBe(300_000);
});

test('a change that needs a restart is the next value, and going back ends the need', async () => {
  const settings = open();
  const listen = ['/ip4/127.0.0.1/tcp/9'];
  const changed = await settings.change({ listen });
  expect(changed.values.listen).toMatchObject({ value: ['/ip4/127.0.0.1/tcp/0'], next: listen });
  expect(changed.restart.needed).toBe(true);
  expect((await settings.change({ listen: null })).restart.needed).toBe(false);
});

test('null removes a setting from the file', async () => {
  const datadir = stored({ pruneMb: 100, maxUpload: 200 });
  const { values } = await open({ datadir }).change({ pruneMb: null });
  expect(values.pruneMb).toMatchObject({ value: null, source: 'default' });
  expect(JSON.parse(readFileSync(join(datadir, 'node-settings.json'), 'utf8'))).toEqual({
    version: 1,
    maxUpload: 200,
  });
});

test('changes at the same time do not lose each other', async () => {
  const datadir = newFolder();
  const settings = open({ datadir });
  await Promise.all([
    settings.change({ pruneMb: 10 }),
    settings.change({ maxUpload: 20 }),
    settings.change({ threads: 3 }),
  ]);
  expect(open({ datadir }).current()).toMatchObject({ pruneMb: 10, maxUpload: 20, threads: 3 });
});

describe('refuses', () => {
  test.each([
    ['argument', 'setting-fixed-argument'],
    ['config-file', 'setting-fixed-config-file'],
    ['program', 'setting-fixed-program'],
  ] as const)('to change what the %s sets, and changes nothing else either', async (source, code) => {
    const settings = open({ options: { pruneMb: 50 }, sources: { pruneMb: source } });
    await expect(settings.change({ maxUpload: 30, pruneMb: 60 })).rejects.toMatchObject({ code });
    expect(settings.read().values.maxUpload.source).toBe('default');
  });

  test('an address that is not valid', async () => {
    await expect(open().change({ listen: ['here'] })).rejects.toMatchObject({ code: 'address-invalid' });
  });

  test('an ASN map that is not there, is none, or has a path that is not complete', async () => {
    const settings = open();
    const file = join(newFolder(), 'map.dat');
    await expect(settings.change({ asmap: file })).rejects.toMatchObject({ code: 'asmap-unreadable' });
    writeFileSync(file, 'no map');
    await expect(settings.change({ asmap: file })).rejects.toMatchObject({ code: 'asmap-invalid' });
    await expect(settings.change({ asmap: 'map.dat' })).rejects.toMatchObject({ code: 'input-invalid' });
  });

  test('to change anything when the file cannot be written, and keeps what was', async () => {
    const datadir = newFolder();
    const settings = open({ datadir });
    rmSync(datadir, { recursive: true });
    await expect(settings.change({ pruneMb: 40 })).rejects.toMatchObject({ code: 'settings-unwritable' });
    expect(settings.read().values.pruneMb).toMatchObject({ value: null, source: 'default' });
  });
});

test('a stored ASN map that is gone keeps no node from starting, and the notice says so', () => {
  const settings = open({ datadir: stored({ asmap: '/nowhere/map.dat', pruneMb: 20 }) });
  expect(settings.resolved).toMatchObject({ asnMap: undefined, pruneBytes: 20_000_000 });
  expect(settings.notices().map(({ code }) => code)).toEqual(['setting-asmap-unusable']);
});

test('a miner that is started without a load gets the one of the settings', async () => {
  const settings = open();
  expect(settings.miningDefaults()).toEqual({ threads: undefined, share: 1 });
  await settings.change({ threads: 2, threadShare: 25 });
  expect(settings.miningDefaults()).toEqual({ threads: 2, share: 0.25 });
});
