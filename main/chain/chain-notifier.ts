import type { Violation } from '../core/violation.ts';
import type { Emitter } from '../lib/events.ts';
import type { Log } from '../lib/log.ts';
import type { ChainEvents, SubmitResult } from './chain.ts';
import type { Step } from './committer.ts';
import type { ChainLine } from './chain-line.ts';
import type { OwnedEntry } from './header-entry.ts';

type Outcome = SubmitResult['status'] | Violation;

export interface NotifierDeps {
  readonly events: Pick<Emitter<ChainEvents>, 'emit'>;
  readonly active: ChainLine<OwnedEntry>;
  readonly log: Log;
}

/** Emits the events of the chain to all subscribers, and resolves the result of each submitted block for its submitter. */
export interface ChainNotifier {
  /** Steps are in the database. */
  steps(steps: readonly Step[]): void;
  refused(entry: OwnedEntry, reason: Violation): void;
  /** Nothing more happens for now: blocks that nobody has heard of lie on a branch. */
  idle(): void;
  /** Nothing more happens at all. */
  ended(): void;
  /** Resolves when it is known what becomes of this block. */
  outcome(entry: OwnedEntry): Promise<Outcome>;
}

export function createChainNotifier({ events, active, log }: NotifierDeps): ChainNotifier {
  const waiting = new Map<OwnedEntry, (outcome: Outcome) => void>();
  // The work of the tip that a reorganisation has left: with less than that nobody should act on where the chain stands.
  let left = 0n;

  const settle = (entry: OwnedEntry, outcome: Outcome) => {
    waiting.get(entry)?.(outcome);
    waiting.delete(entry);
  };
  const ended = () => {
    for (const entry of [...waiting.keys()]) settle(entry, 'stored');
  };
  const tip = () => {
    left = 0n;
    events.emit('tip', active.tip);
  };

  return {
    ended,
    steps(steps) {
      for (const { kind, entry, block, delta } of steps) {
        if (kind === 'disconnected' && entry.work > left) left = entry.work;
        events.emit(kind, { entry, block, delta });
        if (kind === 'connected') settle(entry, 'connected');
      }
      if (active.tip.work > left) tip();
    },
    refused(entry, reason) {
      log.warn('a block breaks a rule', { id: entry.id, height: entry.height, code: reason.code });
      events.emit('invalid', { entry, reason });
      settle(entry, reason);
    },
    idle() {
      // A branch that turned out invalid may leave the chain with less than it had.
      if (left > 0n) tip();
      ended();
    },
    outcome: (entry) => new Promise((resolve) => waiting.set(entry, resolve)),
  };
}
