import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { REGTEST_NETWORK } from '../../main/core/params/built-in-networks.ts';
import { formatJoinLink } from '../../main/core/params/join-link.ts';
import { isNetworkFileProblem, readNetworkFile } from '../../main/core/params/network-file.ts';
import { networkFileHash, networkFileOf } from '../../main/net/join.ts';
import { PAYEE } from '../hostile/support/blocks.ts';
import { KITH } from '../support/programs.ts';
import { startTestProcess } from '../support/stop-after-test.ts';
import { until } from '../support/until.ts';

async function found(): Promise<{ file: string; link(addresses: readonly string[]): string }> {
  const file = join(mkdtempSync(join(tmpdir(), 'kith-join-')), 'street.kith.json');
  const args = ['network', 'create', '--name', 'Our street', '--spacing', '1', '--out', file];
  await promisify(execFile)(process.execPath, [KITH, ...args]);
  const text = readFileSync(file, 'utf8');
  const network = readNetworkFile(text);
  if (isNetworkFileProblem(network)) throw new Error(network.detail);
  const block = { height: 0, id: network.id, work: 1n };
  const link = (addresses: readonly string[]) =>
    formatJoinLink({ id: network.id, file: networkFileHash(networkFileOf(network)), block, addresses });
  return { file, link };
}

describe('joining', () => {
  test('a new node joins through a link to one member, and starts again with the link when that member is stopped', async () => {
    const { file, link } = await found();
    const first = await startTestProcess({ network: file });
    const member = await startTestProcess({ network: file, bootstrap: first.addresses });
    const home = { XDG_DATA_HOME: mkdtempSync(join(tmpdir(), 'kith-home-')) };
    const text = link(member.addresses.slice(0, 1));
    const joined = await startTestProcess({ join: text, env: home });
    await until(async () => (await joined.call.peers.list()).length > 0, 'a member of the network');
    const [met] = await joined.call.peers.list();
    expect(met?.foundBy).toBe('join-link');
    const { network } = await joined.call.node.status();
    expect(network).toBe('Our street');
    await joined.kill();
    await member.kill();
    // Nobody is there who could give it the file.
    const again = await startTestProcess({ join: text, env: home, datadir: joined.datadir });
    expect((await again.call.node.status()).network).toBe('Our street');
  });

  test.each([
    ['kith:join?nonsense', 'join-link-invalid'],
    [
      `kith:join?id=${'ab'.repeat(32)}&file=${'cd'.repeat(32)}&block=0.${'ab'.repeat(32)}.1&at=/ip4/127.0.0.1/tcp/1`,
      'join-unreachable',
    ],
  ])('a start with the link %s fails with the code %s', async (text, code) => {
    const args = ['node', '--join', text, '--json'];
    const env = { ...process.env, XDG_DATA_HOME: mkdtempSync(join(tmpdir(), 'kith-home-')) };
    const failed = await promisify(execFile)(process.execPath, [KITH, ...args], { env }).catch(
      (error: unknown) => error,
    );
    expect((failed as { stderr: string }).stderr).toContain(`"code":"${code}"`);
  });

  test('a node returns a link through which another node joins, and a node that cannot be reached returns none', async () => {
    const node = await startTestProcess({});
    const { link } = await node.call.node.joinLink();
    expect(link).toContain('&at=/ip4/127.0.0.1/tcp/');
    expect(link).not.toContain('file=');
    const joined = await startTestProcess({ join: link!, listen: [], args: ['--no-listen'] });
    const met = await until(async () => (await joined.call.peers.list())[0], 'joined');
    expect(met).toMatchObject({ id: node.peerId, foundBy: 'join-link' });
    expect(await joined.call.node.joinLink()).toEqual({ link: null });
  });

  test('the minimum work of a join link still holds when the node is started without the link', async () => {
    const poor = await startTestProcess({});
    await poor.call.mining.generate({ address: PAYEE, blocks: 5 });
    const block = { height: 50, id: REGTEST_NETWORK.id, work: 1000n };
    const addresses = poor.addresses.slice(0, 1);
    const text = formatJoinLink({ id: REGTEST_NETWORK.id, file: null, block, addresses });
    const first = await startTestProcess({ join: text });
    await until(async () => (await first.call.peers.list()).length > 0, 'connected');
    await first.kill();
    const again = await startTestProcess({ datadir: first.datadir, bootstrap: addresses });
    await until(async () => (await again.call.peers.list())[0]?.height === 5, 'it knows of the poor chain');
    // It is asked for its headers at once; what they lack is noticed before anything is stored.
    await poor.call.mining.generate({ address: PAYEE, blocks: 1 });
    await until(async () => (await again.call.peers.list())[0]?.height === 6, 'and of its growth');
    expect((await again.call.chain.tip()).height).toBe(0);
    const free = await startTestProcess({ bootstrap: addresses });
    await until(async () => (await free.call.chain.tip()).height === 6, 'anybody else follows it');
    expect((await again.call.node.status()).headers).toBe(0);
  });
});
