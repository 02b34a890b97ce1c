import { writeSync } from 'node:fs';

/** The last write, so that the chaos test can report where it crashed the process. */
export type WriteKind =
  | 'block body'
  | 'undo record'
  | 'segment file removed'
  | 'schema'
  | 'first state'
  | 'connected blocks'
  | 'disconnected block'
  | 'header records'
  | 'synced state'
  | 'snapshot root'
  | 'coins of a snapshot'
  | 'start from a snapshot'
  | 'history confirmed'
  | 'snapshot chunk'
  | 'snapshot manifest'
  | 'snapshot in place'
  | 'rebuild mark'
  | 'rebuild mark removed'
  | 'database renamed'
  | 'database replaced'
  | 'wallet data'
  | 'wallet file'
  | 'mempool file'
  | 'metrics file'
  | 'node settings'
  | 'upload count'
  | 'list of peers'
  | 'identity'
  | 'move begun'
  | 'copied file'
  | 'moved entry'
  | 'data place'
  | 'old data deleted';

/**
 * A hook for the chaos test: kills this process with SIGKILL right after its Nth write, and prints the write on
 * standard error. Off unless KITH_CRASH_AFTER is N; it then costs one comparison per write; with
 * KITH_CRASH_ARM=signal it counts only from the first SIGUSR2 on.
 */
let left = readLimit(process.env['KITH_CRASH_AFTER']);

if (left < Infinity && process.env['KITH_CRASH_ARM'] === 'signal') {
  const limit = left;
  left = Infinity;
  process.once('SIGUSR2', () => {
    left = limit;
  });
}

/** Call it right after a write reached the operating system. */
export function crashPoint(kind: WriteKind): void {
  if (--left > 0) return;
  writeSync(2, `crash point: ${kind}\n`);
  process.kill(process.pid, 'SIGKILL');
}

function readLimit(text: string | undefined): number {
  const limit = Number(text);
  return text !== undefined && Number.isSafeInteger(limit) && limit > 0 ? limit : Infinity;
}
