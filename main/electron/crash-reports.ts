import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { makePrivateFolder } from '../lib/private-folder.ts';
import { redact } from '../lib/redact.ts';
import { VERSION } from '../lib/version.ts';

/** Reports of crashes, for the user alone: they stay on the disk and are never sent. */
export interface CrashReports {
  /**
   * Writes a report without secrets and without the name of the home folder, and deletes the oldest ones.
   * Returns its path; null if it could not be written. Never throws.
   */
  write(kind: CrashKind, details: unknown): string | null;
}

/** What crashed: the process of the page, another process of Chromium, the node's thread, or the app's main process. */
export type CrashKind = 'page' | 'child' | 'node' | 'main';

/** Number of reports that are kept. */
const MAX_REPORTS = 20;

export function createCrashReports(folder: string, now: () => number): CrashReports {
  let written = 0;
  return {
    write(kind, details) {
      const time = new Date(now()).toISOString();
      // The number keeps two reports of one moment apart, and in their order.
      const name = `${time.replace(/[:.]/g, '-')}-${String(written++).padStart(4, '0')}-${kind}.json`;
      const report = { time, kind, version: VERSION, ...system(), details: redact(details) };
      const file = path.join(folder, name);
      try {
        makePrivateFolder(folder);
        writeFileSync(file, `${withoutHome(JSON.stringify(report, null, 2))}\n`, { mode: 0o600 });
        deleteOldest(folder);
        return file;
      } catch {
        // A full or read-only disk: the crash itself is still reported on the screen.
        return null;
      }
    },
  };
}

function system(): Record<string, unknown> {
  const { electron, chrome, node } = process.versions;
  return { system: `${process.platform} ${process.arch} ${os.release()}`, electron, chrome, node };
}

/** The home folder contains the name of the user. */
function withoutHome(text: string): string {
  const home = os.homedir();
  return home.length < 2 ? text : text.replaceAll(JSON.stringify(home).slice(1, -1), '~');
}

function deleteOldest(folder: string): void {
  const reports = readdirSync(folder).filter((name) => /^\d{4}-.*\.json$/.test(name));
  for (const name of reports.sort().slice(0, -MAX_REPORTS)) rmSync(path.join(folder, name), { force: true });
}
