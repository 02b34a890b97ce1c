import type { Height } from '../../shared/units.ts';
import { checkBody } from '../core/consensus/block-rules.ts';
import { checkHeaderContext, checkProofOfWork } from '../core/consensus/header-rules.ts';
import { checkSnapshotPlace } from '../core/consensus/snapshot-rules.ts';
import { deltaOf } from '../core/ledger/undo-record.ts';
import type { Network } from '../core/params/network.ts';
import type { PowHash } from '../core/ports.ts';
import { decodeHeader } from '../core/primitives/header.ts';
import { isViolation } from '../core/violation.ts';
import { type BlockStore, readUndo } from './block-store.ts';
import type { IndexedChain } from './chain-line.ts';
import { bitsAfter } from './header-acceptor.ts';
import type { OwnedEntry } from './header-entry.ts';
import type { HeaderIndex } from './header-index.ts';

/** The stored data of one block. */
export interface StoredCheck {
  readonly body: 'whole' | 'absent' | 'damaged';
  readonly undo: 'whole' | 'absent' | 'damaged';
  /** Sentences for the report; empty when all stored data is valid. */
  readonly problems: readonly string[];
}

export interface StoredCheckDeps {
  readonly network: Network;
  readonly index: HeaderIndex;
  readonly active: IndexedChain<OwnedEntry>;
  readonly bodies: BlockStore;
  readonly powHash: PowHash;
}

/** See Chain.checkStored. Cost: one proof of work, and reading the block. */
export async function checkStored(deps: StoredCheckDeps, height: Height): Promise<StoredCheck> {
  const { network, active, bodies } = deps;
  const entry = active.at(height)!;
  const block = entry.body && (await bodies.read(entry.id, entry.body));
  const undo = await readUndo(bodies, entry);
  const problems: string[] = [];
  const wrongHeader = checkStoredHeader(deps, entry);
  if (wrongHeader) problems.push(`the header of block ${height} breaks the rule ${wrongHeader}`);
  if (entry.body && !block) problems.push(`the body of block ${height} is damaged`);
  const wrongBody = block && (checkBody(block) ?? checkSnapshotPlace(block, network.params));
  if (wrongBody) problems.push(`the body of block ${height} breaks the rule ${wrongBody.code}`);
  const undone = !entry.undo || (undo && (!block || deltaOf(block, undo)));
  if (!undone) problems.push(`the undo record of block ${height} is damaged`);
  const standing = (at: unknown, good: unknown) => (at ? (good ? 'whole' : 'damaged') : 'absent');
  return { body: standing(entry.body, block), undo: standing(entry.undo, undone), problems };
}

function checkStoredHeader({ network, index, powHash }: StoredCheckDeps, entry: OwnedEntry): string | null {
  const header = decodeHeader(index.headerBytes(entry));
  if (isViolation(header)) return header.code;
  // When the chain is opened, the id comes from the key of the record, which the same checksum covers.
  if (header.idHex !== entry.id) return 'header-pow';
  const parent = entry.prev!;
  const broken =
    checkHeaderContext(header, parent, bitsAfter(parent, network)) ??
    checkProofOfWork(header, powHash(header.bytes, network.params.powMemoryKiB));
  return broken?.code ?? null;
}
