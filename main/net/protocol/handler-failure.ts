import { isBug, publishBug } from '../../lib/bugs.ts';
import { messageOf } from '../../lib/errors.ts';
import { type PeerViolation, peerViolation } from './wire-violation.ts';

/**
 * What an exception means that came out of the handler of a peer's message: the one place for all of them. If it is a
 * bug, it counts against the peer all the same (`handler-failed`): otherwise a message that makes a handler throw would
 * cost its sender nothing, as often as it is sent. Null when the world failed: a stream, a disk.
 * @param where the kind of message.
 */
export function handlerFailure(where: string, error: unknown): PeerViolation | null {
  if (!isBug(error)) return null;
  publishBug({ where, error });
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const at = stack.split('\n').find((line) => line.trimStart().startsWith('at ')) ?? '';
  return peerViolation('handler-failed', { where, error: messageOf(error), at: at.trim() });
}
