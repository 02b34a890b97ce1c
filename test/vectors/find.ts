import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, parse } from 'node:path';
import { ASERT } from './asert.ts';
import { BIP39 } from './bip39.ts';
import { SPECCHECK, ZIP215 } from './ed25519.ts';
import { type Kind, MalformedError } from './kind.ts';
import { SLIP10 } from './slip10.ts';
import { WYCHEPROOF } from './wycheproof.ts';

/** Every kind that the project has functions for. */
export const KINDS: readonly Kind[] = [ZIP215, SPECCHECK, BIP39, SLIP10, ASERT, WYCHEPROOF];

/** A file that holds vectors, and what to call them: by the file, or by the folder that is named after the kind. */
export interface Found {
  readonly name: string;
  readonly path: string;
  readonly kind: Kind;
  /** Parsed, or the reason why it can't be. */
  readonly content: unknown;
}

export interface Skipped {
  readonly name: string;
  readonly why: string;
}

/** Folders in folders; a link that leads back up ends here. */
const MAX_DEPTH = 4;
const NOTES = new Set(['.md', '.txt', '']);

const byName = (name: string): Kind | undefined => KINDS.find(({ names }) => names.includes(name));

/** Looks through a directory: files and folders named after a kind, and files that have the form of one. */
export function findVectors(
  directory: string,
  depth = 0,
): { found: readonly Found[]; skipped: readonly Skipped[] } {
  const found: Found[] = [];
  const skipped: Skipped[] = [];
  for (const entry of readdirSync(directory).sort()) {
    const path = join(directory, entry);
    const { name, ext } = parse(entry);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat) continue;
    if (!stat.isDirectory()) {
      const file = readVectors(path, name, byName(name));
      if (file) found.push(file);
      else if (!NOTES.has(ext))
        skipped.push({ name, why: 'No known kind of vectors has this name or form.' });
      continue;
    }
    const kind = byName(entry);
    if (kind) {
      for (const inner of readdirSync(path).sort()) {
        const file = readVectors(join(path, inner), entry, kind);
        if (file) found.push(file);
      }
      continue;
    }
    const below = depth < MAX_DEPTH ? findVectors(path, depth + 1) : { found: [], skipped: [] };
    found.push(...below.found);
    skipped.push(...below.skipped);
    if (below.found.length + below.skipped.length === 0)
      skipped.push({ name: entry, why: 'The folder is not named after a known kind and holds none.' });
  }
  return { found, skipped };
}

/** Null when the file is no vectors of any kind. A file that is named after one counts as such, whatever it holds. */
function readVectors(path: string, name: string, named: Kind | undefined): Found | null {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile() || (named && extname(path) === '.md')) return null;
  const content = parseFile(path);
  const kind = named ?? KINDS.find((each) => each.recognises(content));
  return kind ? { name, path, kind, content } : null;
}

function parseFile(path: string): unknown {
  const text = readFileSync(path, 'utf8');
  if (extname(path) !== '.json') return text;
  try {
    return JSON.parse(text);
  } catch {
    return new MalformedError('It is not JSON.');
  }
}
