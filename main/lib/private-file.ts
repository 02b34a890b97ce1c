import { renameSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Replaces a small file, readable by this user alone. Readers see the complete old file or the complete new one, and never the
 * permissions of the old one; with `flush` that holds after a power loss too, for the price of an fsync.
 * @throws what the file system throws
 */
export function replacePrivateFile(path: string, text: string, { flush }: { readonly flush: boolean }): void {
  const fresh = `${path}.${process.pid}.new`;
  rmSync(fresh, { force: true });
  writeFileSync(fresh, text, { mode: 0o600, flag: 'wx', flush });
  renameSync(fresh, path);
}
