import { createHash, randomBytes } from 'node:crypto';
import { equalBytes } from '../../core/codec/bytes.ts';
import { bitsToTarget, workOf } from '../../core/consensus/compact.ts';
import { checkHeaderContext, checkProofOfWork, type HeaderView } from '../../core/consensus/header-rules.ts';
import type { Network } from '../../core/params/network.ts';
import type { PowHash } from '../../core/ports.ts';
import type { Header } from '../../core/primitives/header.ts';
import { bitsAfter } from '../../chain/header-acceptor.ts';
import type { HeaderEntry } from '../../chain/header-entry.ts';
import { type PeerViolation, peerViolation } from '../protocol/wire-violation.ts';

/** What is kept of each header until its chain has shown enough work: 8 bytes of a hash with a key that only we know. */
const MARK_BYTES = 8;
/** So a chain of 8 million headers, 15 years of main, takes 64 MB; a longer one isn't followed this way. */
const MOST_HEADERS = 8_000_000;
const GROWTH = 1 << 16;

export interface PresyncDeps {
  readonly network: Network;
  readonly powHash: PowHash;
  /** From 0 to below 1; the peer must not foresee it. */
  readonly random: () => number;
}

/**
 * A chain of headers from a peer that has yet to show its work. In the first pass nothing of it is stored but a mark a
 * header; linkage, bits and times are checked for all, the proof of work for a random part. When the chain has enough
 * work it is fetched again, and each header must be the one of the first pass before it is handed on, where its proof
 * of work is checked in full. So a flood of cheap headers costs us no memory to speak of and no disk.
 */
export interface Presync {
  /**
   * `enough`: the second pass begins at the fork. `changed`: they don't lead on from the message before, so the peer
   * follows another chain by now, as every peer may.
   */
  first(headers: readonly Header[]): PeerViolation | 'more' | 'enough' | 'changed';
  /** `changed`: these are not the headers of the first pass. */
  second(headers: readonly Header[]): 'same' | 'changed';
  /** Whether the second pass has seen all that the first one did. */
  readonly complete: boolean;
  /** Headers of the first pass. */
  readonly count: number;
}

/** One in so many proofs of work is checked in the first pass: who leaves out 100 of them passes with odds of 1 : 600. */
const SAMPLE = 16;

type View = HeaderView & { readonly anchor: HeaderView | null };

/** `fork` is where the chain leaves those that we know; `minimum` the work that its end must have. */
export function createPresync(deps: PresyncDeps, fork: HeaderEntry, minimum: bigint): Presync {
  const { network } = deps;
  const key = randomBytes(16);
  let marks = new Uint8Array(GROWTH * MARK_BYTES);
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
    const sampled = deps.random() * SAMPLE < 1;
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
      // Within one message they follow each other (header-sync.ts).
      if (headers[0] !== undefined && !equalBytes(headers[0].prev, lastId)) return 'changed';
      for (const header of headers) {
        if (count === MOST_HEADERS) return peerViolation('header-low-work', { height: header.height });
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

/** The view without more ancestors than the median of times needs, so that the chain behind it can be forgotten. */
function recent(view: View): HeaderView {
  let at: HeaderView = view;
  for (let i = 0; i < 11 && at.prev !== null; i++) at = at.prev;
  // Entries of the index are not ours to change, and are few.
  if (!('work' in at)) (at as { prev: HeaderView | null }).prev = null;
  return view;
}
