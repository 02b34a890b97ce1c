/** Bundles the programs that Electron runs: the main process, its threads and child processes, and the preload script. */
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build, type InlineConfig, type Plugin } from 'vite';
import { packagesOf } from './packages.ts';
import { ROOT } from './root.ts';

/**
 * The packages that stay outside the bundle, because each loads a native library from its own folder. The package holds
 * these and what they depend on.
 */
export const UNBUNDLED = ['@node-rs/argon2', 'classic-level', 'sodium-native'];

export interface BundleOptions {
  /** A build for tests of the packaged app (main/electron/test-build.ts); never released. */
  readonly testBuild: boolean;
}

/**
 * The Node.js version of Electron 33, with which the tests run. Electron 45, with which Kith is released, has a newer
 * Node.js that supports the same features.
 */
const TARGET = 'node20.18';

/**
 * Bundles main/main.ts and every script that it names by `new URL('./x.ts', import.meta.url)` into one folder, shared
 * code in chunks, so that these URLs stay valid from every chunk. Source maps go to `maps`. Returns the names of the
 * packages inside.
 */
export async function bundleMain(folder: string, maps: string, options: BundleOptions): Promise<string[]> {
  const modules: string[] = [];
  await build({
    ...common(folder),
    define: { KITH_TEST_BUILD: String(options.testBuild) },
    plugins: [scriptUrls(), moduleNames(modules)],
    ssr: { noExternal: true, external: UNBUNDLED, target: 'node' },
    build: {
      ...common(folder).build,
      ssr: true,
      rolldownOptions: {
        input: { main: path.join(ROOT, 'main/main.ts') },
        external: ['electron', ...UNBUNDLED],
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  });
  moveMaps(folder, maps);
  return packagesOf(modules);
}

/** Bundles the preload script as one file, because a sandboxed preload script cannot import. */
export async function bundlePreload(folder: string, maps: string): Promise<void> {
  await build({
    ...common(folder),
    build: {
      ...common(folder).build,
      lib: { entry: path.join(ROOT, 'preload/index.ts'), formats: ['cjs'], fileName: () => 'index.cjs' },
      rolldownOptions: { external: ['electron'] },
    },
  });
  moveMaps(folder, maps);
}

/**
 * Bundles programs for Node.js, not minified and with their maps beside them, so that stack traces are readable. Each keeps
 * its name.
 */
export async function bundlePrograms(folder: string, sources: readonly string[]): Promise<void> {
  const input = Object.fromEntries(sources.map((file) => [path.parse(file).name, path.join(ROOT, file)]));
  await build({
    ...common(folder),
    plugins: [scriptUrls()],
    ssr: { noExternal: true, external: UNBUNDLED, target: 'node' },
    build: {
      ...common(folder).build,
      ssr: true,
      minify: false,
      sourcemap: true,
      target: 'node24',
      rolldownOptions: {
        input,
        external: UNBUNDLED,
        output: { format: 'es', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
      },
    },
  });
}

function common(folder: string): InlineConfig {
  return {
    configFile: false,
    publicDir: false,
    root: ROOT,
    logLevel: 'warn',
    build: { outDir: folder, emptyOutDir: true, target: TARGET, minify: 'oxc', sourcemap: 'hidden' },
  };
}

const SCRIPT_URL = /new URL\(\s*'(\.{1,2}\/[^']+)\.(?:ts|mjs)',\s*import\.meta\.url,?\s*\)/g;

/** Makes every script that is named by such a URL a program of its own in the same folder. */
function scriptUrls(): Plugin {
  const programs = new Map<string, string>();
  return {
    name: 'script-urls',
    enforce: 'pre',
    transform(code, id) {
      if (id.includes('node_modules') || !code.includes('import.meta.url')) return null;
      const changed = code.replace(SCRIPT_URL, (found, relative: string) => {
        const extension = found.includes('.mjs') ? '.mjs' : '.ts';
        const script = path.resolve(path.dirname(id), relative + extension);
        const fileName = `${path.basename(relative)}.js`;
        const other = programs.get(fileName) ?? script;
        if (other !== script) throw new Error(`two programs would be ${fileName}: ${other} and ${script}`);
        programs.set(fileName, script);
        this.emitFile({ type: 'chunk', id: script, fileName });
        return `new URL('./${fileName}', import.meta.url)`;
      });
      // Lines stay where they are, so the map of the source stays right.
      return changed === code ? null : { code: changed, map: null };
    },
  };
}

/** Collects which modules the bundle holds. */
function moduleNames(modules: string[]): Plugin {
  return {
    name: 'module-names',
    generateBundle(_options, bundle) {
      for (const output of Object.values(bundle))
        if (output.type === 'chunk') modules.push(...Object.keys(output.modules));
    },
  };
}

// Outside the package, and kept: with them a maintainer reads the stack traces of a crash report.
function moveMaps(folder: string, maps: string): void {
  rmSync(maps, { recursive: true, force: true });
  mkdirSync(maps, { recursive: true });
  for (const name of readdirSync(folder))
    if (name.endsWith('.map')) renameSync(path.join(folder, name), path.join(maps, name));
}
