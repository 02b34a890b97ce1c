import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Arch } from 'electron-builder';
import { ROOT } from '../support/root.ts';
import { isFast } from './stage.ts';

const STAND_IN = `#!/bin/sh
echo "Kith: this AppImage was built by a test without its runtime and cannot be started." >&2
exit 1
`;

/**
 * A folder for electron-builder's APPIMAGE_TOOLS_PATH: the system's mksquashfs, which first replaces the packager's start
 * script (it can turn the sandbox off) by packaging/linux/AppRun; and the runtime, which electron-builder downloads with
 * a pinned hash, or a stand-in.
 */
export async function prepareAppImageTools(folder: string, standIn: boolean): Promise<string> {
  const runtimes = path.join(folder, 'runtimes');
  for (const each of [runtimes, path.join(folder, 'lib', process.arch)]) mkdirSync(each, { recursive: true });
  const start = path.join(ROOT, 'packaging/linux/AppRun');
  // Level 15 of zstd is the default of mksquashfs.
  const options = `-processors 2 -Xcompression-level ${isFast() ? 1 : 15}`;
  const wrapper = `#!/bin/sh\nset -e\ninstall -m 755 '${start}' "$1/AppRun"\nexec mksquashfs "$@" ${options}\n`;
  writeFileSync(path.join(folder, 'mksquashfs'), wrapper, { mode: 0o755 });
  writeFileSync(path.join(folder, 'desktop-file-validate'), '#!/bin/sh\nexec desktop-file-validate "$@"\n', {
    mode: 0o755,
  });
  const runtime = path.join(runtimes, `runtime-${process.arch}`);
  if (standIn) writeFileSync(runtime, STAND_IN);
  else copyFileSync(await downloadedRuntime(), runtime);
  chmodSync(runtime, 0o755);
  // Missing tools are reported here and not in the middle of the packaging.
  execFileSync('mksquashfs', ['-version'], { stdio: 'ignore' });
  return folder;
}

async function downloadedRuntime(): Promise<string> {
  const fromBuilder = createRequire(createRequire(import.meta.url).resolve('app-builder-lib'));
  const { getAppImageTools } = fromBuilder('./toolsets/linux.js') as {
    getAppImageTools(version: string, arch: Arch): Promise<{ runtime: string }>;
  };
  return (await getAppImageTools('1.0.3', process.arch === 'arm64' ? Arch.arm64 : Arch.x64)).runtime;
}
