import { faultOf } from '../../shared/errors.ts';
import { KithError, messageOf } from '../lib/errors.ts';
import { readArguments, wrong } from './arguments.ts';
import type { Command } from './command.ts';
import { connectNode } from './connect.ts';
import { findNode } from './find-node.ts';
import { jsonLine } from './printing.ts';
import { assertProcedure, findProcedure, PROCEDURES } from './procedures.ts';

const HELP = `kith call: call a procedure of a running node, or follow a subscription.

Usage: kith call [options] PROCEDURE [JSON | -]

  --datadir FOLDER    the node that runs on this data directory; needed when several run
  --api URL           or the node with its API at this URL …
  --token-file FILE   … with the token in this file
  --for SECONDS       end a subscription after this time

The input is JSON; - reads it from standard input, which keeps passwords out of the list of processes. The result is one
line of JSON on standard output; a subscription prints one line an event until it ends. On failure the exit code is 1,
and the last line of standard error is {"code":…,"message":…,"data"?:…}.

  kith call node.status
  kith call chain.block '{"height":1}'
  echo '{"name":"mine","password":"…"}' | kith call wallet.create -
  kith call chain.watch --for 60

Procedures
${PROCEDURES.map((name) => `  ${name}`).join('\n')}
`;

const OPTIONS = { datadir: 'path', api: 'text', 'token-file': 'path', for: 'text' } as const;
/** Longest timer of Node.js: about 23 days. */
const MAX_SECONDS = 2_000_000;
/** Longest input in bytes: a block of 1 MB in hexadecimal takes 2 MB. */
const MAX_INPUT = 8 * 1024 * 1024;

export const callCommand: Command = { help: HELP, run: runCall };

async function runCall(args: readonly string[]): Promise<number> {
  const given = readArguments('call', args, OPTIONS, 2);
  const [procedure, json] = given.positionals;
  if (procedure === undefined)
    throw wrong('argument-missing', 'call', 'Give the name of a procedure, such as node.status');
  assertProcedure(procedure);
  const seconds = readSeconds(given.text('for'));
  const input = await readInput(json);
  const node = await connectNode(await findNode(given));
  const ended = new AbortController();
  const timer = seconds === undefined ? undefined : setTimeout(() => ended.abort(), seconds * 1000);
  let followed = false;
  try {
    const call = findProcedure(node.client, procedure);
    const result = await call(input, { signal: ended.signal });
    followed = isStream(result);
    if (isStream(result)) await printStream(result, ended.signal);
    else if (result !== undefined) await print(result);
  } catch (error) {
    // The time of --for has passed: the regular end of a subscription, but a timeout of a call.
    if (ended.signal.aborted && !followed) throw new KithError('api-timeout');
    if (!ended.signal.aborted) throw node.lost.aborted ? new KithError('api-lost') : toKith(error);
  } finally {
    clearTimeout(timer);
    node.close();
  }
  return 0;
}

function readSeconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = /^\d{1,8}(\.\d{1,3})?$/.test(text) ? Number(text) : 0;
  if (seconds > 0 && seconds <= MAX_SECONDS) return seconds;
  throw wrong(
    'argument-invalid',
    'call',
    `The option --for must be a number of seconds above 0 and at most 2\u202f000\u202f000, with at most three decimals, not “${text}”`,
  );
}

async function readInput(json: string | undefined): Promise<unknown> {
  // Windows writes a byte order mark before piped text, which is not valid JSON.
  const text = (json === '-' ? await readStandardInput() : json)?.replace(/^\ufeff/, '');
  if (text === undefined || text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    // The parser's message may quote the input, which may contain a password.
    const place = /position \d+/.exec(messageOf(error))?.[0];
    throw new KithError(
      'json-invalid',
      'not JSON',
      place === undefined ? {} : { data: { detail: `see ${place}` } },
    );
  }
}

async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_INPUT) throw wrong('argument-invalid', 'call', 'The input is longer than 8 MB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function printStream(stream: AsyncIterable<unknown>, ended: AbortSignal): Promise<void> {
  for await (const event of stream) {
    if (ended.aborted) return;
    await print(event);
  }
}

/** Waits while the reader is slow, so that a fast subscription cannot fill the memory. */
function print(value: unknown): Promise<void> {
  return new Promise((resolve) => {
    if (process.stdout.write(jsonLine(value))) resolve();
    else process.stdout.once('drain', () => resolve());
  });
}

function isStream(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

function toKith(error: unknown): unknown {
  const { code, message, data } = faultOf(error);
  if (code === 'internal' && data === undefined) return error;
  return new KithError(code, message, data === undefined ? {} : { data: data as Record<string, unknown> });
}
