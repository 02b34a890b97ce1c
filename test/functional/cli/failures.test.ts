import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { newFolder } from '../../support/folder.ts';
import { cleanUp, run, start } from './program.ts';

afterAll(cleanUp);

const SENTENCE = /^[A-Z“].*[.…]$/;

describe('help', () => {
  test.each([[], ['--help']])('the arguments %j print the list of commands', async (...args: string[]) => {
    const { code, out } = await run(args);
    expect(code).toBe(0);
    expect(out).toMatch(/kith COMMAND --help/);
  });

  test.each(
    [
      ['node', '--network NAME'],
      ['call', 'PROCEDURE [JSON | -]'],
    ].flatMap(([command, words]) =>
      [
        [command!, '--help'],
        ['help', command!],
        [command!, 'help'],
        [command!, '--unknown', '-h'],
      ].map((args) => [args, words!] as const),
    ),
  )('the arguments %j print the help of the command', async (args, words) => {
    const { code, out } = await run(args);
    expect(code).toBe(0);
    expect(out).toContain(words);
  });

  test('--version prints the version', async () => {
    expect((await run(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('a wrong command line', () => {
  test.each([
    ['command-unknown', ['frobnicate']],
    ['argument-missing', ['node']],
    ['argument-unknown', ['node', '--netwrok', 'local']],
    ['argument-invalid', ['node', '--network', 'local', '--api-port', '70000']],
    ['argument-invalid', ['node', '--network', 'local', '--log-level', 'loud']],
    ['argument-invalid', ['node', '--network', 'local', '--listen', '/ip4/127.0.0.1/tcp/0', '--no-listen']],
    ['network-unknown', ['node', '--network', 'mian']],
    // A name, not a request for help.
    ['network-unknown', ['node', '--network', 'help']],
    ['folder-missing', ['network', 'create', '--name', 'Ours', '--out', '/none/of/these/folders/file']],
  ])('is refused with the code %s: %j', async (expected, args) => {
    const person = await run(args);
    expect(person.code).toBe(/^(?:network|folder)/.test(expected) ? 1 : 2);
    expect(person.err).toMatch(new RegExp(`^kith: .*\\[${expected}\\]\\n$`));
    const program = await run([...args, '--json']);
    expect(program.fault).toMatchObject({
      code: expected,
      message: expect.stringMatching(SENTENCE) as string,
    });
    expect(program.out).toBe('');
  });
});

describe('a call that fails', () => {
  test.each([
    ['argument-missing', ['call']],
    ['argument-unknown', ['call', 'node.status', '--datadri', 'x']],
    ['argument-unknown', ['call', 'node.status', '{}', 'more']],
    ['argument-missing', ['call', 'node.status', '--api', 'http://127.0.0.1:1/']],
    ['argument-invalid', ['call', 'node.status', '--api', 'nonsense', '--token-file', '/dev/null']],
    ['argument-invalid', ['call', 'node.status', '--for', 'ever']],
    ['procedure-unknown', ['call', 'node.frobnicate']],
    ['procedure-unknown', ['call', '__proto__.toString']],
    ['procedure-unknown', ['call', 'node']],
    ['json-invalid', ['call', 'node.status', '{"a":']],
    ['node-not-running', ['call', 'node.status', '--datadir', '/nowhere']],
    ['token-unusable', ['call', 'node.status', '--api', 'http://127.0.0.1:1/', '--token-file', '/nowhere']],
  ])('exits with code 1 and prints one JSON line with the code %s: %j', async (expected, args) => {
    const { code, out, fault } = await run(args);
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(fault).toMatchObject({ code: expected, message: expect.stringMatching(SENTENCE) as string });
  });

  test('wrong JSON is not repeated in the error, because it may contain a password', async () => {
    const { err } = await run(['call', 'wallet.create', '-'], '{"password":"hunter2",}');
    expect(err).toContain('json-invalid');
    expect(err).not.toContain('hunter2');
  });

  test('a call to a node that does not run fails with a code', async () => {
    const folder = newFolder();
    const token = join(folder, 'token');
    writeFileSync(token, 'A'.repeat(43));
    const { fault } = await run([
      'call',
      'node.status',
      '--api',
      'http://127.0.0.1:1/',
      '--token-file',
      token,
    ]);
    expect(fault).toMatchObject({ code: 'api-unreachable' });
    writeFileSync(join(folder, 'api.json'), JSON.stringify({ api: 'http://127.0.0.1:1/', pid: 1 }));
    writeFileSync(join(folder, 'api.token'), 'A'.repeat(43));
    const stale = await run(['call', 'node.status', '--datadir', folder]);
    expect(stale.fault).toMatchObject({ code: 'node-not-running', data: { where: folder } });
  });
});

describe('a node does not start', () => {
  const node = (...args: string[]) => run(['node', '--network', 'regtest', '--json', ...args]);

  test('when the data directory is a file', async () => {
    const file = join(newFolder(), 'file');
    writeFileSync(file, '');
    const { code, fault } = await node('--datadir', file);
    expect([code, fault?.code]).toEqual([1, 'datadir-unusable']);
    expect(fault?.message).toContain(file);
  });

  test('when the data directory cannot be written', async () => {
    if (process.getuid?.() === 0) return console.log('skipped: root may write everywhere');
    const folder = join(newFolder(), 'closed');
    mkdirSync(folder);
    chmodSync(folder, 0o500);
    expect((await node('--datadir', folder)).fault?.code).toBe('datadir-unusable');
  });

  test('when the port of the API is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const { code, fault } = await node('--datadir', newFolder(), '--api-port', String(port));
    server.close();
    expect([code, fault?.code]).toEqual([1, 'port-in-use']);
    expect(fault?.message).toContain(`Port ${port} is in use`);
  });

  test('when the listen address is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const address = `/ip4/127.0.0.1/tcp/${port}`;
    const { code, fault } = await node('--datadir', newFolder(), '--listen', address);
    server.close();
    expect([code, fault?.code]).toEqual([1, 'listen-in-use']);
    expect(fault?.message).toContain(address);
  });

  test.each([
    ['a listen address', ['--listen', 'localhost:1234']],
    ['a bootstrap address', ['--bootstrap', 'localhost:1234']],
  ])('when %s is malformed', async (_what, args) => {
    const { code, fault } = await node('--datadir', newFolder(), ...args);
    expect([code, fault?.code]).toEqual([1, 'address-invalid']);
    expect(fault?.message).toContain('localhost:1234');
  });

  test('when the payout address is malformed, and creates no data directory', async () => {
    const folder = join(newFolder(), 'never-made');
    const { code, fault } = await node('--datadir', folder, '--mine', 'nonsense');
    expect([code, fault?.code]).toEqual([1, 'address-malformed']);
    expect(existsSync(folder)).toBe(false);
  });

  test('when the data directory belongs to another network', async () => {
    const folder = newFolder();
    const first = start(['node', '--network', 'regtest', '--datadir', folder, '--no-listen', '--json']);
    await first.line();
    first.child.kill('SIGTERM');
    expect((await first.ended).code).toBe(0);
    const { code, fault } = await run(['node', '--network', 'local', '--datadir', folder, '--json']);
    expect([code, fault?.code]).toEqual([1, 'storage-other-network']);
  });
});

describe('an ASN map', () => {
  test.each([
    ['is missing', null, 'asmap-unreadable'],
    ['is not one', 'a text', 'asmap-invalid'],
    ['is empty', '', 'asmap-invalid'],
  ])('ends the start when it %s', async (_what, text, expected) => {
    const file = join(newFolder(), 'asn.dat');
    if (text !== null) writeFileSync(file, text);
    const { code, fault } = await run(['node', '--network', 'regtest', '--asmap', file, '--json']);
    expect([code, fault?.code]).toEqual([1, expected]);
    expect(fault?.message).toMatch(SENTENCE);
    expect(fault?.message).toContain(file);
  });
});

describe('a network file', () => {
  test.each([
    ['is missing', join(newFolder(), 'nowhere.kith.json'), 'network-file-unreadable'],
    ['is a folder', '/', 'network-file-unreadable'],
    ['is not JSON', '{', 'network-file-invalid'],
    ['is JSON without the required fields', '{"name":"x"}', 'network-file-invalid'],
  ])('is refused when it %s', async (_what, text, expected) => {
    let file = text;
    if (text.startsWith('{')) writeFileSync((file = join(newFolder(), 'a.kith.json')), text);
    const { code, fault } = await run(['node', '--network', file, '--json']);
    expect([code, fault?.code]).toEqual([1, expected]);
    expect(fault?.message).toMatch(SENTENCE);
    expect(fault?.message).toContain(file);
    expect(fault?.message).not.toContain('undefined');
  });

  test('that exists already is refused, and is not overwritten', async () => {
    const file = join(newFolder(), 'ours.kith.json');
    writeFileSync(file, 'precious');
    const create = ['network', 'create', '--name', 'Ours', '--spacing', '3600', '--out', file, '--json'];
    const { code, fault } = await run(create);
    expect([code, fault?.code]).toEqual([1, 'network-file-unwritable']);
    expect(readFileSync(file, 'utf8')).toBe('precious');
  });
});

describe('a data directory without a chain', () => {
  test.each([['verify'], ['chain', 'export', 'out.chain']])(
    'is refused by the command %s',
    async (...words) => {
      const folder = join(newFolder(), 'mistyped');
      const { code, fault } = await run([...words, '--network', 'regtest', '--datadir', folder, '--json']);
      expect([code, fault?.code]).toEqual([1, 'datadir-empty']);
      expect(fault?.message).toContain(folder);
      expect(existsSync(folder)).toBe(false);
    },
  );
});
