import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll } from 'vitest';

// Set-up of each test file: files that run at the same time share neither a home nor a temporary folder, where some tests look for
// what the app left behind, nor a display, where a key goes to the window that has the focus.
const folder = mkdtempSync(path.join(os.tmpdir(), 'kith-place-'));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = folder;

// Set by tools/test.ts where the display is a virtual one.
if (process.env['KITH_OWN_DISPLAYS'] === '1') {
  process.env['HOME'] = mkdtempSync(path.join(folder, 'home-'));
  process.env['DISPLAY'] = await startDisplay();
}

/** A virtual display of its own, until the tests of the file have ended. Returns its name. */
async function startDisplay(): Promise<string> {
  const args = ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'];
  const server = spawn('Xvfb', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const ended = once(server, 'exit');
  afterAll(async () => {
    server.kill();
    await ended;
  });
  // It writes the number that it chose once clients can connect.
  const [number] = (await once(server.stdio[3] as Readable, 'data')) as [Buffer];
  return `:${number.toString().trim()}`;
}
