import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { messageOf } from '../../main/lib/errors.ts';
import { newDirectory } from '../support/chain/test-chain.ts';
import { startNodeProcess } from '../support/nodes/node-process.ts';

const mounted: string[] = [];
afterEach(() => {
  for (const directory of mounted.splice(0)) execFileSync('umount', ['--lazy', directory]);
});

test('a data directory on a read-only mount is refused with its own code, and nothing is renamed', async (context) => {
  const disk = newDirectory();
  const mount = (...args: string[]) => execFileSync('mount', [...args, disk], { stdio: 'ignore' });
  try {
    mount('-t', 'tmpfs', '-o', 'size=24m', 'kith-test');
  } catch {
    console.log('skipped: only root can mount the disk that this test needs');
    return context.skip();
  }
  mounted.push(disk);
  const datadir = join(disk, 'node');
  const start = () => startNodeProcess({ datadir, listen: [], args: ['--no-listen'] });
  const failure = () => start().then((node) => node.kill(), messageOf);
  const node = await start();
  await node.call.wallet.create({ name: 'w', password: 'nothing is stored' });
  const { address } = await node.call.wallet.address({ name: 'w' });
  await node.call.mining.generate({ address, blocks: 3 });
  await node.stop();

  mount('-o', 'remount,ro');
  expect(await failure()).toContain('disk-read-only');
  mount('-o', 'remount,rw');
  for (const name of ['wallet-data', 'peers', 'chain'])
    expect(existsSync(join(datadir, `${name}.damaged`))).toBe(false);
  const again = await start();
  expect(await again.call.chain.tip()).toMatchObject({ height: 3 });
  await again.stop();
});

test('every kind of storage reports `files-exhausted` when no more files can be opened', (context) => {
  if (process.platform === 'win32') {
    console.log('skipped: Windows has no limit of open files');
    return context.skip();
  }
  const fixture = join(import.meta.dirname, '../support/fixtures/open-without-files.ts');
  const out = execFileSync(
    'sh',
    ['-c', 'ulimit -n 96; exec "$@"', 'sh', process.execPath, fixture, newDirectory()],
    { encoding: 'utf8' },
  );
  const told = JSON.parse(out) as Record<string, string>;
  expect(Object.keys(told)).toHaveLength(7);
  expect(new Set(Object.values(told))).toEqual(new Set(['files-exhausted']));
});
