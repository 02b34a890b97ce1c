import type { LogLevel } from '../../shared/contract/vocabulary.ts';
import { LOG_LEVELS } from '../../shared/contract/vocabulary.ts';
import type { LogEntry, LogSink } from './log.ts';

// A line may contain text from a peer: control and direction characters could manipulate the terminal.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A readable line: `12:00:01 warn  chain  message key=value`. */
export function formatEntry(entry: LogEntry): string {
  const data = Object.entries(entry.data ?? {})
    .map(([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('');
  const line = `${entry.time.slice(11, 19)} ${entry.level.padEnd(5)} ${entry.area}: ${entry.message}${data}`;
  return line.replace(UNPRINTABLE, ' ').slice(0, 1000);
}

/** Writes readable lines to a stream, standard error as a rule: standard output belongs to results. */
export function createConsoleSink(
  stream: { write(text: string): unknown },
  level: LogLevel = 'debug',
): LogSink {
  const least = LOG_LEVELS.indexOf(level);
  return {
    write(entry) {
      if (LOG_LEVELS.indexOf(entry.level) >= least) stream.write(`${formatEntry(entry)}\n`);
    },
  };
}

export interface RecentSink extends LogSink {
  /** The newest `limit` entries of at least this level, oldest first. */
  recent(limit: number, level: LogLevel): LogEntry[];
  /** Calls the listener with each later entry; it must not log and must not throw. Returns what removes it. */
  onWritten(listener: (entry: LogEntry) => void): () => void;
}

/** Keeps the newest entries in memory, for the contract's `node.log` and `node.watchLog`. */
export function createRecentSink(capacity = 500): RecentSink {
  const entries: LogEntry[] = [];
  const listeners = new Set<(entry: LogEntry) => void>();
  return {
    write(entry) {
      entries.push(entry);
      if (entries.length > capacity) entries.shift();
      for (const listener of listeners) listener(entry);
    },
    onWritten(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    recent(limit, level) {
      const least = LOG_LEVELS.indexOf(level);
      return entries.filter((entry) => LOG_LEVELS.indexOf(entry.level) >= least).slice(-limit);
    },
  };
}
