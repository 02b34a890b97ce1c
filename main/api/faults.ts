import { ORPCError } from '@orpc/server';
import { sentenceFor } from '../../shared/errors.ts';
import { isViolation, type Violation } from '../core/violation.ts';
import { KithError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { describeIssues, readIssues } from './issues.ts';

/** Returns the result, or throws a violation as an error of the contract with the same code. */
export function resultOrThrow<T extends object>(result: T | Violation): T {
  if (!isViolation(result)) return result;
  throw new KithError(result.code, sentenceFor(result.code, result.evidence), {
    data: { ...result.evidence },
  });
}

/**
 * Converts an error into one of the contract: a stable code, a sentence and plain data. Every error other than a
 * KithError, an invalid input or an abort is a bug: it is written to `log` in full under a reference, and the client gets
 * only the reference, so that no detail leaks.
 */
export function toFault(error: unknown, procedure: string, log: Log): unknown {
  if (error instanceof KithError) return fault(error.code, error.data, error.message);
  if (error instanceof ORPCError) {
    const issues = readIssues(error.data);
    if (error.code === 'BAD_REQUEST' && issues !== null) {
      return fault('input-invalid', { procedure, detail: describeIssues(issues), issues });
    }
  }
  // The client disconnected: nothing reads this error.
  if (error instanceof Error && error.name === 'AbortError') return error;
  const reference = `${procedure} ${Math.random().toString(36).slice(2, 10)}`;
  log.error('a handler failed', { reference, error });
  return fault('internal', { reference });
}

/** The error that oRPC carries to the client as it is. */
export function fault(
  code: string,
  data?: Readonly<Record<string, unknown>>,
  fallback?: string,
): ORPCError<string, unknown> {
  return new ORPCError<string, unknown>(code, {
    status: code === 'internal' ? 500 : 400,
    message: sentenceFor(code, data, fallback),
    data,
  });
}
