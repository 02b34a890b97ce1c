// Keeps what Node.js makes of our TypeScript (types taken off, code compiled) beside the dependencies, for this process,
// its threads and its children: half the start, and some 25 MB a thread, go into that otherwise. In the project's own
// folder, because code that others could write to must never be loaded.
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

const folder =
  process.env.NODE_COMPILE_CACHE ?? fileURLToPath(new URL('../../node_modules/.cache/kith', import.meta.url));
process.env.NODE_COMPILE_CACHE = folder;
enableCompileCache(folder);
