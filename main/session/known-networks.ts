/** The networks that were opened on this computer: `networks.json` and `networks/` in the data root (docs/storage.md). */
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { isNetworkName } from '../core/params/network.ts';
import { KithError, messageOf } from '../lib/errors.ts';
import { replacePrivateFile } from '../lib/private-file.ts';
import { makePrivateFolder } from '../lib/private-folder.ts';
import { readRegularFileSync } from '../lib/read-regular.ts';

/** A network that was opened here. */
export interface KnownNetwork {
  /** The id of its first block in hex. */
  readonly id: string;
  readonly name: string;
  /** Whether it has a network file. A copy of the file is in `networks/ID.kith.json`. */
  readonly created: boolean;
  /** Data directory, relative to the data root, with `/`; `.` is the root itself. */
  readonly datadir: string;
  /** The join link that it was last opened with; null without one. */
  readonly link: string | null;
  /** Unix seconds when it was first and last opened here. */
  readonly addedAt: number;
  readonly openedAt: number;
}

export interface KnownNetworks {
  /** The networks, the last opened one first. */
  list(): readonly KnownNetwork[];
  find(id: string): KnownNetwork | undefined;
  /** The id of the network that the next start opens; null if the next start asks the user. */
  last(): string | null;
  /** Whether no choice was ever stored here. */
  isNew(): boolean;
  /** Adds or replaces an entry. @throws {KithError} `datadir-unusable` */
  add(network: KnownNetwork): void;
  /** The same, and makes it the one that the next start opens. @throws {KithError} `datadir-unusable` */
  opened(network: KnownNetwork): void;
  /** Stores that no network was chosen yet. @throws {KithError} `datadir-unusable` */
  begin(): void;
  /** The text of the network file. @throws {KithError} `network-file-unreadable` */
  readFile(id: string): string;
  /** Stores a copy of a network file. @throws {KithError} `datadir-unusable` */
  keepFile(id: string, text: string): void;
}

const VERSION = 1;
/** The registry has the path of the data of each network. */
const FLUSH_OPTION = { flush: true } as const;
const MAX_BYTES = 1 << 20;
/**
 * Maximum number of networks in the list. At the limit the one that was opened longest ago is removed from the list;
 * its data stays.
 */
const MAX_NETWORKS = 256;
const MAX_FILE_BYTES = 256 * 1024;
const MAX_LINK = 16 * 1024;

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const seconds = z.int().min(0);
const entry = z.object({
  id: hash,
  name: z.string().refine(isNetworkName),
  created: z.boolean(),
  datadir: z.string().refine(isBelowRoot),
  link: z.string().max(MAX_LINK).nullable(),
  addedAt: seconds,
  openedAt: seconds,
});
const file = z.object({
  version: z.literal(VERSION),
  last: hash.nullable(),
  // Each entry is checked separately, so that one invalid entry does not hide the other entries.
  networks: z.array(z.unknown()).max(4 * MAX_NETWORKS),
});

interface Registry {
  readonly last: string | null;
  readonly networks: readonly KnownNetwork[];
}

const EMPTY_REGISTRY: Registry = { last: null, networks: [] };

/**
 * The file is read again before each use, because a second program may change it. A file that cannot be read counts as
 * empty and is renamed before it would be overwritten.
 */
export function createKnownNetworks(root: string): KnownNetworks {
  const path = join(root, 'networks.json');
  const copyOf = (id: string): string => join(root, 'networks', `${id}.kith.json`);

  const read = (): Registry => parse(readText(path)) ?? EMPTY_REGISTRY;

  const write = ({ last, networks }: Registry): void => {
    const unreadable = existsSync(path) && parse(readText(path)) === null;
    guarded(root, () => {
      makePrivateFolder(root);
      if (unreadable) renameSync(path, `${path}.old`);
      replacePrivateFile(
        path,
        `${JSON.stringify({ version: VERSION, last, networks }, null, 2)}\n`,
        FLUSH_OPTION,
      );
    });
  };

  return {
    list: () => read().networks,
    find: (id) => read().networks.find((network) => network.id === id),
    last: () => read().last,
    isNew: () => !existsSync(path),
    add: (network) => write({ last: read().last, networks: withFirst(network, read().networks) }),
    opened: (network) => write({ last: network.id, networks: withFirst(network, read().networks) }),
    begin: () => write(read()),
    readFile(id) {
      try {
        return readRegularFileSync(copyOf(id), MAX_FILE_BYTES).toString('utf8');
      } catch (error) {
        const data = { file: copyOf(id) };
        throw new KithError('network-file-unreadable', messageOf(error), { cause: error, data });
      }
    },
    keepFile(id, text) {
      if (existsSync(copyOf(id)) && readText(copyOf(id)) === text) return;
      guarded(root, () => {
        makePrivateFolder(root);
        mkdirSync(dirname(copyOf(id)), { recursive: true, mode: 0o700 });
        replacePrivateFile(copyOf(id), text, FLUSH_OPTION);
      });
    },
  };
}

function withFirst(network: KnownNetwork, others: readonly KnownNetwork[]): KnownNetwork[] {
  return [network, ...others.filter(({ id }) => id !== network.id)].slice(0, MAX_NETWORKS);
}

/**
 * Whether a path is one plain segment or the root itself. The user may edit the file, but its paths must not lead out
 * of the data root.
 */
function isBelowRoot(path: string): boolean {
  return path === '.' || (path.length <= 255 && /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(path));
}

/** Null for a text that is not a registry of this version. */
function parse(text: string | null): Registry | null {
  if (text === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const read = file.safeParse(value);
  if (!read.success) return null;
  const networks = new Map<string, KnownNetwork>();
  for (const each of read.data.networks) {
    const { success, data } = entry.safeParse(each);
    if (success && !networks.has(data.id)) networks.set(data.id, data);
  }
  const { last } = read.data;
  return { last: last !== null && networks.has(last) ? last : null, networks: [...networks.values()] };
}

function readText(path: string): string | null {
  try {
    return readRegularFileSync(path, MAX_BYTES).toString('utf8');
  } catch {
    return null;
  }
}

function guarded(path: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    const reason = messageOf(error);
    throw new KithError('datadir-unusable', reason, { cause: error, data: { path, reason } });
  }
}
