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
  /** Resolves with how it ended; never rejects. */
  readonly ended: Promise<string>;
  /** Ends it in order, after 8 s by force. */
  stop(): Promise<void>;
}

const READY_LIMIT = 45_000;
const KEPT_LINES = 20;

/**
 * Starts one node and waits until it can be used.
 * @throws {KithError} `demo-node-failed` with the last lines that it wrote.
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
  throw new KithError('demo-node-failed', `a node of the demo did not start: ${outcome}`, {
    data: { args: args.join(' '), said: said.join('\n') },
  });
}

function readReadyLine(line: string): ReadyLine | null {
  if (!line.startsWith('{')) return null;
  try {
    const value = JSON.parse(line) as Partial<ReadyLine> & { ready?: unknown };
    const { peerId, addresses, api, tokenFile } = value;
    const good = value.ready === true && Array.isArray(addresses) && api && tokenFile && peerId;
    return good ? { peerId, addresses, api, tokenFile } : null;
  } catch {
    return null;
  }
}
