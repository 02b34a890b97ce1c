import { createServer } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { NodeSettings } from '../../../shared/contract/settings.ts';
import type { NodeAbout } from '../../../shared/contract/node.ts';
import { newFolder } from '../../support/folder.ts';
import { stopAfterTest } from '../../support/stop-after-test.ts';
import { until } from '../../support/until.ts';
import { call, cleanUp, NODE, run, start } from './program.ts';

afterAll(cleanUp);

interface Ready {
  readonly addresses: readonly string[];
  readonly api: string;
  readonly tokenFile: string;
}

async function startIn(datadir: string, ...args: string[]): Promise<Ready> {
  const node = start([...BARE, '--datadir', datadir, ...args]);
  return (await node.line()) as unknown as Ready;
}

// Without an address to listen on, which is a setting here.
const BARE = NODE.filter((_, i) => i !== NODE.indexOf('--listen') && i !== NODE.indexOf('--listen') + 1);

const settingsOf = async (dir: string) => (await call(dir, 'settings.get')) as NodeSettings;
const addressesOf = async (dir: string): Promise<string[]> =>
  ((await call(dir, 'node.status')) as { addresses: string[] }).addresses;

/** A port of this computer that is taken until the test ends. */
async function takenPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stopAfterTest({ stop: () => new Promise<void>((resolve) => server.close(() => resolve())) });
  return (server.address() as { port: number }).port;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

/** Restarts the node of a data directory and waits until it runs again. */
async function restart(dir: string): Promise<void> {
  const { startedAt } = (await call(dir, 'node.about')) as NodeAbout;
  // The start is counted in whole seconds.
  await until(() => Math.floor(Date.now() / 1000) > startedAt, 'the next second');
  await call(dir, 'node.restart');
  await until(async () => {
    const { code, out } = await run(['call', '--datadir', dir, 'node.about']);
    return code === 0 && (JSON.parse(out) as NodeAbout).startedAt > startedAt;
  }, 'the node runs again');
}

test('an upload limit applies at once, and stays after the node is stopped', async () => {
  const dir = newFolder();
  await startIn(dir);
  await call(dir, 'settings.set', { maxUpload: 250 });
  expect(await call(dir, 'network.activity')).toMatchObject({ upload: { limit: 250_000 } });
  await call(dir, 'settings.set', { maxUpload: null });
  expect(await call(dir, 'network.activity')).toMatchObject({ upload: { limit: null } });
  await call(dir, 'settings.set', { maxUpload: 90 });
  await restart(dir);
  expect(await call(dir, 'network.activity')).toMatchObject({ upload: { limit: 90_000 } });
});

test('a node that is restarted keeps its API and listens where the settings say', async () => {
  const dir = newFolder();
  const { api, tokenFile } = await startIn(dir);
  const listen = [`/ip4/127.0.0.1/tcp/${await freePort()}`];
  const changed = (await call(dir, 'settings.set', { listen })) as NodeSettings;
  expect(changed.restart).toEqual({ needed: true, possible: true });
  expect(changed.values.listen).toMatchObject({ next: listen, source: 'settings', effect: 'restart' });
  await restart(dir);
  const { values, restart: after } = await settingsOf(dir);
  expect(values.listen.value).toEqual(listen);
  expect(after.needed).toBe(false);
  expect((await addressesOf(dir))[0]).toContain(listen[0]);
  expect((await run(['call', '--api', api, '--token-file', tokenFile, 'node.about'])).code).toBe(0);
});

test('a port of the settings that is taken does not keep the node from starting', async () => {
  const dir = newFolder();
  const port = await takenPort();
  const listen = [`/ip4/127.0.0.1/tcp/${port}`];
  writeFileSync(join(dir, 'node-settings.json'), JSON.stringify({ version: 1, listen }));
  await startIn(dir);
  // The defaults would be open to everybody.
  expect(await addressesOf(dir)).toEqual([]);
  const { notices } = await settingsOf(dir);
  expect(notices).toMatchObject([{ code: 'setting-listen-unusable' }]);
  expect(notices[0]!.message).toContain(String(port));
  expect(await call(dir, 'node.status')).toMatchObject({
    warnings: expect.arrayContaining(notices) as unknown,
  });
});

test('what was given as an argument cannot be changed, and the sentence says why', async () => {
  const dir = newFolder();
  await startIn(dir, '--max-upload', '100');
  const refused = await run(['call', '--datadir', dir, 'settings.set', '{"maxUpload":200}']);
  expect(refused.fault).toMatchObject({ code: 'setting-fixed-argument' });
  expect(refused.fault?.message).toContain('Upload rate');
  expect((await settingsOf(dir)).values.maxUpload).toMatchObject({ value: 100, source: 'argument' });
});

test('values and names outside of the contract are refused', async () => {
  const dir = newFolder();
  await startIn(dir);
  for (const wrong of [
    '{"pruneMb":9}',
    '{"maxUpload":1e9}',
    '{"datadir":"/"}',
    '{"logLevel":"loud"}',
    '[]',
  ]) {
    const { fault } = await run(['call', '--datadir', dir, 'settings.set', wrong]);
    expect([wrong, fault?.code]).toEqual([wrong, 'input-invalid']);
  }
});

test('a settings file full of nonsense gives the defaults and a warning', async () => {
  const dir = newFolder();
  writeFileSync(join(dir, 'node-settings.json'), '{"version":1,');
  await startIn(dir);
  expect(await call(dir, 'node.status')).toMatchObject({
    warnings: expect.arrayContaining([expect.objectContaining({ code: 'settings-unreadable' })]) as unknown,
  });
});
