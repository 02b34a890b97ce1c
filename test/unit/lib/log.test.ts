import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { KithError } from '../../../main/lib/errors.ts';
import { createFileSink } from '../../../main/lib/log-file.ts';
import { createConsoleSink, createRecentSink, formatEntry } from '../../../main/lib/log-sinks.ts';
import { createLog, type LogEntry } from '../../../main/lib/log.ts';
import { redact, redactText } from '../../../main/lib/redact.ts';
import { newFolder } from '../../support/folder.ts';

const WORDS = 'legal winner thank year wave sausage worth useful legal winner thank yellow';

function collect(level: 'debug' | 'warn' = 'debug') {
  const entries: LogEntry[] = [];
  const log = createLog({
    sinks: [{ write: (entry) => entries.push(entry) }],
    level,
    time: () => new Date(0),
  });
  return { entries, log };
}

describe('a log line', () => {
  test('has time, level, area and message', () => {
    const { entries, log } = collect();
    log.child('chain').child('headers').info('got some', { count: 3 });
    expect(entries).toEqual([
      {
        time: '1970-01-01T00:00:00.000Z',
        level: 'info',
        area: 'chain.headers',
        message: 'got some',
        data: { count: 3 },
      },
    ]);
  });

  test('has at least the configured level', () => {
    const { entries, log } = collect('warn');
    log.debug('a');
    log.info('b');
    log.warn('c');
    log.error('d');
    expect(entries.map((entry) => entry.message)).toEqual(['c', 'd']);
  });
});

describe('no secret is logged', () => {
  test.each([
    ['password', { password: 'hunter2' }],
    ['a new password', { newPassword: 'hunter2' }],
    ['passphrase', { passphrase: 'hunter2' }],
    ['mnemonic', { mnemonic: 'hunter2' }],
    ['seed', { seed: 'hunter2', seedHex: 'hunter2' }],
    ['token', { token: 'hunter2', api_token: 'hunter2' }],
    ['private key', { privateKey: 'hunter2' }],
    ['words', { words: ['hunter2'] }],
    ['deep inside', { input: [{ wallet: { password: 'hunter2' } }] }],
    ['inside an error', { error: new KithError('x', 'y', { data: { password: 'hunter2' } }) }],
    ['inside the cause of an error', { error: new Error('z', { cause: { secret: 'hunter2' } }) }],
    ['bytes', { key: Buffer.from('hunter2') }],
    ['in a map of bytes', { keys: new Map([['hunter2', 1]]) }],
  ])('%s', (_name, data) => {
    const { entries, log } = collect();
    log.error('something', data);
    expect(JSON.stringify(entries)).not.toMatch(/hunter2|aHVudGVyMg|68756e74657232|104,117/);
  });

  test('recovery words are removed from any text', () => {
    const { entries, log } = collect();
    log.warn(`restoring ${WORDS} failed`, {
      detail: `got "${WORDS.replaceAll(' ', '\n')}"`,
      error: new Error(WORDS),
    });
    expect(JSON.stringify(entries)).not.toContain('sausage');
    expect(entries[0]?.message).toBe('restoring [words]');
    expect(redactText('a plain sentence of the log that only looks a bit long because it says much')).toMatch(
      /^a plain/,
    );
  });
});

describe('a logged value is bounded', () => {
  test.each([
    ['long text', 'x'.repeat(100_000)],
    ['a long list', Array.from({ length: 100_000 }, (_, i) => i)],
    ['many fields', Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, i]))],
    ['a deep thing', JSON.parse('{"a":'.repeat(2000) + '1' + '}'.repeat(2000)) as unknown],
    ['many causes', Array.from({ length: 500 }).reduce((cause) => new Error('e', { cause }), undefined)],
  ])('%s', (_name, value) => {
    expect(JSON.stringify(redact(value)).length).toBeLessThan(12_000);
  });

  test('an object that contains itself is logged', () => {
    const loop: Record<string, unknown> = {};
    loop['loop'] = loop;
    expect(() => JSON.stringify(redact(loop))).not.toThrow();
  });

  test('functions, symbols and large numbers do not break a log line', () => {
    expect(redact({ f: () => 1, s: Symbol('s'), b: 2n ** 70n, n: null, u: undefined })).toEqual({
      b: String(2n ** 70n),
      n: null,
    });
  });
});

