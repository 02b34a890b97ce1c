import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { mnemonicToSeed, phraseBytes, readWords, isWordsProblem } from '../../main/core/crypto/mnemonic.ts';
import { CHAIN, deriveChain, deriveKeySeed } from '../../main/wallet/keys/key-path.ts';
import { slip10Master } from '../../main/wallet/keys/slip10.ts';
import { createLockedMemory } from '../../main/wallet/secrets/locked-memory.ts';
import { newDirectory } from '../support/chain/test-chain.ts';
import type { NodeProcess } from '../support/nodes/node-process.ts';
import { coreLimits, findInMemory } from '../support/process-memory.ts';
import { startTestProcess } from '../support/stop-after-test.ts';

const WORDS =
  'gravity machine north sort system female filter attitude volume fold club stay feature office ecology stable narrow fog';
const PASSWORD = 'a password of this test';
const NAME = 'w';
const PASSPHRASE = 'tr\u00e9ma';

const isLinux = process.platform === 'linux';
if (!isLinux) console.log('skipped: only Linux shows the memory of another process (/proc/PID/mem)');

/** Everything from which coins could be spent. */
const secrets = new Map<string, Uint8Array>();
/** Those that an unlocked wallet keeps. */
const KEPT = ['receive key', 'receive chain code', 'change key', 'change chain code'];

beforeAll(async () => {
  const words = readWords(WORDS);
  if (isWordsProblem(words)) throw new Error(words.problem);
  const seed = await mnemonicToSeed(WORDS, PASSPHRASE);
  secrets.set('entropy', words.entropy);
  secrets.set('first half of the seed', seed.subarray(0, 32));
  secrets.set('second half of the seed', seed.subarray(32));
  secrets.set('master key', slip10Master(seed).key);
  for (const [name, chain] of Object.entries(CHAIN)) {
    const node = deriveChain(seed, 0, chain);
    secrets.set(`${name} key`, node.key);
    secrets.set(`${name} chain code`, node.chainCode);
    for (let index = 0; index < 3; index++)
      secrets.set(`private key ${index} of ${name}`, deriveKeySeed(node, index));
  }
});

/** What the user typed when the wallet was restored, as bytes and as strings of the JavaScript engine. */
function typed(): Map<string, Uint8Array> {
  const found = new Map([['phrase', phraseBytes(secrets.get('entropy')!)]]);
  for (const form of ['NFC', 'NFKD'] as const)
    for (const encoding of ['utf8', 'utf16le'] as const)
      found.set(`passphrase, ${form}, ${encoding}`, Buffer.from(PASSPHRASE.normalize(form), encoding));
  return found.set('passphrase, NFC, latin1', Buffer.from(PASSPHRASE, 'latin1'));
}

/** Everything that uses the keys: messages, a payment, the phrase itself if it is asked for. */
async function useWallet({ call }: NodeProcess): Promise<void> {
  const { address } = await call.wallet.address({ name: NAME });
  await call.wallet.signMessage({ name: NAME, password: PASSWORD, address, message: 'a message' });
  await call.wallet.send({ name: NAME, password: PASSWORD, to: [{ address, amount: 1_000_000 }] });
}

/** A node whose wallet was restored, has coins, and was used. */
async function startWithWallet(): Promise<NodeProcess> {
  const node = await startTestProcess({ datadir: newDirectory(), args: ['--no-listen'], listen: [] });
  await node.call.wallet.restore({ name: NAME, password: PASSWORD, mnemonic: WORDS, passphrase: PASSPHRASE });
  const { address } = await node.call.wallet.address({ name: NAME });
  await node.call.mining.generate({ address, blocks: 25 });
  await useWallet(node);
  return node;
}

const unlock = ({ call }: NodeProcess) => call.wallet.unlock({ name: NAME, password: PASSWORD });

describe.runIf(isLinux)('the memory of a node', () => {
  test('has the keys of an unlocked wallet once, where the system neither swaps nor dumps them, and none after it is locked', async () => {
    const node = await startWithWallet();
    await unlock(node);
    await useWallet(node);
    const unlocked = findInMemory(node.pid, secrets);
    expect(unlocked.map(({ name }) => name).sort()).toEqual([...KEPT].sort());
    const region = regionFlags(node.pid, unlocked[0]!.region.split(' ')[0]!);
    // With `ulimit -l 0` no program of this user can lock memory.
    if (createLockedMemory().locked) expect(region).toContain('lo');
    else
      console.log(
        'not checked: whether the keys are locked, because this system lets no program lock memory',
      );
    expect(region).toContain('dd');
    await node.call.wallet.lock({ name: NAME });
    expect(findInMemory(node.pid, secrets)).toEqual([]);
    await node.stop();
  });

  test('never has the recovery phrase or the passphrase as text when a wallet is unlocked with its password', async () => {
    const first = await startWithWallet();
    const { datadir } = first;
    await first.stop();
    const node = await startTestProcess({ datadir, args: ['--no-listen'], listen: [] });
    await unlock(node);
    await useWallet(node);
    await node.call.wallet.changePassword({ name: NAME, password: PASSWORD, next: `${PASSWORD} again` });
    await node.call.wallet.lock({ name: NAME });
    expect(findInMemory(node.pid, new Map([...secrets, ...typed()]))).toEqual([]);
    await node.stop();
  });
});

describe.runIf(isLinux)('a node that crashes while a wallet is unlocked', () => {
  test('has left its memory out of the core that a program of the system may collect', async () => {
    const node = await startWithWallet();
    expect(Number.parseInt(readFileSync(`/proc/${node.pid}/coredump_filter`, 'utf8'), 16)).toBe(0);
    await node.stop();
  });

  test('writes no core, also where the shell has allowed cores', async (context) => {
    if (!allowCores()) {
      console.log(
        'skipped: the hard limit lets no program write a core, or there is no prlimit to change it',
      );
      return context.skip();
    }
    const node = await startWithWallet();
    expect(coreLimits(node.pid)).toEqual(['0', '0']);
    const cores = coresOf(node.pid);
    const before = cores?.();
    await unlock(node);
    process.kill(node.pid, 'SIGABRT');
    await node.ended;
    if (cores === null)
      console.log('not checked: whether a core was written, because a program collects them');
    expect(cores?.()).toEqual(before);
  });
});

function regionFlags(pid: number, range: string): string[] {
  const regions = readFileSync(`/proc/${pid}/smaps`, 'utf8').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m);
  const region = regions.find((each) => each.startsWith(`${range} `))!;
  return /VmFlags: (.*)/.exec(region)![1]!.trim().split(' ');
}

/** Limits are inherited: without this no program of a test could write a core anyway. */
function allowCores(): boolean {
  try {
    execFileSync('prlimit', ['--core=unlimited:unlimited', '--pid', String(process.pid)], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}

/** Lists the cores where the system would write that of a process; null if it gives them to a program (core(5)). */
function coresOf(pid: number): (() => string[]) | null {
  const pattern = readFileSync('/proc/sys/kernel/core_pattern', 'utf8').trim();
  if (pattern.startsWith('|')) return null;
  const folder = resolve(readlinkSync(`/proc/${pid}/cwd`), dirname(pattern));
  const start = basename(pattern).split('%')[0]!;
  return () => readdirSync(folder).filter((name) => name.startsWith(start));
}
