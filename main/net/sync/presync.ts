import { createHash } from 'node:crypto';
import { equalBytes } from '../../core/codec/bytes.ts';
import { bitsToTarget, workOf } from '../../core/consensus/compact.ts';
import { checkHeaderContext, checkProofOfWork, type HeaderView } from '../../core/consensus/header-rules.ts';
import type { Network } from '../../core/params/network.ts';
import type { PowHash } from '../../core/ports.ts';
import type { Header } from '../../core/primitives/header.ts';
import type { Random } from '../../lib/random.ts';
import { bitsAfter } from '../../chain/header-acceptor.ts';
import type { HeaderEntry } from '../../chain/header-entry.ts';
import { type PeerViolation, peerViolation } from '../protocol/wire-violation.ts';

/** Memory per header during presync: 8 bytes of a keyed hash. */
const MARK_BYTES = 8;
/**
 * Maximum number of headers in presync: 15 years of the main network, which take 64 MB. A longer chain is not accepted
 * in this way.
 */
const MAX_PRESYNC_HEADERS = 8_000_000;
const HEADERS_PER_GROWTH = 1 << 16;

export interface PresyncDeps {
  readonly network: Network;
  readonly powHash: PowHash;
  /** Must not be predictable for the peer. */
  readonly random: Random;
}

/**
 * Accepts a header chain from a peer that has not proved enough work yet (as headerssync in Bitcoin Core). Presync
 * stores only 8 bytes per header. It checks linkage, bits and times of all headers, and the proof of work of a random
 * sample. When the chain has enough work, it is downloaded again (redownload): each header must be the one of presync,
 * and is then fully checked. So a flood of headers with little work costs little memory and no disk space.
 */
export interface Presync {
  /**
   * Checks the headers in presync. `enough`: the chain has enough work, and redownload begins at the fork. `changed`:
   * the headers do not extend the previous message. The peer has reorganised, which is not a violation.
   */
  first(headers: readonly Header[]): PeerViolation | 'more' | 'enough' | 'changed';
  /** Compares the headers in redownload with those of presync. `changed`: they are not the same. */
  second(headers: readonly Header[]): 'same' | 'changed';
  /** Whether redownload has reached the end of presync. */
  readonly complete: boolean;
  /** Number of headers in presync. */
  readonly count: number;
}

/**
 * The proof of work of one in this many headers is checked in presync. A chain with 100 headers without work passes
 * with a probability of 1 : 600.
 */
const HEADERS_PER_SAMPLE = 16;

type View = HeaderView & { readonly anchor: HeaderView | null };

/**
 * `fork` is the last block of the peer's chain that this node knows. `minimum` is the total work that the chain must
 * have.
 */
export function createPresync(deps: PresyncDeps, fork: HeaderEntry, minimum: bigint): Presync {
  const { network } = deps;
  const key = deps.random.bytes(16);
  let marks = new Uint8Array(HEADERS_PER_GROWTH * MARK_BYTES);
  let count = 0;
  let seen = 0;
  let work = fork.work;
  let lastId = Uint8Array.from(Buffer.from(fork.id, 'hex'));
  let last: View = fork;

  const markOf = (header: Header): Uint8Array =>
    createHash('sha256').update(key).update(header.id).digest().subarray(0, MARK_BYTES);

  function add(header: Header): PeerViolation | null {
    const broken = checkHeaderContext(header, last, bitsAfter(last, network));
    if (broken !== null) return broken;
    const sampled = deps.random.number() * HEADERS_PER_SAMPLE < 1;
    const { powMemoryKiB } = network.params;
    const lazy = sampled ? checkProofOfWork(header, deps.powHash(header.bytes, powMemoryKiB)) : null;
    if (lazy !== null) return lazy;
    if (count * MARK_BYTES === marks.length) {
      const grown = new Uint8Array(marks.length * 2);
      grown.set(marks);
      marks = grown;
    }
    marks.set(markOf(header), count++ * MARK_BYTES);
    work += workOf(bitsToTarget(header.bits));
    const { height, time, bits } = header;
    const view = { height, time, bits, prev: recent(last), anchor: last.anchor };
    view.anchor ??= view;
    last = view;
    lastId = header.id.slice();
    return null;
  }

  return {
    get count() {
      return count;
    },
    get complete() {
      return seen === count;
    },
    first(headers) {
      // Within one message the headers are linked; header-requests.ts checks that.
      if (headers[0] !== undefined && !equalBytes(headers[0].prev, lastId)) return 'changed';
      for (const header of headers) {
        if (count === MAX_PRESYNC_HEADERS) return peerViolation('header-low-work', { height: header.height });
        const wrong = add(header);
        if (wrong !== null) return wrong;
      }
      return work >= minimum ? 'enough' : 'more';
    },
    second(headers) {
      for (const header of headers) {
        if (seen === count) return 'same';
        const at = seen * MARK_BYTES;
        if (!equalBytes(markOf(header), marks.subarray(at, at + MARK_BYTES))) return 'changed';
        seen++;
      }
      return headers.length === 0 ? 'changed' : 'same';
    },
  };
}

/**
 * The view with only as many ancestors as the median time needs, so that the remaining ones can be garbage collected.
 */
function recent(view: View): HeaderView {
  let at: HeaderView = view;
  for (let i = 0; i < 11 && at.prev !== null; i++) at = at.prev;
  // Entries of the header index must not be changed. They are few, so they may stay linked.
  if (!('work' in at)) (at as { prev: HeaderView | null }).prev = null;
  return view;
}
