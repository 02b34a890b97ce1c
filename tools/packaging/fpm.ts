#!/usr/bin/env node
/**
 * Stands in for the program fpm, of which electron-builder downloads a build (CUSTOM_FPM_PATH): builds a deb with
 * dpkg-deb or an rpm with rpmbuild, and the same file from the same input. Knows the arguments that electron-builder
 * gives.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildDeb } from './deb.ts';
import type { LinuxPackage } from './linux-package.ts';
import { buildRpm } from './rpm.ts';
import { stage } from './stage.ts';

const text = { type: 'string' } as const;
const list = { type: 'string', multiple: true } as const;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'input-type': { ...text, short: 's' },
    force: { type: 'boolean' },
    type: { ...text, short: 't' },
    depends: { ...list, short: 'd' },
    'deb-recommends': list,
    'deb-compression': text,
    'rpm-compression': text,
    'deb-priority': text,
    'rpm-summary': text,
    'rpm-os': text,
    architecture: text,
    'after-install': text,
    'after-remove': text,
    description: text,
    version: text,
    package: text,
    name: text,
    maintainer: text,
    vendor: text,
    url: text,
    category: text,
    license: text,
    iteration: text,
  },
});

function given(name: keyof typeof values): string {
  const value = values[name];
  if (typeof value !== 'string') throw new Error(`fpm: --${name} is missing`);
  return value;
}

const work = mkdtempSync(path.join(os.tmpdir(), 'kith-fpm-'));
try {
  const root = path.join(work, 'root');
  stage(root, positionals);
  const [synopsis, ...description] = given('description').split('\n');
  const linux: LinuxPackage = {
    root,
    work,
    output: given('package'),
    name: given('name'),
    version: given('version'),
    architecture: given('architecture'),
    maintainer: given('maintainer'),
    url: given('url'),
    license: given('license'),
    category: given('category'),
    synopsis: values['rpm-summary'] ?? synopsis!.trim(),
    description: description.join('\n').trim() || synopsis!.trim(),
    depends: values.depends ?? [],
    recommends: values['deb-recommends'] ?? [],
    afterInstall: given('after-install'),
    afterRemove: given('after-remove'),
  };
  if (values.type === 'deb') buildDeb(linux);
  else if (values.type === 'rpm') buildRpm(linux);
  else throw new Error(`fpm: cannot build ${values.type}`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
