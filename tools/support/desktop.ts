import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import path from 'node:path';
import { build } from 'vite';
import { createStamp, digestOf } from './fresh.ts';
import { OUT, ROOT } from './root.ts';

const SOURCES = ['main', 'shared'];
const INPUTS = [...SOURCES, 'preload', 'tools/support/desktop.ts', 'package-lock.json'];

/**
 * Builds what Electron loads: main and shared with their types removed, file by file into out/main and out/shared, so
 * that every relative path (also of workers) stays valid, and the preload script as one file, because a sandboxed
 * preload cannot import. Returns whether it built.
 */
export async function ensureDesktop(): Promise<boolean> {
  const stamp = createStamp(path.join(OUT, 'desktop.stamp'));
  const digest = digestOf(INPUTS);
  if (existsSync(path.join(OUT, 'main/main.js')) && stamp.matches(digest)) return false;
  withoutWarnings(() => SOURCES.forEach(emitFolder));
  await buildPreload();
  stamp.write(digest);
  return true;
}

// Node.js prints at every run that type stripping is experimental; it also runs the sources everywhere else.
function withoutWarnings(work: () => void): void {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    work();
  } finally {
    process.emitWarning = emitWarning;
  }
}

function emitFolder(folder: string): void {
  rmSync(path.join(OUT, folder), { recursive: true, force: true });
  for (const entry of readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.(ts|mjs|json)$/.test(entry.name) || entry.name === 'tsconfig.json') continue;
    const file = path.relative(ROOT, path.join(entry.parentPath, entry.name));
    const source = readFileSync(path.join(ROOT, file), 'utf8');
    const target = path.join(OUT, file.replace(/\.ts$/, '.js'));
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, file.endsWith('.json') ? source : emit(source, file));
  }
}

// Changes only relative paths that end in .ts: imports, and URLs of workers.
function emit(source: string, file: string): string {
  const code = file.endsWith('.ts') ? stripTypeScriptTypes(source) : source;
  return code.replace(/(['"])(\.{1,2}\/[^'"\n]*)\.ts\1/g, '$1$2.js$1');
}

/** Builds out/preload/index.cjs alone; cheap. */
export async function buildPreload(): Promise<void> {
  await build({
    configFile: false,
    root: ROOT,
    logLevel: 'warn',
    build: {
      outDir: path.join(OUT, 'preload'),
      emptyOutDir: true,
      minify: false,
      lib: { entry: path.join(ROOT, 'preload/index.ts'), formats: ['cjs'], fileName: () => 'index.cjs' },
      rolldownOptions: { external: ['electron'] },
    },
  });
}
