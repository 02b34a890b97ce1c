import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Height } from '../../shared/units.ts';
import { decodeHeader, type Header } from '../core/primitives/header.ts';
import { isViolation, type Violation } from '../core/violation.ts';
import { KithError } from '../lib/errors.ts';
import type { Chain, ChainDeps } from './chain.ts';
import { createChain } from './create-chain.ts';
import type { HeaderEntry } from './header-entry.ts';

/** Progress of the check of the blocks below the snapshot that a chain began with (protocol.md §15). */
export interface HistoryStatus {
  /** Number of blocks checked from genesis on, with every rule and signature. */
  readonly verified: Height;
  /** The height of the block of the snapshot. */
  readonly of: Height;
}

/** Checks the blocks below a snapshot in a separate folder while the chain is already in use. */
export interface History {
  status(): HistoryStatus;
  /** Up to `max` blocks to submit next, lowest first. */
  wanted(max: number): HeaderEntry[];
  /**
   * Submits one of the wanted blocks, lowest first. Resolves when it is checked. If it breaks a rule, the chain of the
   * snapshot is invalid: see `settled`.
   * @throws {KithError} when the disk failed or returned corrupt data. Nothing more is checked before the next start.
   */
  submit(bytes: Uint8Array): Promise<Violation | null>;
  /**
   * Resolves when all blocks are checked and lead to the UTXO set of the snapshot. Rejects with `snapshot-mismatch`
   * when they lead to another one, or when a block breaks a rule. The node must not spend then.
   */
  readonly settled: Promise<void>;
  close(): Promise<void>;
}

const FOLDER = 'history';
/** The second chain keeps few bodies: only those from which its own snapshots are rebuilt. */
const PRUNE_BYTES = 64 << 20;

/** Null when the chain began with genesis, or when its history was checked before. */
export async function createHistory(chain: Chain, deps: ChainDeps): Promise<History | null> {
  const base = chain.base();
  if (base === null || chain.historyChecked()) return null;
  const directory = join(deps.directory, FOLDER);
  const past = await openPast(chain, { ...deps, directory }, base);

  let settle!: { resolve: () => void; reject: (error: KithError) => void };
  const settled = new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
  settled.catch(() => undefined);
  // The check ends when all blocks are checked, or when one contradicts the snapshot.
  let ended = false;
  let contradicted: Height | null = null;
  let closing: Promise<void> | null = null;

  // After a failure of the disk the result stays open, and no further block may be submitted.
  let failure: { readonly error: unknown } | null = null;
  past.events.on('failed', (error) => (failure = { error }));

  const mismatch = (why: string) => {
    if (contradicted !== null) return;
    ended = true;
    contradicted = past.tip().height;
    // The second chain is closed later, because it is emitting an event at this moment.
    void deps.clock.soon().then(() => {
      closing = past.close().catch(() => undefined);
    });
    settle.reject(new KithError('snapshot-mismatch', why, { data: { height: base.height, why } }));
  };
  const finish = async (): Promise<void> => {
    if (ended || past.tip().height < base.height) return;
    ended = true;
    try {
      await compare();
    } catch (error) {
      // There is no result, so the next start tries again.
      ended = false;
      throw error;
    }
  };
  const compare = async (): Promise<void> => {
    const root = await past.snapshotRootOf(base.height);
    const claimed = await chain.snapshotRootOf(base.height);
    if (!root || !claimed || Buffer.compare(root, claimed) !== 0) {
      return mismatch('the blocks lead to other coins than the snapshot holds');
    }
    await chain.confirmHistory(past);
    await past.close();
    await rm(directory, { recursive: true, force: true });
    settle.resolve();
  };
  past.events.on('invalid', ({ entry, reason }) =>
    mismatch(`block ${entry.height} breaks the rule ${reason.code}`),
  );
  // An earlier run found the mismatch.
  if (past.entry(base.id)?.status === 'invalid') mismatch('a block before it breaks a rule');
  else await finish();

  return {
    settled,
    status: () => ({
      verified: contradicted ?? (ended ? base.height : past.tip().height),
      of: base.height,
    }),
    wanted(max) {
      if (ended) return [];
      return past.missingBlocks(max).filter(({ height }) => height <= base.height);
    },
    async submit(bytes) {
      if (ended) return null;
      const result = await past.submitBlock(bytes);
      if (failure) throw failure.error;
      if (isViolation(result)) return result;
      await chain.keepBody(bytes);
      await finish();
      return null;
    },
    async close() {
      const running = !ended;
      ended = true;
      if (running) await past.close();
      else if (contradicted !== null) await (closing ?? past.close().catch(() => undefined));
    },
  };
}

/** Opens the second chain, with the headers of the first up to the snapshot. */
async function openPast(chain: Chain, deps: ChainDeps, base: HeaderEntry): Promise<Chain> {
  const past = await createChain({
    ...deps,
    // The chain accepted these headers before. If the clock was set back since, they must not count as early.
    clock: { ...deps.clock, now: () => Math.max(deps.clock.now(), base.time) },
    isVerified: undefined,
    neededFrom: undefined,
    checkBuriedSnapshots: true,
    pruneBytes: PRUNE_BYTES,
  });
  await past.acceptHeaders(headersOf(chain, past.bestHeader().height, base));
  return past;
}

function headersOf(chain: Chain, after: Height, base: HeaderEntry): Header[] {
  const headers: Header[] = [];
  for (let height = after + 1; height <= base.height; height++) {
    const header = decodeHeader(chain.headerBytes(chain.atHeight(height)!));
    if (!isViolation(header)) headers.push(header);
  }
  return headers;
}
