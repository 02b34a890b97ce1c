import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findApi } from '../rpc/token.ts';
import { defaultDataRoot } from '../lib/datadir.ts';
import { findRoot } from '../lib/moved-root.ts';
import { readRegularFileSync } from '../lib/read-regular.ts';
import { KithError, messageOf } from '../lib/errors.ts';
import { type Arguments, wrong } from './arguments.ts';

/** A running node and its API token. */
export interface NodePlace {
  readonly api: string;
  readonly token: string;
  /** What the node is called in sentences. */
  readonly where: string;
}

/**
 * Finds the node that --datadir, or --api with --token-file, names. Without them finds the only running node in the
 * default directory of the platform.
 * @throws {KithError} `argument-…`, `node-not-running`, `token-unusable`
 */
export async function findNode(given: Arguments): Promise<NodePlace> {
  const api = given.text('api');
  const tokenFile = given.text('token-file');
  const datadir = given.text('datadir');
  if ((api === undefined) !== (tokenFile === undefined))
    throw wrong('argument-missing', 'call', 'Give --api and --token-file together');
  if (api === undefined || tokenFile === undefined) return fromDirectory(datadir ?? (await onlyDirectory()));
  if (datadir !== undefined) throw wrong('argument-invalid', 'call', 'Give either --datadir or --api');
  if (!/^https?:\/\/[^\s]+$/.test(api) || !URL.canParse(api))
    throw wrong(
      'argument-invalid',
      'call',
      `The option --api must look like http://127.0.0.1:PORT/, not “${api}”`,
    );
  return { api, token: readToken(tokenFile), where: api };
}

function fromDirectory(datadir: string): NodePlace {
  const place = findApi(datadir);
  if (place === null) throw new KithError('node-not-running', datadir, { data: { where: datadir } });
  return { api: place.api, token: readToken(place.tokenFile), where: datadir };
}

async function onlyDirectory(): Promise<string> {
  const root = await findRoot(defaultDataRoot());
  // The app publishes its API in the root, and in the data directory of the network that is open.
  const running = new Map<string, string>();
  for (const folder of subfolders(root)) {
    const place = findApi(folder);
    if (place !== null) running.set(place.api, folder);
  }
  const [only, another] = running.values();
  if (only === undefined) throw new KithError('node-not-running', root, { data: { where: root } });
  if (another === undefined) return only;
  throw wrong(
    'argument-missing',
    'call',
    `Several nodes run; choose one with --datadir (${[...running.values()].join(', ')})`,
  );
}

function subfolders(root: string): string[] {
  try {
    return [root, ...readdirSync(root).map((name) => join(root, name))];
  } catch {
    return [];
  }
}

function readToken(file: string): string {
  try {
    const token = readRegularFileSync(file, 4096).toString('utf8').trim();
    if (/^[\w-]{16,200}$/.test(token)) return token;
    throw new Error('it does not contain a token');
  } catch (error) {
    throw new KithError('token-unusable', file, { cause: error, data: { file, reason: messageOf(error) } });
  }
}
