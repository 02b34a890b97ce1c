import {
  isMutatedBody,
  checkMatchedBody,
  type MatchedBlock,
  matchBody,
} from '../core/consensus/block-rules.ts';
import { checkSnapshotPlace } from '../core/consensus/snapshot-rules.ts';
import { type Block, decodeBlock } from '../core/primitives/block.ts';
import { decodeHeader, type Header } from '../core/primitives/header.ts';
import { HEADER_BYTES, MAX_BLOCK_BYTES } from '../core/primitives/limits.ts';
import { isViolation, type Violation, violation } from '../core/violation.ts';
import type { Clock } from '../lib/clock.ts';
import type { ChainDb } from '../storage/chain-db.ts';
import type { BlockStore } from './block-store.ts';
import { acceptHeaders, type HeaderAcceptorDeps } from './header-acceptor.ts';
import type { IndexedChain } from './chain-line.ts';
import type { OwnedEntry } from './header-entry.ts';

export interface BlockReceiverDeps extends HeaderAcceptorDeps {
  readonly active: Pick<IndexedChain<OwnedEntry>, 'has'>;
  readonly bodies: BlockStore;
  readonly db: ChainDb;
  readonly clock: Pick<Clock, 'soon'>;
  onHeaders(added: readonly OwnedEntry[]): Promise<void>;
  onInvalid(entry: OwnedEntry, reason: Violation): void;
  /** A new body passed every check that needs no coins, and is about to be stored. */
  onChecked(entry: OwnedEntry, block: Block): void;
  /** The body of this block was stored. */
  onStored(entry: OwnedEntry): void;
  /**
   * The only violation of this block is that its time is ahead of the local clock. Its proof of work holds; its body
   * was not checked.
   */
  onTimeTooNew(header: Header, bytes: Uint8Array): void;
}

/** A stored body that passed every check that needs no coins. */
export interface Received {
  readonly entry: OwnedEntry;
  readonly isNew: boolean;
}

/** Decoding and checking a body of at most this size takes less than a millisecond. */
const QUICK_BYTES = 32 * 1024;

/**
 * Accepts a block as far as possible without the UTXO set: checks header and proof of work, then the body, then stores
 * it. A body that breaks a rule marks its header invalid permanently, unless the failure only shows that the body
 * belongs to another header.
 */
export async function receiveBlock(
  deps: BlockReceiverDeps,
  given: Uint8Array | MatchedBlock,
): Promise<Received | Violation> {
  const bytes = given instanceof Uint8Array ? given : given.bytes;
  const header = decodeHeader(bytes.subarray(0, HEADER_BYTES));
  if (isViolation(header)) return header;
  const entry = await entryOf(deps, header, bytes);
  if (isViolation(entry)) return entry;
  if (entry.status === 'invalid') return violation('block-invalid', { id: entry.id });
  // Genesis is part of the program and never stored.
  if (entry.body || entry.height === 0) return { entry, isNew: false };
  const block = given instanceof Uint8Array ? decodeBlock(given) : given;
  if (isViolation(block)) return block;
  // Decoding and checking a full block take some milliseconds each, so the event loop runs between them.
  if (bytes.length > QUICK_BYTES) await deps.clock.soon();
  const matched = given instanceof Uint8Array ? matchBody(block) : given;
  const broken = isViolation(matched)
    ? matched
    : (checkMatchedBody(matched) ?? checkSnapshotPlace(matched, deps.network.params));
  if (broken) return rejectBlock(deps, entry, broken);
  return store(deps, entry, block);
}

async function entryOf(
  deps: BlockReceiverDeps,
  header: Header,
  bytes: Uint8Array,
): Promise<OwnedEntry | Violation> {
  const known = deps.index.get(header.idHex);
  if (known) return known;
  const { added, violation: broken, early } = await acceptHeaders(deps, [header]);
  await deps.onHeaders(added);
  if (early && bytes.length <= MAX_BLOCK_BYTES) deps.onTimeTooNew(early, bytes);
  if (broken?.code === 'header-orphan') {
    return violation(header.height === 0 ? 'block-genesis' : 'block-orphan', broken.evidence);
  }
  return broken ?? deps.index.get(header.idHex) ?? violation('block-orphan');
}

async function rejectBlock(
  deps: BlockReceiverDeps,
  entry: OwnedEntry,
  broken: Violation,
): Promise<Violation> {
  if (isMutatedBody(broken.code)) return broken;
  const marked = deps.index.markInvalid(entry);
  await deps.db.putHeaders(marked.map((each) => deps.index.recordOf(each)));
  deps.onInvalid(entry, broken);
  return broken;
}

async function store(deps: BlockReceiverDeps, entry: OwnedEntry, block: Block): Promise<Received> {
  const adding = deps.bodies.add(block);
  if (!entry.body) deps.onChecked(entry, block);
  const at = await adding;
  // Two peers may have sent the block at the same time: the second copy on the disk is never used. Genesis has no body
  // on the disk.
  if (entry.body || entry.height === 0) return { entry, isNew: false };
  deps.index.markStored(entry, at, block.transactions.length);
  deps.onStored(entry);
  // If the block is connected next, its record is written with that commit. Otherwise the record is written now, to
  // survive a crash.
  if (!entry.complete || deps.active.has(entry)) await deps.db.putHeaders([deps.index.recordOf(entry)]);
  return { entry, isNew: true };
}
