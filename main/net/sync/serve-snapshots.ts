import { join } from 'node:path';
import { toHex } from '../../core/codec/hex.ts';
import { listSnapshots, type Manifest, readChunkFile, readManifest } from '../../chain/snapshot-files.ts';
import { FRAME } from '../protocol/frame-types.ts';
import { createHandler, type Handler } from '../protocol/responder.ts';
import { decodeGetChunk, decodeGetManifest, encodeManifest } from '../protocol/snapshot-messages.ts';

/** The snapshots that this node has built, for peers to download. */
export interface ServedSnapshots {
  /** Reads which snapshots exist. Called periodically. */
  refresh(): Promise<void>;
  readonly size: number;
  find(root: string): { readonly folder: string; readonly manifest: Manifest } | undefined;
}

/** `directory` contains one folder per snapshot. */
export function createServedSnapshots(directory: string): ServedSnapshots {
  let byRoot = new Map<string, { folder: string; manifest: Manifest }>();
  return {
    async refresh() {
      const found = new Map<string, { folder: string; manifest: Manifest }>();
      for (const name of await listSnapshots(directory)) {
        const folder = join(directory, name);
        const manifest = await readManifest(folder);
        if (manifest !== null) found.set(toHex(manifest.root), { folder, manifest });
      }
      byRoot = found;
    },
    get size() {
      return byRoot.size;
    },
    find: (root) => byRoot.get(root),
  };
}

const NOTHING = new Uint8Array(0);

export function snapshotHandlers(shelf: ServedSnapshots): ReadonlyMap<number, Handler> {
  const manifest = createHandler(FRAME.getManifest, decodeGetManifest, async (root, reply) => {
    const found = shelf.find(toHex(root));
    await reply(FRAME.manifest.type, found === undefined ? NOTHING : encodeManifest(found.manifest));
  });
  const chunk = createHandler(FRAME.getChunk, decodeGetChunk, async (asked, reply) => {
    const found = shelf.find(toHex(asked.root));
    const bytes = found && (await readChunkFile(found.folder, found.manifest, asked.index));
    await reply(FRAME.chunk.type, bytes ?? NOTHING);
  });
  return new Map([
    [FRAME.getManifest.type, manifest],
    [FRAME.getChunk.type, chunk],
  ]);
}
