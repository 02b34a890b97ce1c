import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { LinuxPackage } from './linux-package.ts';
import { filesIn, isFast } from './stage.ts';

/** Debian's names, which electron-builder gives, and those of rpm. */
const ARCHITECTURES: Readonly<Record<string, string>> = { amd64: 'x86_64', arm64: 'aarch64' };

/** Builds an rpm with rpmbuild 4.17 or newer. The programs are neither stripped nor searched for dependencies. */
export function buildRpm(linux: LinuxPackage): void {
  const spec = path.join(linux.work, 'kith.spec');
  writeFileSync(spec, specOf(linux));
  const top = path.join(linux.work, 'rpm');
  const defines = [`_topdir ${top}`, `_rpmdir ${top}`, '_rpmfilename kith.rpm', '_build_id_links none'];
  const target = ARCHITECTURES[linux.architecture] ?? linux.architecture;
  const args = ['-bb', '--quiet', '--target', target, spec, ...defines.flatMap((each) => ['-D', each])];
  execFileSync('rpmbuild', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const [built] = readdirSync(top).filter((name) => name.endsWith('.rpm'));
  copyFileSync(path.join(top, built!), linux.output);
}

function specOf(linux: LinuxPackage): string {
  const script = (file: string): string => readFileSync(file, 'utf8').replace(/^#!.*\n/, '');
  return `
%global __os_install_post %{nil}
%global debug_package %{nil}
%global _binary_payload ${isFast() ? 'w1' : 'w12'}.zstdio
%global use_source_date_epoch_as_buildtime 1
%global clamp_mtime_to_source_date_epoch 1
%global _buildhost reproducible
Name: ${linux.name}
Version: ${linux.version}
Release: 1
Summary: ${linux.synopsis}
License: ${linux.license}
URL: ${linux.url}
Packager: ${linux.maintainer}
AutoReqProv: no
${linux.depends.map((name) => `Requires: ${name}\n`).join('')}
%description
${linux.description}

%install
cp -a '${linux.root}/.' '%{buildroot}'

%files
%defattr(-,root,root,-)
%dir "/opt/Kith"
${filesIn(linux.root)
  .map((file) => `"/${file}"\n`)
  .join('')}
%post -p /bin/sh
${script(linux.afterInstall)}
%postun -p /bin/sh
${script(linux.afterRemove)}`;
}
