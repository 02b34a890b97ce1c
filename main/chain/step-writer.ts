import type { ConsensusParams } from '../core/consensus/params.ts';
import { isSnapshotHeight } from '../core/consensus/snapshot-rules.ts';
import { type ConnectedStep, fitting } from './committer.ts';

/** Bytes of checked blocks that wait for the disk; decoded they take some ten times as much. */
const MAX_READY_BYTES = 4 << 20;

/**
 * Takes checked blocks to the database in their order, one batch at a time: what gets ready while one is written goes
 * into the next, so that a disk slower than the checks gets larger batches rather than a longer line.
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

  /** Resolves when there is room for more. @throws what a commit threw, then and ever after */
  async add(step: ConnectedStep): Promise<void> {
    this.throwFailure();
    this.#ready.push(step);
    this.#readyBytes += step.block.bytes.length;
    this.#writing ??= this.#write();
    // A disk slower than the checks holds them up, rather than fill the memory.
    if (this.#readyBytes > MAX_READY_BYTES) await this.#writing;
    this.throwFailure();
  }

  /** Resolves when all is in the database. @throws what a commit threw */
  async flush(): Promise<void> {
    while (this.#writing) await this.#writing;
    this.throwFailure();
  }

  /** Lets go of what has not been written. */
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
      // With the last look at what is ready, not a turn later: what is added from now on starts a new line.
      this.#writing = null;
    }
  }

  /** What is ready, up to a block whose UTXO set is to be frozen: the database must stand just there for a moment. */
  #takeGroup(): readonly ConnectedStep[] {
    const end = this.#ready.findIndex(({ entry }) => isSnapshotHeight(entry.height, this.#params));
    const group = this.#ready.splice(0, Math.min(fitting(this.#ready), end < 0 ? Infinity : end + 1));
    for (const { block } of group) this.#readyBytes -= block.bytes.length;
    return group;
  }
}
