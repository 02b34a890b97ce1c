import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made: string[] = [];
process.once('exit', () => made.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** An empty folder that is gone when this process (or worker) of the tests ends. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kith-test-'));
  made.push(folder);
  return folder;
}
