import { LOG_LEVELS, type LogLevel } from '../../shared/contract/vocabulary.ts';
import { redact, redactText } from './redact.ts';

/** One log entry, redacted and bounded. */
export interface LogEntry {
  /** ISO 8601, UTC, milliseconds. */
  readonly time: string;
  readonly level: LogLevel;
  /** The part of the node that logs, such as `chain` or `network.peers`. */
  readonly area: string;
  readonly message: string;
  readonly data?: Record<string, unknown>;
}

/** Receives entries; must not throw and must not block. */
export interface LogSink {
  write(entry: LogEntry): void;
}

export type LogData = Readonly<Record<string, unknown>>;

/** The interface for logging. `data` is redacted and bounded before it reaches a sink. */
export interface Log {
  debug(message: string, data?: LogData): void;
  info(message: string, data?: LogData): void;
  warn(message: string, data?: LogData): void;
  error(message: string, data?: LogData): void;
  /** A log with the same sinks under `area`, or `parent.area` when this log has an area. */
  child(area: string): Log;
}

export interface LogDeps {
  readonly sinks: readonly LogSink[];
  /** Entries below this level are dropped before they cost anything. */
  readonly level: LogLevel | (() => LogLevel);
  readonly area?: string;
  readonly time?: () => Date;
}

export function createLog(deps: LogDeps): Log {
  const { level: given } = deps;
  const least = typeof given === 'function' ? given : () => given;
  const time = deps.time ?? (() => new Date());

  const at = (area: string): Log => {
    const write = (level: LogLevel) => (message: string, data?: LogData) => {
      if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(least())) return;
      const entry: LogEntry = {
        time: time().toISOString(),
        level,
        area,
        message: redactText(message),
        ...(data === undefined ? {} : { data: redact(data) as Record<string, unknown> }),
      };
      for (const sink of deps.sinks) sink.write(entry);
    };
    return {
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
      child: (name) => at(area === '' ? name : `${area}.${name}`),
    };
  };
  return at(deps.area ?? '');
}

/** A log without sinks. */
export const silentLog: Log = createLog({ sinks: [], level: 'error' });
