import type { ConsensusParams } from '../core/consensus/params.ts';
import { isSnapshotHeight } from '../core/consensus/snapshot-rules.ts';
import { type ConnectedStep, countStepsInBatch } from './committer.ts';

/**
 * Limit on the encoded bytes of checked blocks that wait for the disk. Decoded blocks use about ten times as much
 * memory.
 */
const MAX_READY_BYTES = 4 << 20;

/**
 * Writes checked blocks to the database in order, one batch at a time. Blocks that are checked during a write go into
 * the next batch: a slow disk leads to larger batches, not to a longer queue.
 */
export class StepWriter {
  readonly #params: ConsensusParams;
  readonly #commit: (steps: readonly ConnectedStep[]) => Promise<void>;
  #ready: ConnectedStep[] = [];
  #readyBytes = 0;
  #writing: Promise<void> | null = null;
  #failure: { readonly error: unknown } | null = null;

  /** `commit` is never called again after it has failed. */
  constructor(params: ConsensusParams, commit: (steps: readonly ConnectedStep[]) => Promise<void>) {
    this.#params = params;
    this.#commit = commit;
  }

  /** Resolves when there is room for more. @throws what a commit threw, on this and every later call */
  async add(step: ConnectedStep): Promise<void> {
    this.throwFailure();
    this.#ready.push(step);
    this.#readyBytes += step.block.bytes.length;
    this.#writing ??= this.#write();
    // When the disk is slower than the checks, the caller waits here, so that memory is bounded.
    if (this.#readyBytes > MAX_READY_BYTES) await this.#writing;
    this.throwFailure();
  }

  /** Resolves when all steps are in the database. @throws what a commit threw */
  async flush(): Promise<void> {
    while (this.#writing) await this.#writing;
    this.throwFailure();
  }

  /** Drops the steps that are not written yet. */
  abandon(): void {
    this.#ready = [];
    this.#readyBytes = 0;
  }

  throwFailure(): void {
    if (this.#failure) throw this.#failure.error;
  }

  async #write(): Promise<void> {
    try {
      while (this.#ready.length > 0) await this.#commit(this.#takeGroup());
    } catch (error) {
      this.#failure = { error };
    } finally {
      // Reset in the same turn as the last check of the queue, so that a step added from now on starts a new run.
      this.#writing = null;
    }
  }

  /**
   * The checked steps that form the next batch. A batch ends at a block whose UTXO set is to be frozen, so that the
   * database stops exactly there.
   */
  #takeGroup(): readonly ConnectedStep[] {
    const end = this.#ready.findIndex(({ entry }) => isSnapshotHeight(entry.height, this.#params));
    const group = this.#ready.splice(
      0,
      Math.min(countStepsInBatch(this.#ready), end < 0 ? Infinity : end + 1),
    );
    for (const { block } of group) this.#readyBytes -= block.bytes.length;
    return group;
  }
}
