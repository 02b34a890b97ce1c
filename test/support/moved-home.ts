/** A home with data, for the tests of its move. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { refuseMoved } from '../../main/lib/moved-root.ts';
import { createKnownNetworks } from '../../main/session/known-networks.ts';
import type { MoveDeps } from '../../main/session/move-data.ts';
import { newFolder } from './folder.ts';

const NETWORK = {
  id: 'ab'.repeat(32),
  name: 'ours',
  created: false,
  datadir: 'ours-abababab',
  link: null,
  addedAt: 1,
  openedAt: 1,
};

/** Enough space, and nobody looks at the progress. */
export const DEPS: MoveDeps = {
  signal: new AbortController().signal,
  report: () => undefined,
  now: () => 1_800_000_000,
  free: () => Promise.resolve(1e12),
  open,
};

/** A home with data of networks, and files that are not data. One of the networks is in the registry. */
export function newHome(names: readonly string[] = ['ours-abababab', 'local']): string {
  const home = realpathSync(newFolder());
  for (const name of names) {
    for (const folder of ['lock', 'wallets', 'chain', 'blocks/deep'])
      mkdirSync(join(home, name, folder), { recursive: true });
    writeFileSync(join(home, name, 'identity.key'), randomBytes(64), { mode: 0o600 });
    writeFileSync(join(home, name, 'wallets', 'Everyday.wallet'), randomBytes(700), { mode: 0o644 });
    writeFileSync(join(home, name, 'chain', '000003.log'), '');
    writeFileSync(join(home, name, 'blocks', 'deep', '1'), randomBytes(3_000_000));
  }
  createKnownNetworks(home).opened(NETWORK);
  writeFileSync(join(home, 'window.json'), '{}');
  writeFileSync(join(home, 'a letter of the user.txt'), 'x');
  return home;
}

export const newTarget = (): string => realpathSync(newFolder());

/** Path and content of each file of the data. */
export function contentOf(root: string): Record<string, string> {
  const files: Record<string, string> = {};
  const skipped = /(?:^|\/)(?:lock|owner\.json|identity\.place|window\.json|data-place\.json|a letter)/;
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = relative(root, join(entry.parentPath, entry.name));
    if (entry.isFile() && !skipped.test(path))
      files[path] = readFileSync(join(root, path)).toString('base64');
  }
  return files;
}

export const throwIt = (error: unknown): never => {
  throw error;
};

export const codeOf = (promise: Promise<unknown>): Promise<string | undefined> =>
  promise.then(
    () => undefined,
    (error: unknown) => (error as { code?: string }).code ?? 'no code',
  );

/** The code with which a data directory is refused; null if it can be opened. */
export function codeWhenOpened(datadir: string): string | null {
  try {
    refuseMoved(datadir);
    return null;
  } catch (error) {
    return (error as { code: string }).code;
  }
}
