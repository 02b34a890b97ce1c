import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { equalBytes } from '../../core/codec/bytes.ts';
import { fromHex } from '../../core/codec/hex.ts';
import { coinbaseRecords } from '../../core/consensus/block-rules.ts';
import type { ConsensusParams } from '../../core/consensus/params.ts';
import type { Hash } from '../../core/crypto/hash.ts';
import type { Network } from '../../core/params/network.ts';
import { type Block, decodeBlock } from '../../core/primitives/block.ts';
import { findRecord, RECORD_TAG } from '../../core/primitives/records.ts';
import { isViolation } from '../../core/violation.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Chain } from '../../chain/chain.ts';
import type { HeaderEntry } from '../../chain/header-entry.ts';
import {
  type Manifest,
  openFetchedFolder,
  readManifest,
  removeFetched,
  snapshotName,
} from '../../chain/snapshot-files.ts';
import { SnapshotRefused } from '../../chain/load-snapshot.ts';
import type { Peer } from '../peers/peer.ts';
import type { Peers } from '../peers/peers.ts';
import { peerViolation } from '../protocol/wire-violation.ts';
import { REQUEST } from '../protocol/requests.ts';
import { decodeManifest, encodeGetManifest } from '../protocol/snapshot-messages.ts';
import { encodeGetBlocks } from '../protocol/sync-messages.ts';
import { ask } from './request.ts';
import { type ChunkFetchDeps, fetchChunks } from './chunk-fetch.ts';
import { createWake } from './wake.ts';

