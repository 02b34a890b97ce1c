import type { Peer } from '../peers/peer.ts';
import type { Caller } from '../protocol/requester.ts';
import type { PeerViolation } from '../protocol/wire-violation.ts';
import type { RequestKind } from '../protocol/requests.ts';

export interface Question {
  readonly kind: RequestKind;
  readonly body: Uint8Array;
}

/**
 * Sends a request that has one answer. Null when the peer does not have it, disconnected, was too slow, or broke a rule
 * (which was reported). `check` may reject the answer with a violation, which then counts against the peer.
 */
export async function ask(
  peer: Peer,
  question: Question,
  check: (body: Uint8Array) => PeerViolation | null = () => null,
  callerOf: (peer: Peer) => Caller = (it) => it.sync,
): Promise<Uint8Array | null> {
  let got: Uint8Array | null = null;
  try {
    await callerOf(peer).call({
      ...question,
      onReply(frame) {
        // The first kind of answer contains the data. Any other kind means that the peer does not have it.
        if (frame.type !== question.kind.answers[0]?.type) return null;
        const wrong = check(frame.body);
        if (wrong === null) got = frame.body;
        return wrong;
      },
    });
  } catch {
    return null;
  }
  return got;
}
