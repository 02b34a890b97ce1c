import { isBug, publishBug } from '../../lib/bugs.ts';
import { messageOf } from '../../lib/errors.ts';
import { type PeerViolation, peerViolation } from './wire-violation.ts';

/**
 * The violation for an exception from a handler of a peer's message. No other place decides this. A bug counts against
 * the peer (`handler-failed`): otherwise a peer could repeat at no cost a message that makes a handler throw. Null when
 * the stream or the disk failed.
 * @param where the kind of message
 */
export function handlerFailure(where: string, error: unknown): PeerViolation | null {
  if (!isBug(error)) return null;
  publishBug({ where, error });
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const at = stack.split('\n').find((line) => line.trimStart().startsWith('at ')) ?? '';
  return peerViolation('handler-failed', { where, error: messageOf(error), at: at.trim() });
}
