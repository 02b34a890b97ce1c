import { existsSync } from 'node:fs';
import { findChromium } from '../../test/support/chromium.ts';
import { runCommand } from './command.ts';

/** Prepares the browser tests: null if they can run, else one sentence about what to install. */
export async function ensureChromium(): Promise<string | null> {
  if (findChromium()) return null;
  if (existsSync('/etc/debian_version') && process.getuid?.() === 0) {
    console.log('test: installing chromium for the browser tests …');
    await runCommand('apt-get', ['update', '-qq']);
    await runCommand('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], {
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    });
    if (findChromium()) return null;
  }
  return 'The browser tests need Chromium or Chrome: install it, or name its program in the variable CHROMIUM.';
}
