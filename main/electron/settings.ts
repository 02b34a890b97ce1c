import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isPath } from '../lib/given-path.ts';
import { readRegularFileSync } from '../lib/read-regular.ts';

/** Settings of the app that belong to no network. */
export interface Settings {
  /** A built-in network's name or the path of a network file; null until the user has chosen. */
  readonly network: string | null;
}

export interface SettingsFile {
  read(): Settings;
  /** Atomic: after a crash there is the old file or the new one. */
  write(settings: Settings): void;
}

const VERSION = 1;
const NONE: Settings = { network: null };

/** The settings file in the platform's folder for Kith; the desktop and the browser host share it. */
export function createSettingsFile(folder: string): SettingsFile {
  const file = path.join(folder, 'settings.json');
  return {
    read: () => parse(readText(file)),
    write(settings) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const fresh = `${file}.${process.pid}`;
      writeFileSync(fresh, `${JSON.stringify({ version: VERSION, ...settings }, null, 2)}\n`, {
        mode: 0o600,
      });
      renameSync(fresh, file);
    },
  };
}

function readText(file: string): string {
  try {
    return readRegularFileSync(file, 65_536).toString('utf8');
  } catch {
    return '';
  }
}

// A file that cannot be read only means that the user is asked again.
function parse(text: string): Settings {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return NONE;
    const { version, network } = value as { version?: unknown; network?: unknown };
    return version === VERSION && typeof network === 'string' && isPlace(network) ? { network } : NONE;
  } catch {
    return NONE;
  }
}

/** A name, or an absolute path. */
const isPlace = (network: string): boolean =>
  network !== '' && (path.isAbsolute(network) || !isPath(network));
