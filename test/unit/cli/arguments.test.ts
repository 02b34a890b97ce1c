import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readArguments, readNumber } from '../../../main/cli/arguments.ts';
import { callCommand } from '../../../main/cli/call-command.ts';
import { directoryName } from '../../../main/node/default-directory.ts';
import { PROCEDURES } from '../../../main/cli/procedures.ts';
import { MAIN_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import type { KithError } from '../../../main/lib/errors.ts';

const OPTIONS = {
  network: 'text',
  datadir: 'path',
  listen: 'list',
  json: 'flag',
  'api-port': 'text',
} as const;
const read = (...args: string[]) => readArguments('node', args, OPTIONS);
const refusal = (...args: string[]): KithError => {
  try {
    read(...args);
  } catch (error) {
    return error as KithError;
  }
  return expect.fail('it should have been refused');
};

describe('arguments', () => {
  test('a list takes several values after one name, and the name several times', () => {
    const listen = ['/a', '/b', '/c'];
    expect(read('--listen', '/a', '/b', '--listen', '/c', '--json').list('listen')).toEqual(listen);
    expect(read('--listen=/a', '--listen', '/b', '/c').list('listen')).toEqual(listen);
    expect(read('--json').list('listen')).toEqual([]);
  });

  test('texts and flags are read in every form', () => {
    const given = read('--network', 'local', '--json', '--api-port=0');
    expect([given.text('network'), given.text('api-port'), given.has('json')]).toEqual(['local', '0', true]);
    expect([given.has('listen'), given.text('listen')]).toEqual([false, undefined]);
  });

  test.each([
    ['argument-unknown', ['--netwrok', 'x'], 'There is no option --netwrok'],
    ['argument-unknown', ['-x'], 'There is no option -x'],
    ['argument-unknown', ['--__proto__', 'x'], 'There is no option --__proto__'],
    ['argument-unknown', ['surprise'], 'There is an unexpected argument “surprise”'],
    ['argument-unknown', ['--json', 'surprise'], 'There is an unexpected argument “surprise”'],
    ['argument-missing', ['--network'], 'The option --network needs a value'],
    ['argument-missing', ['--network', '--json'], 'The option --network needs a value'],
    ['argument-invalid', ['--json=yes'], 'The option --json takes no value'],
    ['argument-invalid', ['--network', 'a', '--network', 'b'], 'The option --network is given twice'],
    ['argument-invalid', ['--datadir', '/a', '--datadir', '/b'], 'The option --datadir is given twice'],
    // What an unset variable in a script leaves behind.
    ['argument-invalid', ['--datadir', ''], 'The option --datadir has an empty value'],
    ['argument-invalid', ['--datadir='], 'The option --datadir has an empty value'],
    ['argument-invalid', ['--network', ''], 'The option --network has an empty value'],
    ['argument-invalid', ['--listen', '/a', ''], 'One of the arguments is empty'],
    ['argument-invalid', [''], 'One of the arguments is empty'],
  ] as [string, string[], string][])('%s: %j', (code, args, detail) => {
    expect(refusal(...args)).toMatchObject({ code, data: { command: 'node', detail } });
  });

  test('a path becomes absolute', () => {
    expect(read('--datadir', '/a/../b').text('datadir')).toBe('/b');
    expect(read('--datadir', 'rel/ative').text('datadir')).toBe(join(process.cwd(), 'rel/ative'));
    expect(read('--datadir', './~').text('datadir')).toBe(join(process.cwd(), '~'));
  });

  test.each([' ', '~', '~/x', '~me/x', '-x', '--network'])('the path %j is refused', (path) =>
    expect(refusal(`--datadir=${path}`)).toMatchObject({
      code: 'argument-invalid',
      data: { detail: expect.stringMatching(/^The path of the option --datadir (?:is|begins)/) as string },
    }),
  );

  test('a command accepts the positional arguments that it declares and refuses more', () => {
    const given = readArguments('call', ['node.status', '{}', '--json'], OPTIONS, 2);
    expect(given.positionals).toEqual(['node.status', '{}']);
    expect(readArguments('call', ['x', '-'], OPTIONS, 2).positionals).toEqual(['x', '-']);
    expect(() => readArguments('call', ['a', 'b', 'c'], OPTIONS, 2)).toThrow('unexpected argument');
  });
});

test('numbers are whole and in their range', () => {
  const range = { least: 0, most: 65_535, otherwise: 7 };
  expect(readNumber('node', 'api-port', undefined, range)).toBe(7);
  expect(readNumber('node', 'api-port', '65535', range)).toBe(65_535);
  for (const bad of ['65536', '-1', '1.5', 'x', '', '1e3', '0x10', '99999999999'])
    expect(() => readNumber('node', 'api-port', bad, range), bad).toThrow('whole number from 0 to 65535');
});

test('the help of call lists every procedure', () => {
  for (const name of PROCEDURES) expect(callCommand.help).toContain(`  ${name}\n`);
  expect(PROCEDURES).toContain('wallet.newAddress');
});

test('a created network cannot use the data directory of another one', () => {
  const at = (name: string, founded = true) => directoryName({ ...MAIN_NETWORK, name, founded });
  const id = MAIN_NETWORK.idHex.slice(0, 8);
  expect(at('main', false)).toBe('main');
  expect(at('main')).toBe(`main-${id}`);
  expect(at('../../etc')).toBe(`etc-${id}`);
  expect(at('...')).toBe(id);
});
