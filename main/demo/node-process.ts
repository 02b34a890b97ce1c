import { createInterface } from 'node:readline';
import { KithError } from '../lib/errors.ts';
import { endLaunched, type Launch } from './launch.ts';

/** What `kith node --json` prints when it can be used. */
export interface ReadyLine {
  readonly peerId: string;
  readonly addresses: readonly string[];
  readonly api: string;
  readonly tokenFile: string;
}

export interface NodeProcess extends ReadyLine {
  readonly pid: number | undefined;
  /** Resolves when the node has ended, with the end of a sentence that says how. Never rejects. */
  readonly ended: Promise<string>;
  /** Stops the node cleanly. Kills it after 8 s. */
  stop(): Promise<void>;
}

const READY_LIMIT = 45_000;
const KEPT_LINES = 20;

/**
 * Starts one node and waits until it can be used.
 * @throws {KithError} the failure that the node reported, else `demo-node-failed` with the last lines that it wrote.
 */
export async function startNodeProcess(launch: Launch, args: readonly string[]): Promise<NodeProcess> {
  const launched = launch(['node', ...args, '--json']);
  const said: string[] = [];
  const keep = (line: string): void => {
    said.push(line);
    if (said.length > KEPT_LINES) said.shift();
  };
  createInterface(launched.stderr).on('line', keep);
  const lines = createInterface(launched.stdout);
  const ready = new Promise<ReadyLine>((resolve) => {
    lines.on('line', (line) => {
      const found = readReadyLine(line);
      if (found) resolve(found);
      else keep(line);
    });
  });
  const limit = Promise.withResolvers<string>();
  const timer = setTimeout(() => limit.resolve('it was not ready in time'), READY_LIMIT);
  const outcome = await Promise.race([ready, launched.ended, limit.promise]);
  clearTimeout(timer);
  if (typeof outcome !== 'string')
    return { ...outcome, pid: launched.pid, ended: launched.ended, stop: () => endLaunched(launched) };
  await endLaunched(launched);
  throw explain(outcome, said);
}

function explain(outcome: string, said: readonly string[]): KithError {
  const fault = said.map(readObject).findLast((line) => line !== null && typeof line['code'] === 'string');
  if (fault) return new KithError(String(fault['code']), String(fault['message']));
  return new KithError('demo-node-failed', [`a node did not start: ${outcome}`, ...said].join('\n'));
}

function readReadyLine(line: string): ReadyLine | null {
  const value = readObject(line) as (Partial<ReadyLine> & { ready?: unknown }) | null;
  if (value?.ready !== true) return null;
  const { peerId, addresses, api, tokenFile } = value;
  return peerId && addresses && api && tokenFile ? { peerId, addresses, api, tokenFile } : null;
}

function readObject(line: string): Record<string, unknown> | null {
  if (!line.startsWith('{')) return null;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return null;
  }
}
