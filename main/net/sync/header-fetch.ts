import type { UnixSeconds } from '../../../shared/units.ts';
import { equalBytes } from '../../core/codec/bytes.ts';
import { fromHex, toHex } from '../../core/codec/hex.ts';
import { bitsToTarget, workOf } from '../../core/consensus/compact.ts';
import type { Hash } from '../../core/crypto/hash.ts';
import type { Header } from '../../core/primitives/header.ts';
import type { Log } from '../../lib/log.ts';
import type { AcceptResult, Chain } from '../../chain/chain.ts';
import type { HeaderEntry } from '../../chain/header-entry.ts';
import { MAX_HEADERS } from '../protocol/frame-types.ts';
import type { PeerViolation } from '../protocol/wire-violation.ts';
import { createPresync, type PresyncDeps } from './presync.ts';

export interface HeaderFetchDeps extends PresyncDeps {
  readonly chain: Pick<Chain, 'bestHeader' | 'entry' | 'locator' | 'acceptHeaders'>;
  /** Chains with less work are not stored. */
  minimumWork(): bigint;
  /** Headers were accepted, so bodies may be missing now. */
  readonly onHeaders: () => void;
  readonly log: Log;
}

/** The peer from which headers are downloaded. */
export interface HeaderSource {
  readonly id: string;
  /** The linked headers after the locator. Null when they do not arrive, or when the source is given up. */
  request(locator: readonly Hash[]): Promise<readonly Header[] | null>;
  report(violation: PeerViolation): void;
  /** The source has a header with this time, which is ahead of our clock. */
  early(time: UnixSeconds): void;
  /** The source has reorganised during the download. */
  changed(): void;
}

/**
 * Downloads and accepts all headers of the chain of this peer. True when the peer had no more headers, false when some
 * of its headers are useless here.
 */
export async function fetchHeaders(deps: HeaderFetchDeps, source: HeaderSource): Promise<boolean> {
  const { chain } = deps;
  const start = chain.locator(chain.bestHeader());
  const first = await source.request(start);
  if (first === null) return false;
  const fork = first[0] === undefined ? undefined : chain.entry(toHex(first[0].prev));
  if (fork === undefined || hasEnough(fork, first, deps.minimumWork()))
    return acceptAll(deps, source, start, first);
  return fetchLowWork(deps, source, start, first, fork);
}

const hasEnough = (fork: HeaderEntry, headers: readonly Header[], minimum: bigint): boolean =>
  headers.reduce((work, { bits }) => work + workOf(bitsToTarget(bits)), fork.work) >= minimum;

/** Accepts these headers and downloads and accepts all that follow them. */
async function acceptAll(
  { chain, onHeaders, log }: HeaderFetchDeps,
  source: HeaderSource,
  start: readonly Hash[],
  first: readonly Header[],
): Promise<boolean> {
  let accepting: Promise<AcceptResult> = chain.acceptHeaders(first);
  let full = first.length === MAX_HEADERS;
  let last = first.at(-1);
  for (;;) {
    accepting.catch(() => undefined);
    // The next message is requested while the proof of work of the previous one is checked.
    const next = full && last !== undefined ? await source.request([last.id, ...start]) : [];
    const { violation, earlyTime } = await accepting;
    onHeaders();
    if (earlyTime !== null) source.early(earlyTime);
    if (violation) source.report(violation);
    if (violation || next === null) return false;
    if (next[0] === undefined) return true;
    // Every message must extend the one before, or a peer could keep this node busy without end. An honest peer that
    // has reorganised announces its new tip and is asked again.
    if (last === undefined || !equalBytes(next[0].prev, last.id)) return changed(source, log);
    last = next.at(-1);
    full = next.length === MAX_HEADERS;
    accepting = chain.acceptHeaders(next);
  }
}

/** Presync and redownload of a chain that has shown less work than the minimum so far. */
async function fetchLowWork(
  deps: HeaderFetchDeps,
  source: HeaderSource,
  start: readonly Hash[],
  first: readonly Header[],
  fork: HeaderEntry,
): Promise<boolean> {
  const { chain, log } = deps;
  const pre = createPresync(deps, fork, deps.minimumWork());
  let headers: readonly Header[] | null = first;
  for (let state = pre.first(headers); state !== 'enough'; state = pre.first(headers)) {
    if (state === 'changed') return changed(source, log);
    if (state !== 'more') return blame(source, state);
    // The chain ends below the minimum. Nothing is stored. The peer gets no penalty: it may only be behind.
    if (headers.length < MAX_HEADERS) {
      log.info('a chain with too little work was ignored', { peer: source.id, headers: pre.count });
      return false;
    }
    headers = await source.request([headers.at(-1)!.id, ...start]);
    if (headers === null) return false;
  }
  log.debug('presync is complete; redownload begins', { peer: source.id, headers: pre.count });
  let locator: readonly Hash[] = [fromHex(fork.id)!];
  while (!pre.complete) {
    headers = await source.request(locator);
    if (headers === null) return false;
    if (pre.second(headers) === 'changed') return changed(source, log);
    const { violation, earlyTime } = await chain.acceptHeaders(headers);
    if (earlyTime !== null) source.early(earlyTime);
    if (violation) return blame(source, violation);
    locator = [headers.at(-1)!.id];
  }
  deps.onHeaders();
  return acceptAll(deps, source, start, headers);
}

/**
 * The peer has reorganised and announces its new tip. This is not a violation, but from now on other peers get the
 * requests first. So a peer that keeps changing its chain does not delay the sync.
 */
function changed(source: HeaderSource, log: Log): false {
  log.debug('a peer reorganised during header sync', { peer: source.id });
  source.changed();
  return false;
}

function blame(source: HeaderSource, violation: PeerViolation): false {
  source.report(violation);
  return false;
}