export interface SnapshotSyncDeps {
  readonly network: Network;
  readonly chain: Pick<Chain, 'tip' | 'bestHeader' | 'loadSnapshot'>;
  readonly peers: Pick<Peers, 'list' | 'events'>;
  /** The folder of snapshots in the data directory. */
  readonly directory: string;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Starts a chain from the newest buried snapshot that the chain commits to. Downloads it from many peers in parallel.
 */
export interface SnapshotSync {
  /** True when the chain has a snapshot now. False when none is available, so that blocks must be synced instead. */
  run(signal: AbortSignal): Promise<boolean>;
  /** Number of downloaded chunks and their total; null when no snapshot is being downloaded. */
  progress(): { readonly done: number; readonly of: number } | null;
}

/** How long to wait for a peer that serves snapshots, after enough headers are known. */
const SERVERS_MS = 10_000;
/** Pause between two attempts. */
const PAUSE_MS = 1000;
/** Number of attempts, when a peer disconnects or no peer has the manifest. */
const MAX_ATTEMPTS = 3;

export function createSnapshotSync(deps: SnapshotSyncDeps): SnapshotSync {
  const { chain, peers, network, clock, log } = deps;
  let progress: { done: number; of: number } | null = null;

  const fetching: ChunkFetchDeps = {
    servers: () => peers.list().filter(({ hello }) => hello.services.includes('snapshots')),
    onPeer: (listener) => peers.events.on('handshakeCompleted', listener),
    clock,
  };

  /** Downloads the chunks. False when no peer delivers any more; downloaded chunks are kept for the next attempt. */
  async function fetchFolder(path: string, manifest: Manifest, signal: AbortSignal): Promise<boolean> {
    const folder = await openFetchedFolder(path);
    const here = await folder.here(manifest);
    const missing = [...manifest.chunks.keys()].filter((index) => !here.has(index));
    const of = manifest.chunks.length;
    let done = here.size;
    progress = { done, of };
    log.info('downloading a snapshot', { height: manifest.facts.height, chunks: of, here: done });
    const put = async (index: number, bytes: Uint8Array) => {
      await folder.chunk(index, bytes);
      progress = { done: ++done, of };
    };
    const all = await fetchChunks(fetching, manifest, missing, put, signal);
    if (all) await folder.finish(manifest);
    return all;
  }

  async function attempt(signal: AbortSignal): Promise<'done' | 'none' | 'failed'> {
    const committing = committingHeader(chain.bestHeader(), network.params);
    if (committing === null || !(await awaitServer(fetching, signal))) return 'none';
    const block = await fetchBlock(peers.list(), committing);
    if (block === null) return 'failed';
    const root = findRecord(coinbaseRecords(block), RECORD_TAG.snapshotRoot);
    if (!root) return 'failed';
    const base = ancestor(committing, committing.height - network.params.delay);
    const path = join(deps.directory, snapshotName(base.height, base.id));
    await removeFetched(deps.directory, path);
    // A snapshot may have been downloaded before a restart and not loaded.
    const whole = await readManifest(path);
    const reused = whole !== null && equalBytes(whole.root, root);
    if (!reused) {
      const manifest = await fetchManifest(fetching.servers(), network.id, root, base);
      if (manifest === null || !(await fetchFolder(path, manifest, signal))) return 'failed';
    }
    try {
      await chain.loadSnapshot(path, block.bytes);
    } catch (error) {
      // An error of the disk may be temporary, so the download is kept.
      if (!(error instanceof SnapshotRefused)) throw error;
      await rm(path, { recursive: true, force: true });
      if (!reused) throw error;
      return 'failed';
    }
    log.info('the chain starts from a snapshot', { height: base.height });
    return 'done';
  }

  async function tryAll(signal: AbortSignal): Promise<boolean> {
    for (let tries = 0; tries < MAX_ATTEMPTS; tries++) {
      const outcome = await attempt(signal);
      if (outcome !== 'failed') return outcome === 'done';
      progress = null;
      await clock.sleep(PAUSE_MS, signal);
    }
    return false;
  }

  return {
    async run(signal) {
      try {
        const done = await tryAll(signal);
        if (!done) await removeFetched(deps.directory);
        return done;
      } catch (error) {
        // The node stops. The downloaded chunks are kept.
        if (signal.aborted) return false;
        log.warn('no snapshot could be used', { error: String(error) });
        await removeFetched(deps.directory);
        return false;
      } finally {
        progress = null;
      }
    },
    progress: () => progress,
  };
}

/** The newest block that commits to a snapshot and has an epoch of headers on top of it. */
function committingHeader(best: HeaderEntry, { epoch, delay }: ConsensusParams): HeaderEntry | null {
  const height = Math.floor((best.height - delay - epoch) / epoch) * epoch;
  if (height < epoch) return null;
  let at: HeaderEntry | null = best;
  while (at !== null && at.height > height + delay) at = at.prev;
  return at;
}

function ancestor(entry: HeaderEntry, height: number): HeaderEntry {
  let at = entry;
  while (at.height > height) at = at.prev!;
  return at;
}

async function fetchBlock(peers: readonly Peer[], entry: HeaderEntry): Promise<Block | null> {
  const question = { kind: REQUEST.getBlocks, body: encodeGetBlocks([fromHex(entry.id)!]) };
  for (const peer of peers) {
    if (peer.hello.servesFrom > entry.height || peer.tip.work < entry.work) continue;
    const bytes = await ask(peer, question);
    const block = bytes && decodeBlock(bytes);
    if (block && !isViolation(block) && block.header.idHex === entry.id) return block;
  }
  return null;
}

async function fetchManifest(
  servers: readonly Peer[],
  networkId: Hash,
  root: Hash,
  base: HeaderEntry,
): Promise<Manifest | null> {
  for (const peer of servers) {
    let found: Manifest | null = null;
    await ask(
      peer,
      { kind: REQUEST.getManifest, body: encodeGetManifest(root) },
      (body) => {
        if (body.length === 0) return null;
        const manifest = decodeManifest(body, networkId);
        if (isViolation(manifest)) return manifest;
        if (!equalBytes(manifest.root, root)) return peerViolation('chunk-invalid', { what: 'manifest' });
        // If the root is that of another height, the chain is at fault and not this peer.
        if (manifest.facts.height === base.height) found = manifest;
        return null;
      },
      (it) => it.snapshots,
    );
    if (found !== null) return found;
  }
  return null;
}

/** Waits for a peer that serves snapshots. False when none connects in time. */
async function awaitServer(
  { servers, onPeer, clock }: ChunkFetchDeps,
  signal: AbortSignal,
): Promise<boolean> {
  const until = clock.monotonic() + SERVERS_MS;
  const wake = createWake(clock);
  const off = onPeer(wake.call);
  try {
    while (servers().length === 0 && clock.monotonic() < until) {
      signal.throwIfAborted();
      await wake.by(until, signal);
    }
  } finally {
    off();
  }
  return servers().length > 0;
}
