import { channel } from 'node:diagnostics_channel';

/** An exception that is caused by a bug in this program. */
export interface Bug {
  /** What was being done. */
  readonly where: string;
  readonly error: unknown;
}

/** Diagnostics channel of caught bugs; tests fail when one was published. */
const BUGS = channel('kith:bug');

/**
 * Whether an exception is a bug in this program. Failures of disks, networks and libraries have a code (Node.js,
 * LevelDB, KithError) or their own name (libp2p, AbortError). The remaining errors are those of the language and of
 * assertions.
 */
export function isBug(error: unknown): boolean {
  if (!(error instanceof Error)) return true;
  if (error instanceof TypeError || error instanceof RangeError) return true;
  if (error instanceof ReferenceError || error instanceof SyntaxError) return true;
  if (error.name === 'AssertionError') return true;
  return error.name === 'Error' && (error as { code?: unknown }).code === undefined;
}

/** Publishes a bug that was caught. */
export function publishBug(bug: Bug): void {
  BUGS.publish(bug);
}