describe('for a terminal', () => {
  test('control characters are escaped', () => {
    const { entries, log } = collect();
    log.warn('a peer says \u001b[2J\u202eolleh', { agent: '\u0007\r\nfake line' });
    const line = formatEntry(entries[0]!);
    // eslint-disable-next-line no-control-regex -- exactly these must not be there
    expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
  });

  test('only lines of its level are written', () => {
    let text = '';
    const sink = createConsoleSink({ write: (line) => (text += line) }, 'warn');
    const log = createLog({ sinks: [sink], level: 'debug', area: 'x', time: () => new Date(0) });
    log.info('quiet');
    log.warn('loud', { n: 1, who: 'me' });
    expect(text).toBe('00:00:00 warn  x: loud n=1 who=me\n');
  });
});

test('the newest lines are kept for later reads', () => {
  const recent = createRecentSink(3);
  const log = createLog({ sinks: [recent], level: 'debug' });
  for (const n of [1, 2, 3, 4]) (n % 2 ? log.info : log.warn)(`line ${n}`);
  expect(recent.recent(10, 'info').map((line) => line.message)).toEqual(['line 2', 'line 3', 'line 4']);
  expect(recent.recent(1, 'warn').map((line) => line.message)).toEqual(['line 4']);
});

describe('the file', () => {
  const folder = () => join(newFolder(), 'logs');

  test('has one JSON object a line, for this user only', async () => {
    const path = join(folder(), 'kith.log');
    const sink = createFileSink({ path });
    const log = createLog({ sinks: [sink], level: 'debug' });
    log.info('one');
    log.info('two\nlines', { big: 'x'.repeat(100_000) });
    await sink.close();
    log.info('too late');
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as LogEntry).message)).toEqual(['one', 'two\nlines']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('is renamed when it is full, and old files are deleted', async () => {
    const dir = folder();
    const sink = createFileSink({ path: join(dir, 'kith.log'), maxBytes: 1000, files: 3 });
    const log = createLog({ sinks: [sink], level: 'debug' });
    for (let i = 0; i < 100; i++) {
      log.info(`line ${i}`);
      if (i % 5 === 0) sink.flushSync();
    }
    await sink.close();
    expect(readdirSync(dir).sort()).toEqual(['kith.log', 'kith.log.1', 'kith.log.2']);
    for (const name of readdirSync(dir)) expect(statSync(join(dir, name)).size).toBeLessThanOrEqual(1000);
    const kept = ['kith.log.2', 'kith.log.1', 'kith.log'].flatMap((name) =>
      readFileSync(join(dir, name), 'utf8').trimEnd().split('\n'),
    );
    const numbers = kept.map((line) => Number((JSON.parse(line) as LogEntry).message.slice(5)));
    expect(numbers.at(-1)).toBe(99);
    expect(numbers).toEqual(numbers.map((_, i) => numbers[0]! + i));
  });

  test('continues the file of the last run', async () => {
    const path = join(folder(), 'kith.log');
    for (const run of [1, 2]) {
      const sink = createFileSink({ path });
      createLog({ sinks: [sink], level: 'debug' }).info(`run ${run}`);
      await sink.close();
    }
    expect(readFileSync(path, 'utf8').match(/run \d/g)).toEqual(['run 1', 'run 2']);
  });

  test('a disk that refuses writes loses lines and does not stop the node', async () => {
    const path = join(folder(), 'kith.log');
    const sink = createFileSink({ path: join(path, '..', 'kith.log') });
    const log = createLog({ sinks: [sink], level: 'debug' });
    const { rmSync, writeFileSync } = await import('node:fs');
    rmSync(join(path, '..'), { recursive: true });
    writeFileSync(join(path, '..'), 'a file where the folder was');
    expect(() => log.error('lost')).not.toThrow();
    expect(() => sink.flushSync()).not.toThrow();
    await sink.close();
    expect(existsSync(path)).toBe(false);
  });
});
