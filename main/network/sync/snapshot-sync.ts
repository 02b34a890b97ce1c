import { join } from 'node:path';
import { equalBytes } from '../../core/codec/bytes.ts';
import { fromHex } from '../../core/codec/hex.ts';
import { coinbaseRecords } from '../../core/consensus/block-rules.ts';
import type { Hash } from '../../core/crypto/hash.ts';
import type { Network } from '../../core/networks/network.ts';
import { decodeBlock } from '../../core/primitives/block.ts';
import { findRecord, RECORD } from '../../core/primitives/records.ts';
import { chunkHash } from '../../core/snapshot/root.ts';
import { isViolation } from '../../core/violation.ts';
import { type Clock, sleep } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Chain } from '../../state/chain/chain.ts';
import type { HeaderEntry } from '../../state/chain/headers/header-entry.ts';
import { createSnapshotFolder, type Manifest, snapshotName } from '../../state/snapshot/files.ts';
import type { Peer } from '../peers/peer.ts';
import { FRAME } from '../wire/frame-types.ts';
import { offence } from '../wire/offence.ts';
import { decodeManifest, encodeGetChunk, encodeGetManifest } from '../wire/messages/snapshot-messages.ts';
import { encodeGetBlocks } from '../wire/messages/sync-messages.ts';
import { ask } from './ask.ts';

