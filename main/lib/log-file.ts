import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { LogEntry, LogSink } from './log.ts';

export interface FileSinkOptions {
  readonly path: string;
  /** Size at which a file is rotated; 5 MB by default. */
  readonly maxBytes?: number;
  /** Number of files, the current one included; 5 by default. */
  readonly files?: number;
}

export interface FileSink extends LogSink {
  /** Writes all queued lines synchronously, for use before the process ends. */
  flushSync(): void;
  /** Writes all queued lines and accepts no more. */
  close(): Promise<void>;
}

const MAX_LINE = 8 * 1024;
/** Maximum number of queued lines while the disk is slow. More lines are dropped and counted. */
const MAX_WAITING = 10_000;

/**
 * Writes one JSON object per line to `path`; older lines are in `path.1` … `path.4`. Writing is asynchronous and
 * batched, so logging never blocks the node. If the disk refuses writes, lines are lost, but the node continues.
 */
export function createFileSink(options: FileSinkOptions): FileSink {
  const { path, maxBytes = 5_000_000, files = 5 } = options;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  let size = existsSync(path) ? statSync(path).size : 0;
  let waiting: string[] = [];
  let dropped = 0;
  let writing: Promise<void> | undefined;
  let closed = false;

  const take = (): string => {
    const text =
      waiting.join('') +
      (dropped > 0 ? `{"level":"warn","area":"log","message":"${dropped} lines dropped"}\n` : '');
    waiting = [];
    dropped = 0;
    if (size > 0 && size + text.length > maxBytes) {
      rotate(path, files);
      size = 0;
    }
    size += Buffer.byteLength(text);
    return text;
  };

  const drain = async () => {
    try {
      while (waiting.length > 0) await appendFile(path, take(), { mode: 0o600 });
    } catch {
      // The error is not reported, because the log itself fails.
    } finally {
      writing = undefined;
    }
  };

  const flushSync = () => {
    try {
      if (waiting.length > 0) appendFileSync(path, take(), { mode: 0o600 });
    } catch {
      // The error is not reported, because the log itself fails.
    }
  };

  return {
    write(entry) {
      if (closed) return;
      if (waiting.length >= MAX_WAITING) dropped++;
      else waiting.push(toLine(entry));
      writing ??= Promise.resolve().then(drain);
    },
    flushSync,
    async close() {
      closed = true;
      await writing;
      flushSync();
    },
  };
}

function toLine(entry: LogEntry): string {
  const line = JSON.stringify(entry);
  if (line.length <= MAX_LINE) return `${line}\n`;
  const { time, level, area, message } = entry;
  return `${JSON.stringify({ time, level, area, message, data: { cut: line.length } })}\n`;
}

function rotate(path: string, files: number): void {
  if (files <= 1) return rmSync(path, { force: true });
  rmSync(`${path}.${files - 1}`, { force: true });
  for (let n = files - 2; n >= 1; n--) {
    if (existsSync(`${path}.${n}`)) renameSync(`${path}.${n}`, `${path}.${n + 1}`);
  }
  if (existsSync(path)) renameSync(path, `${path}.1`);
}
