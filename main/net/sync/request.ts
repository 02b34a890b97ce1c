import type { Peer } from '../peers/peer.ts';
import type { Caller } from '../protocol/requester.ts';
import type { PeerViolation } from '../protocol/wire-violation.ts';
import type { RequestKind } from '../protocol/requests.ts';

export interface Question {
  readonly kind: RequestKind;
  readonly body: Uint8Array;
}

/**
 * One request with one answer. Null when the peer does not have it, is disconnected, too slow, or broke a rule (which
 * is reported already). `check` may reject the answer with a violation, which is counted against the peer.
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
        // The first kind of answer contains the data; any other means that the peer does not have it.
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
