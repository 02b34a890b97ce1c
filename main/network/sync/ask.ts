import type { Peer } from '../peers/peer.ts';
import type { Caller } from '../wire/caller.ts';
import type { Offence } from '../wire/offence.ts';

interface FrameType {
  readonly type: number;
  readonly cap: number;
}

export interface Question {
  readonly type: FrameType;
  readonly body: Uint8Array;
  readonly reply: FrameType;
  /** Another answer that is in order: the peer hasn't what it is asked for. */
  readonly orElse?: FrameType;
  readonly timeoutMs: number;
}

/**
 * One question with one answer. Null when the peer hasn't it, is gone, too slow, or broke a rule (which is reported already).
 * `check` may refuse the answer with an offence, which is then held against the peer.
 */
export async function ask(
  peer: Peer,
  question: Question,
  check: (body: Uint8Array) => Offence | null = () => null,
  lane: (peer: Peer) => Caller = (it) => it.sync,
): Promise<Uint8Array | null> {
  let got: Uint8Array | null = null;
  try {
    await lane(peer).call({
      type: question.type.type,
      body: question.body,
      replies: 1,
      accepts: new Map(
        [question.reply, question.orElse].flatMap((it) => (it === undefined ? [] : [[it.type, it.cap]])),
      ),
      timeoutMs: question.timeoutMs,
      onReply(frame) {
        if (frame.type !== question.reply.type) return null;
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
