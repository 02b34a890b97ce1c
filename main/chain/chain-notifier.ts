import type { Violation } from '../core/violation.ts';
import type { Emitter } from '../lib/events.ts';
import type { Log } from '../lib/log.ts';
import type { ChainEvents, SubmitResult } from './chain.ts';
import type { Step } from './committer.ts';
import type { IndexedChain } from './chain-line.ts';
import type { OwnedEntry } from './header-entry.ts';

type Outcome = SubmitResult['status'] | Violation;

export interface NotifierDeps {
  readonly events: Pick<Emitter<ChainEvents>, 'emit'>;
  readonly active: IndexedChain<OwnedEntry>;
  readonly log: Log;
}

/** Emits the events of the chain to all subscribers, and resolves the result of each submitted block. */
export interface ChainNotifier {
  /** Emits events for steps that were written to the database. */
  steps(steps: readonly Step[]): void;
  refused(entry: OwnedEntry, reason: Violation): void;
  /** The activator is idle: a submitted block without a result is on a side branch. */
  idle(): void;
  /** The chain stopped: all pending results are resolved. */
  ended(): void;
  /** Resolves with the result of this block. */
  outcome(entry: OwnedEntry): Promise<Outcome>;
}

export function createChainNotifier({ events, active, log }: NotifierDeps): ChainNotifier {
  const waiting = new Map<OwnedEntry, (outcome: Outcome) => void>();
  // Work of the highest tip that a reorganisation disconnected. No `tip` event is emitted until the chain has more
  // work.
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
      // After an invalid branch the chain may end with less work than before.
      if (left > 0n) tip();
      ended();
    },
    outcome: (entry) => new Promise((resolve) => waiting.set(entry, resolve)),
  };
}
