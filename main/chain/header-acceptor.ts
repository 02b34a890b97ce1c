import type { UnixSeconds } from '../../shared/units.ts';
import { nextBits } from '../core/consensus/asert.ts';
import {
  checkHeaderContext,
  checkNotEarly,
  checkProofOfWork,
  type HeaderView,
} from '../core/consensus/header-rules.ts';
import { toHex } from '../core/codec/hex.ts';
import type { Network } from '../core/params/network.ts';
import type { PowHash, PowHashMany } from '../core/ports.ts';
import type { Header } from '../core/primitives/header.ts';
import { type Violation, violation } from '../core/violation.ts';
import type { HeaderEntry, OwnedEntry } from './header-entry.ts';
import type { HeaderIndex } from './header-index.ts';

export interface HeaderAcceptorDeps {
  readonly network: Network;
  readonly index: HeaderIndex;
  readonly powHash: PowHash;
  readonly powHashMany: PowHashMany;
  now(): UnixSeconds;
}

/** The result for a list of headers. The headers before the first violation are in the index. */
export interface HeadersAccepted {
  /** The new entries. */
  readonly added: readonly OwnedEntry[];
  /** The last header that is in the index now. */
  readonly last: HeaderEntry | null;
  readonly violation: Violation | null;
  /** The header whose only violation is that it is ahead of the local clock. Its proof of work holds. */
  readonly early: Header | null;
}

/** A header that is not in the index yet, with the fields that the checks of its successors need. */
interface Candidate extends HeaderView {
  readonly header: Header;
  readonly anchor: HeaderView | null;
}

type Parent = HeaderView & { readonly anchor: HeaderView | null };

// For one or two headers, hashing on this thread costs less than a message to the workers.
const MAX_INLINE_HEADERS = 2;

/** The bits that a child of `parent` must have; the schedule starts with the first mined block (docs/adr/0002). */
export function bitsAfter(parent: Parent, network: Network): number {
  return parent.anchor ? nextBits(parent.anchor, parent, network.params) : network.params.startBits;
}

/**
 * Accepts headers in order: the parent of each is known or is the header before it. Links, bits and times of all
 * headers are checked before the first Argon2id, so that invalid headers cost their sender more than this node (ADR
 * 0012).
 */
export async function acceptHeaders(
  deps: HeaderAcceptorDeps,
  headers: readonly Header[],
): Promise<HeadersAccepted> {
  const { candidates, known, broken, early } = linkCandidates(deps, headers);
  const linked = candidates.map(({ header }) => header);
  const worked = await countWorked(deps, early ? [...linked, early] : linked);
  const added: OwnedEntry[] = [];
  for (const header of linked.slice(0, worked)) {
    const prev = deps.index.get(toHex(header.prev));
    if (!prev) break;
    // Another call may have added the header while this one waited for the hashes.
    if (!deps.index.get(header.idHex)) added.push(deps.index.add(header, prev));
  }
  const lastHeader = linked[Math.min(worked, linked.length) - 1]?.idHex ?? known;
  const last = (lastHeader && deps.index.get(lastHeader)) || null;
  const lazy = worked < linked.length ? linked[worked]! : worked === linked.length ? early : null;
  if (lazy) return { added, last, violation: violation('header-pow', { height: lazy.height }), early: null };
  return { added, last, violation: broken, early };
}

interface Linked {
  readonly candidates: readonly Candidate[];
  readonly known: string | null;
  readonly broken: Violation | null;
  readonly early: Header | null;
}

function linkCandidates({ index, network, now }: HeaderAcceptorDeps, headers: readonly Header[]): Linked {
  const candidates: Candidate[] = [];
  const byId = new Map<string, Candidate>();
  let known: string | null = null;
  const end = (broken: Violation | null, early: Header | null = null): Linked => ({
    candidates,
    known,
    broken,
    early,
  });
  for (const header of headers) {
    if (index.get(header.idHex) || byId.has(header.idHex)) {
      if (candidates.length === 0) known = header.idHex;
      continue;
    }
    const prevId = toHex(header.prev);
    const stored = index.get(prevId);
    if (stored?.status === 'invalid') return end(violation('header-on-invalid'));
    const parent: Parent | undefined = byId.get(prevId) ?? stored;
    if (!parent) return end(violation('header-orphan', { prev: prevId }));
    const broken = checkHeaderContext(header, parent, bitsAfter(parent, network));
    if (broken) return end(broken);
    const early = checkNotEarly(header, now(), network.params);
    if (early) return end(early, header);
    const { height, time, bits } = header;
    const candidate: Candidate = { header, height, time, bits, prev: parent, anchor: null };
    (candidate as { anchor: HeaderView }).anchor = parent.anchor ?? candidate;
    candidates.push(candidate);
    byId.set(header.idHex, candidate);
  }
  return end(null);
}

/** How many headers, from the first on, have valid proof of work. */
async function countWorked(deps: HeaderAcceptorDeps, headers: readonly Header[]): Promise<number> {
  const { powMemoryKiB } = deps.network.params;
  const bytes = headers.map((header) => header.bytes);
  const digests =
    bytes.length <= MAX_INLINE_HEADERS
      ? bytes.map((header) => deps.powHash(header, powMemoryKiB))
      : await deps.powHashMany(bytes, powMemoryKiB);
  const bad = headers.findIndex((header, i) => checkProofOfWork(header, digests[i]!) !== null);
  return bad < 0 ? headers.length : bad;
}
