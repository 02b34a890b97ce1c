import { createDeadline, type Deadline, type StreamClock } from './deadline.ts';
import { SLOWEST_BYTES_PER_S } from './flow.ts';
import type { PeerViolationCode } from './wire-violation.ts';

export interface ReplyDeadlineDeps {
  readonly clock: StreamClock;
  /** Bytes that the peer has sent so far, on all streams. */
  readonly received: () => number;
  /** Whether the peer answers a ping. */
  readonly isAlive: () => Promise<boolean>;
  /** Whether the peer answers another, cheap request. */
  readonly answersOthers: () => Promise<boolean>;
}

/** A reply that a peer owes. */
export interface AwaitedReply {
  readonly deadlineMs: number;
  /** Whether part of the reply has arrived. */
  isArriving(): boolean;
  /** Whether it is still the next reply of its stream. */
  isNext(): boolean;
  /** Called when it did not arrive in time, with the reason. */
  overdue(code: PeerViolationCode): void;
}

/** Decides when the next reply of a stream is overdue, and whether that counts against the peer. */
export interface ReplyDeadline {
  /** Waits for this reply from now on, and for no other. */
  watch(reply: AwaitedReply): void;
  clear(): void;
}

/** While the peer sends other data, an answer may take this many times its deadline, because it waits for its turn. */
const MAX_PERIODS = 4;
/** Extra time for an overdue answer of a peer that has just shown that it runs: its process may have been suspended. */
const GRACE_MS = 5000;

export function createReplyDeadline(deps: ReplyDeadlineDeps): ReplyDeadline {
  const { clock, received } = deps;
  let deadline: Deadline | undefined;

  async function check(reply: AwaitedReply): Promise<void> {
    const alive = await deps.isAlive();
    if (!reply.isNext()) return;
    // A peer that has crashed or is offline is not to blame.
    if (!alive) return reply.overdue('peer-silent');
    // A peer that answers no request at all is overloaded. One that answers other requests ignores this one.
    const others = deps.answersOthers();
    deadline = createDeadline(clock, GRACE_MS, () => {
      void others.then((answers) => {
        if (reply.isNext()) reply.overdue(answers ? 'request-unanswered' : 'peer-overloaded');
      });
    });
  }

  return {
    watch(reply) {
      const { deadlineMs } = reply;
      deadline?.clear();
      const began = clock.monotonic();
      const before = received();
      const due = (): void => {
        const ms = clock.monotonic() - began;
        const isBusy = received() - before >= (ms / 1000) * SLOWEST_BYTES_PER_S;
        // A frame of which a part has arrived has its own slowest pace (flow.ts).
        if (reply.isArriving() || (isBusy && ms < MAX_PERIODS * deadlineMs))
          deadline = createDeadline(clock, deadlineMs, due);
        else void check(reply);
      };
      deadline = createDeadline(clock, deadlineMs, due);
    },
    clear: () => deadline?.clear(),
  };
}
