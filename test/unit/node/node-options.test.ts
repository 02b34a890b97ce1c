import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readArguments } from '../../../main/cli/arguments.ts';
import { nodeCommand } from '../../../main/cli/node-command.ts';
import { readOptions } from '../../../main/electron/options.ts';
import type { KithError } from '../../../main/lib/errors.ts';
import { NODE_OPTIONS, OPTION_FORMS, type GivenOptions } from '../../../main/node/node-options.ts';
import { optionsTable } from '../../../main/node/options-help.ts';
import { NODE_ARGUMENTS, readConfigFile, readNodeOptions } from '../../../main/node/read-options.ts';
import { resolveOptions } from '../../../main/node/resolve-options.ts';
import { newFolder } from '../../support/folder.ts';

const ROOT = join(import.meta.dirname, '../../..');

const fromTerminal = (...args: string[]) => readNodeOptions(readArguments('node', args, NODE_ARGUMENTS));
const fromDesktop = (...args: string[]) => readOptions(args).node;
const configFile = (content: unknown): string => {
  const file = join(newFolder(), 'kith.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
};
const refusalOf = (run: () => unknown): KithError => {
  try {
    run();
  } catch (error) {
    return error as KithError;
  }
  return expect.fail('it should have been refused');
};

/** Every option with a value that differs from its default, as arguments and as it is read. */
const EVERY: Required<GivenOptions> = {
  network: 'local',
  join: 'kith:join?x',
  datadir: '/data',
  listen: ['/ip4/127.0.0.1/tcp/1', '/ip4/127.0.0.1/tcp/2'],
  bootstrap: ['/ip4/192.0.2.1/tcp/3'],
  announce: ['/ip4/192.0.2.9/tcp/4'],
  apiPort: 4000,
  snapshot: true,
  pruneMb: 500,
  pruneWhenLow: true,
  asmap: '/maps/asn.dat',
  maxUpload: 500,
  uploadMonthMb: 900,
  privateBroadcast: false,
  mine: 'lkith1x',
  threads: 3,
  threadShare: 40,
  logLevel: 'debug',
};

function argumentsOf(options: GivenOptions): string[] {
  return OPTION_FORMS.flatMap(({ name, flag }) => {
    const value = options[name];
    if (value === undefined) return [];
    if (typeof value === 'boolean') return [value ? `--${flag}` : `--no-${flag}`];
    return [value].flat().map((each) => `--${flag}=${each}`);
  });
}

test('the example covers every option', () => {
  expect(Object.keys(EVERY)).toEqual(OPTION_FORMS.map(({ name }) => name));
  const defaults = NODE_OPTIONS.parse({});
  for (const { name } of OPTION_FORMS) expect(EVERY[name]).not.toEqual(defaults[name]);
});

describe.each(OPTION_FORMS.map(({ name }) => name))('the option %s', (name) => {
  const options = { [name]: EVERY[name] } as GivenOptions;

  test('reads the same from the terminal, the desktop and a config file', () => {
    const from = (source: string) => ({ ...NODE_OPTIONS.parse(options), sources: { [name]: source } });
    const args = argumentsOf(options);
    expect(fromTerminal(...args)).toEqual(from('argument'));
    expect(fromDesktop(...args)).toEqual(from('argument'));
    expect(fromTerminal('--config', configFile(options))).toEqual(from('config-file'));
    expect(fromDesktop('--config', configFile(options))).toEqual(from('config-file'));
  });

  test('is in the help', () => {
    const form = OPTION_FORMS.find((each) => each.name === name)!;
    expect(nodeCommand.help).toContain(`--${form.fallback === true ? 'no-' : ''}${form.flag}`);
  });
});

test('arguments win over the config file, which wins over defaults', () => {
  const file = configFile({ threads: 5, logLevel: 'error', pruneMb: 100 });
  const options = fromTerminal('--config', file, '--threads', '2');
  expect(options).toMatchObject({ threads: 2, logLevel: 'error', pruneMb: 100, snapshot: false });
  expect(options.sources).toEqual({
    threads: 'argument',
    logLevel: 'config-file',
    pruneMb: 'config-file',
  });
});

test('relative paths of a config file are relative to its folder', () => {
  const file = configFile({ datadir: 'data', network: './ours.kith.json' });
  const wanted = { datadir: join(dirname(file), 'data'), network: join(dirname(file), 'ours.kith.json') };
  expect(fromTerminal('--config', file)).toMatchObject(wanted);
  expect(fromTerminal('--config', configFile({ network: 'local' })).network).toBe('local');
  expect(refusalOf(() => fromTerminal('--config', configFile({ datadir: '~/kith' })))).toMatchObject({
    code: 'config-invalid',
  });
});

test('--prune is a shortcut for a default size, and --prune-mb wins over it', () => {
  expect(fromTerminal('--prune').pruneMb).toBe(2000);
  expect(fromTerminal('--prune', '--prune-mb', '30').pruneMb).toBe(30);
});

test('--no-listen is an empty list', () => {
  expect(fromTerminal('--no-listen').listen).toEqual([]);
});

describe('refuses', () => {
  test.each([
    [['--threads', '0'], 'The option --threads must be a whole number from 1 to 256, not “0”'],
    [['--api-port', '65536'], 'The option --api-port must be a whole number from 0 to 65535, not “65536”'],
    [['--prune-mb', '1e3'], 'The option --prune-mb must be a whole number from 10 to 1000000, not “1e3”'],
    [['--log-level', 'loud'], 'The option --log-level must be one of debug, info, warn, error, not “loud”'],
    [['--listen', '/a', '--no-listen'], 'Give either --listen or --no-listen'],
    [['--datadir='], 'The option --datadir has an empty value'],
  ])('%j', (args, detail) => {
    const refusal = refusalOf(() => fromTerminal(...args));
    expect(refusal.code).toBe('argument-invalid');
    expect(refusal.message).toContain(detail);
  });

  test.each([
    [{ prunemb: 100 }, 'there is no option “prunemb”; did you mean “pruneMb”?'],
    [{ 'prune-mb': 100 }, 'there is no option “prune-mb”; did you mean “pruneMb”?'],
    [{ netwrok: 'local' }, 'there is no option “netwrok”; did you mean “network”?'],
    [{ somethingElse: 1 }, 'there is no option “somethingElse”'],
    [{ threads: 'two' }, '“threads” is not valid'],
    [{ listen: [7] }, '“listen.0” is not valid'],
    [[], 'the file is not valid'],
    ['{', 'it is not JSON'],
  ])('a config file with %j', (content, detail) => {
    const refusal = refusalOf(() => readConfigFile(configFile(content)));
    expect(refusal.code).toBe('config-invalid');
    expect(refusal.message).toContain(detail);
  });

  test('a config file that does not exist', () => {
    expect(refusalOf(() => readConfigFile('/nowhere/kith.json')).code).toBe('config-unreadable');
  });

  test('a network together with a join link is refused', async () => {
    const options = fromTerminal('--network', 'local', '--join', 'kith:join?x');
    await expect(resolveOptions(options)).rejects.toMatchObject({ code: 'argument-invalid' });
  });

  test('a payout address of another network before anything starts', async () => {
    const options = fromTerminal('--network', 'local', '--mine', 'kith1nonsense');
    await expect(resolveOptions(options)).rejects.toMatchObject({ code: 'address-malformed' });
  });
});

test('docs/node-options.md has the table that the schema gives', () => {
  const page = readFileSync(join(ROOT, 'docs/node-options.md'), 'utf8');
  const squeeze = (text: string) => text.replaceAll(/ +\|/g, ' |').replaceAll(/-{3,}/g, '---');
  expect(squeeze(page)).toContain(squeeze(optionsTable()));
});
