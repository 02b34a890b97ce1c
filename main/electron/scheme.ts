import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { protocol } from 'electron';
import { contentType, PAGE_HEADERS, PAGE_ORIGIN } from './page-headers.ts';

/** The address of the file with the licences of all parts. Not found if the build wrote no such file. */
export const LICENCES_URL = `${PAGE_ORIGIN}/licences.txt`;

/** Makes `app:` a standard, secure scheme. Must run once, before the app is ready. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Serves the built page in `folder` and the file `licences` at `app://kith/…`, and refuses all other requests. */
export function servePage(folder: string, licences: string): void {
  let files = listFiles(folder);
  protocol.handle('app', async (request) => {
    const url = new URL(request.url);
    if (request.method !== 'GET') return refuse(405);
    if (url.host !== new URL(PAGE_ORIGIN).host) return refuse(403);
    const name = url.pathname === '/' ? '/index.html' : url.pathname;
    // A rebuilt page has other file names.
    if (name === '/index.html') files = listFiles(folder);
    const file = url.href === LICENCES_URL ? licences : files.get(name);
    if (file === undefined) return refuse(404);
    const body = await readFile(file).then(
      (bytes) => new Uint8Array(bytes),
      () => null,
    );
    if (body === null) return refuse(404);
    return new Response(body, { headers: { ...PAGE_HEADERS, 'content-type': contentType(file) } });
  });
}

function refuse(status: number): Response {
  return new Response(null, { status, headers: PAGE_HEADERS });
}

/**
 * The names that can be requested, with their files. A path is looked up here and never built from the request, so
 * that `..`, `%2f` or a backslash have no effect.
 */
function listFiles(folder: string, prefix = '/'): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isFile()) found.set(encodeURI(prefix + entry.name), full);
    if (!entry.isDirectory()) continue;
    for (const [name, file] of listFiles(full, `${prefix}${entry.name}/`)) found.set(name, file);
  }
  return found;
}