export interface SnapshotSyncDeps {
  readonly network: Network;
  readonly chain: Pick<Chain, 'tip' | 'bestHeader' | 'loadSnapshot'>;
  readonly peers: { list(): readonly Peer[]; get(id: string): Peer | undefined };
  /** The data directory's folder of snapshots. */
  readonly directory: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Begins a chain with the newest coin set that the chain commits to and that is buried, fetched from many peers at once. */
export interface SnapshotSync {
  /** True when the chain has a snapshot now; false when there is none to be had, and blocks must do. */
  run(signal: AbortSignal): Promise<boolean>;
  /** Chunks here, of how many; null when none is being fetched. */
  progress(): { readonly done: number; readonly of: number } | null;
}

const REPLY_MS = 30_000;
const LOOK_MS = 50;
/** With headers enough for a snapshot, somebody who serves one may still be on the way. */
const SERVERS_MS = 10_000;
/** With nobody left who delivers, blocks are fetched instead after so long. */
const PATIENCE_MS = 60_000;
/** Who hasn't delivered is asked again after so long: one lost answer, or a set that was just being built. */
const REST_MS = 10_000;
/** A peer that left, a manifest that nobody had: worth another try from the beginning. */
const ATTEMPTS = 3;

export function createSnapshotSync(deps: SnapshotSyncDeps): SnapshotSync {
  const { chain, peers, network, clock, log } = deps;
  const { epoch, delay } = network.params;
  let progress: { done: number; of: number } | null = null;

  const servers = (): readonly Peer[] =>
    peers.list().filter(({ hello }) => hello.services.includes('snapshots'));

  /** The newest block that names a snapshot and is buried under an epoch of headers. */
  function committingHeader(): HeaderEntry | null {
    const best = chain.bestHeader();
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

  async function fetchBlock(entry: HeaderEntry): Promise<Uint8Array | null> {
    const question = {
      type: FRAME.getBlocks,
      body: encodeGetBlocks([fromHex(entry.id)!]),
      reply: FRAME.block,
      orElse: FRAME.absent,
    };
    for (const peer of peers.list()) {
      if (peer.hello.servesFrom > entry.height || peer.tip.work < entry.work) continue;
      const bytes = await ask(peer, { ...question, timeoutMs: REPLY_MS });
      const block = bytes && decodeBlock(bytes);
      if (block && !isViolation(block) && block.header.idHex === entry.id) return bytes;
    }
    return null;
  }

  async function fetchManifest(root: Hash, base: HeaderEntry): Promise<Manifest | null> {
    for (const peer of servers()) {
      let found: Manifest | null = null;
      await ask(
        peer,
        {
          type: FRAME.getManifest,
          body: encodeGetManifest(root),
          reply: FRAME.manifest,
          timeoutMs: REPLY_MS,
        },
        (body) => {
          if (body.length === 0) return null;
          const manifest = decodeManifest(body, network.id);
          if (isViolation(manifest)) return manifest;
          const right = equalBytes(manifest.root, root) && manifest.facts.height === base.height;
          if (right) found = manifest;
          return right ? null : offence('chunk-invalid', { what: 'manifest' });
        },
        (it) => it.snapshots,
      );
      if (found !== null) return found;
    }
    return null;
  }

  /** Every peer that has it works through what is left; who sends a wrong chunk is known at once. */
  async function fetchChunks(
    manifest: Manifest,
    put: (index: number, bytes: Uint8Array) => Promise<void>,
    signal: AbortSignal,
  ): Promise<boolean> {
    const left = manifest.chunks.map((_, index) => index);
    const resting = new Map<string, number>();
    const busy = new Set<string>();
    let failure: { readonly error: unknown } | null = null;
    let done = 0;
    progress = { done, of: manifest.chunks.length };

    const work = async (peer: Peer): Promise<void> => {
      for (let index = left.shift(); index !== undefined; index = left.shift()) {
        const wanted = manifest.chunks[index]!;
        const body = encodeGetChunk({ root: manifest.root, index });
        const question = { type: FRAME.getChunk, body, reply: FRAME.chunk, timeoutMs: REPLY_MS };
        const bytes = await ask(
          peer,
          question,
          (got) =>
            got.length === 0 || equalBytes(chunkHash(got), wanted)
              ? null
              : offence('chunk-invalid', { index }),
          (it) => it.snapshots,
        );
        if (bytes === null || bytes.length === 0) {
          left.unshift(index);
          resting.set(peer.id, clock.ms() + REST_MS);
          return;
        }
        await put(index, bytes);
        progress = { done: ++done, of: manifest.chunks.length };
        if (signal.aborted || failure !== null) return;
      }
    };

    let hopeful = clock.ms();
    while (done < manifest.chunks.length && clock.ms() - hopeful < PATIENCE_MS) {
      signal.throwIfAborted();
      // The disk, not a peer: no peer can help.
      if (failure !== null) throw (failure as { readonly error: unknown }).error;
      const isFree = ({ id }: Peer) => !busy.has(id) && (resting.get(id) ?? -Infinity) <= clock.ms();
      for (const peer of left.length > 0 ? servers().filter(isFree) : []) {
        busy.add(peer.id);
        work(peer)
          .catch((error: unknown) => (failure = { error }))
          .finally(() => busy.delete(peer.id));
      }
      const before = done;
      await sleep(LOOK_MS);
      if (done > before) hopeful = clock.ms();
    }
    return done === manifest.chunks.length;
  }

  async function isServed(signal: AbortSignal): Promise<boolean> {
    const began = clock.ms();
    while (servers().length === 0 && clock.ms() - began < SERVERS_MS) {
      signal.throwIfAborted();
      await sleep(LOOK_MS);
    }
    return servers().length > 0;
  }

  async function attempt(signal: AbortSignal): Promise<'done' | 'none' | 'failed'> {
    const committing = committingHeader();
    if (committing === null || !(await isServed(signal))) return 'none';
    const block = await fetchBlock(committing);
    const decoded = block && decodeBlock(block);
    if (!block || !decoded || isViolation(decoded)) return 'failed';
    const root = findRecord(coinbaseRecords(decoded), RECORD.snapshotRoot);
    if (!root) return 'failed';
    const base = ancestor(committing, committing.height - delay);
    const manifest = await fetchManifest(root, base);
    if (manifest === null) return 'failed';
    log.info('fetching a snapshot', {
      height: base.height,
      chunks: manifest.chunks.length,
      peers: servers().length,
    });
    const path = join(deps.directory, snapshotName(base.height, base.id));
    const folder = await createSnapshotFolder(path);
    try {
      if (!(await fetchChunks(manifest, (i, bytes) => folder.chunk(i, bytes), signal))) {
        await folder.discard();
        return 'failed';
      }
      await folder.finish(manifest);
    } catch (error) {
      await folder.discard();
      throw error;
    }
    await chain.loadSnapshot(path, block);
    log.info('the chain begins with a snapshot', { height: base.height, coins: manifest.facts.coins });
    return 'done';
  }

  return {
    async run(signal) {
      try {
        for (let tries = 0; tries < ATTEMPTS; tries++) {
          const outcome = await attempt(signal);
          if (outcome !== 'failed') return outcome === 'done';
          progress = null;
          await sleep(LOOK_MS * 20);
        }
        return false;
      } catch (error) {
        if (!signal.aborted) log.warn('no snapshot could be used', { error: String(error) });
        return false;
      } finally {
        progress = null;
      }
    },
    progress: () => progress,
  };
}
