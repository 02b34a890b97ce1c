import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { expect, test } from 'vitest';
import { linuxSwitches } from '../../../main/electron/start-switches.ts';

/** As far as the desktop entry is made from it. */
interface Config {
  readonly toolsets?: { readonly appimage?: string };
  readonly linux: { readonly executableArgs?: readonly string[] };
}

const ROOT = path.resolve(import.meta.dirname, '../../..');
const fromBuilder = createRequire(createRequire(import.meta.url).resolve('app-builder-lib'));
const yaml = fromBuilder('js-yaml') as { load(text: string): unknown };
const { default: AppImageTarget } = fromBuilder('./targets/appimage/AppImageTarget.js') as {
  default: new (
    name: string,
    packager: object,
    helper: object,
    outDir: string,
  ) => { readonly desktopEntry: { readonly value: Promise<string> } };
};
const ours = yaml.load(readFileSync(path.join(ROOT, 'electron-builder.yml'), 'utf8')) as Config;

/** The command with which electron-builder's own code has the desktop start an AppImage. */
async function commandOf(config: Config): Promise<string> {
  const packager = { platformSpecificBuildOptions: config.linux, config, appInfo: { buildVersion: '0' } };
  const helper = { computeDesktopEntry: (_options: object, exec: string) => exec };
  return new AppImageTarget('AppImage', packager, helper, ROOT).desktopEntry.value;
}

const WITH_SWITCHES = ['AppRun', ...linuxSwitches(), '%U'].join(' ');

test('the AppImage is started with its sandbox and the switches of the app', async () => {
  expect(await commandOf(ours)).toBe(WITH_SWITCHES);
  const script = readFileSync(path.join(ROOT, 'packaging/linux/AppRun'), 'utf8');
  expect(script).toContain(`exec "$here/kith" ${linuxSwitches().join(' ')} "$@"`);
});

test('the packager turns the sandbox off by default, and each of our settings alone keeps it on', async () => {
  const { toolsets, linux } = ours;
  const { executableArgs, ...rest } = linux;
  expect(executableArgs).toEqual(linuxSwitches());
  expect(await commandOf({ linux: rest })).toContain('--no-sandbox');
  expect(await commandOf({ linux })).toBe(WITH_SWITCHES);
  expect(await commandOf({ toolsets: toolsets!, linux: rest })).toBe('AppRun %U');
});
