import type { MatchedBlock } from '../core/consensus/block-rules.ts';
import { decodeHeader } from '../core/primitives/header.ts';
import { HEADER_BYTES } from '../core/primitives/limits.ts';
import { isViolation, type Violation } from '../core/violation.ts';
import type { Clock } from '../lib/clock.ts';
import type { Emitter } from '../lib/events.ts';
import { type BlockReceiverDeps, receiveBlock } from './block-receiver.ts';
import type { AcceptResult, ChainEvents, ChainIntake, SubmitResult } from './chain.ts';
import type { ChainFailure } from './chain-failure.ts';
import type { ChainNotifier } from './chain-notifier.ts';
import { createDeferredBlocks } from './deferred-blocks.ts';
import type { RecoveredBodies } from './recovered-bodies.ts';
import { acceptHeaders } from './header-acceptor.ts';
import type { OwnedEntry } from './header-entry.ts';
import type { IndexedChain } from './chain-line.ts';
import type { MissingBodies } from './missing-bodies.ts';

type ReceiverParts = Pick<
  BlockReceiverDeps,
  'network' | 'index' | 'bodies' | 'db' | 'powHash' | 'powHashMany'
>;

export interface ChainIntakeDeps extends ReceiverParts {
  readonly active: IndexedChain<OwnedEntry>;
  readonly clock: Pick<Clock, 'now' | 'monotonic' | 'after' | 'soon'>;
  readonly events: Pick<Emitter<ChainEvents>, 'emit'>;
  readonly notifier: Pick<ChainNotifier, 'refused' | 'outcome'>;
  readonly failure: ChainFailure;
  readonly found: RecoveredBodies;
  readonly needs: Pick<MissingBodies, 'arrived'>;
  /** Starts the activation of stored blocks. If it is running, it also considers new ones. */
  activate(): void;
}

export interface OwnedIntake {
  readonly intake: ChainIntake;
  /** Stops the retries of early blocks. */
  stop(): void;
}

/** Takes headers and blocks from peers, the miner and files, stores them, and reports the result of each. */
export function createChainIntake(deps: ChainIntakeDeps): OwnedIntake {
  const { network, clock, index, active, db, notifier, failure, found, needs, activate } = deps;
  const deferred = createDeferredBlocks({
    clock,
    futureLimit: network.params.futureLimit,
    onDue: () => void retryEarly().catch(failure.report),
  });
  const announce = (added: readonly OwnedEntry[]) => announceHeaders(deps, added);
  const receiver: BlockReceiverDeps = {
    network,
    index,
    active,
    bodies: deps.bodies,
    db,
    clock,
    powHash: deps.powHash,
    powHashMany: deps.powHashMany,
    now: () => clock.now(),
    onHeaders: announce,
    onInvalid: notifier.refused,
    onChecked(entry, block) {
      if (entry.prev === active.tip) deps.events.emit('next', { entry, block });
    },
    onStored: (entry) => deps.events.emit('stored', entry),
    onTimeTooNew: (header, bytes) => deferred.add(header, bytes),
  };

  const accept: ChainIntake['acceptHeaders'] = (headers) =>
    failure.guard(async (): Promise<AcceptResult> => {
      const { added, last, violation, early } = await acceptHeaders(receiver, headers);
      const adopted = await found.adopt(added);
      await announce(added);
      if (adopted.length > 0) activate();
      if (early) deferred.add(early, early.bytes);
      return { accepted: added.length, last, violation, earlyTime: early?.time ?? null };
    });

  /** Waits until the activator has decided: the block is connected, on a side branch, or invalid. */
  const activated = async (entry: OwnedEntry): Promise<SubmitResult | Violation> => {
    const outcome = notifier.outcome(entry);
    activate();
    const status = await outcome;
    if (isViolation(status)) return status;
    if (status === 'stored') await db.putHeaders([index.recordOf(entry)]);
    return { id: entry.id, status };
  };

  const submit = (block: Uint8Array | MatchedBlock) =>
    failure.guard(async (): Promise<SubmitResult | Violation> => {
      const received = await receiveBlock(receiver, block);
      if (isViolation(received)) return received;
      const { entry, isNew } = received;
      if (!isNew) return { id: entry.id, status: 'duplicate' };
      needs.arrived(entry);
      // A body below the tip changes nothing else, so this does not wait for blocks that are being connected.
      if (!entry.complete || active.has(entry)) return { id: entry.id, status: 'stored' };
      return activated(entry);
    });

  async function retryEarly(): Promise<void> {
    for (const bytes of deferred.take()) {
      const header = bytes.length === HEADER_BYTES ? decodeHeader(bytes) : null;
      if (header && !isViolation(header)) await accept([header]);
      else await submit(bytes);
    }
  }

  return {
    intake: { acceptHeaders: accept, submitBlock: submit, retryEarly },
    stop: deferred.stop,
  };
}

/** Writes the records of new headers and emits `headers`. */
async function announceHeaders(
  { db, index, events, failure }: ChainIntakeDeps,
  added: readonly OwnedEntry[],
): Promise<void> {
  if (added.length === 0) return;
  const written = db.putHeaders(added.map((entry) => index.recordOf(entry)));
  // For a single header the event does not wait for the write: the database writes in order, so every record that
  // depends on the header is written after it.
  if (added.length > 1) await written;
  else written.catch(failure.report);
  events.emit('headers', added.at(-1)!);
}
