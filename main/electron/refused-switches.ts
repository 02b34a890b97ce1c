import { IS_TEST_BUILD } from './test-build.ts';

/**
 * Switches of Chromium and Node.js that a packaged app does not accept: they give another program control over the page
 * or the process, or turn off what isolates the page. A link or a desktop entry could contain one.
 */
export const REFUSED_SWITCHES = [
  // Control from outside. The fuses already ignore --inspect; the message gives the reason.
  'remote-debugging-port',
  'remote-debugging-pipe',
  'remote-debugging-address',
  'remote-debugging-socket-name',
  'remote-allow-origins',
  'inspect',
  'inspect-brk',
  'inspect-wait',
  'inspect-port',
  'auto-open-devtools-for-tabs',
  'custom-devtools-frontend',
  'js-flags',
  'load-extension',
  'require',
  'import',
  // The sandbox and its processes.
  'no-sandbox',
  'disable-gpu-sandbox',
  'disable-namespace-sandbox',
  'disable-seccomp-filter-sandbox',
  'disable-setuid-sandbox',
  'no-zygote',
  'no-zygote-sandbox',
  'single-process',
  'in-process-gpu',
  'browser-subprocess-path',
  'renderer-cmd-prefix',
  'utility-cmd-prefix',
  'gpu-launcher',
  'ppapi-plugin-launcher',
  'allow-sandbox-debugging',
  // The isolation of the page.
  'disable-web-security',
  'disable-site-isolation-trials',
  'disable-site-isolation-for-policy',
  'isolate-origins',
  'allow-file-access-from-files',
  'allow-running-insecure-content',
  'unsafely-treat-insecure-origin-as-secure',
  'unsafely-disable-devtools-self-xss-warnings',
  'ignore-certificate-errors',
  'ignore-certificate-errors-spki-list',
  'host-rules',
  'host-resolver-rules',
  'disable-blink-features',
  'enable-blink-features',
  'use-fake-ui-for-media-stream',
  'enable-automation',
  'test-type',
  // Records of what the page does.
  'log-net-log',
  'ssl-key-log-file',
  'trace-startup',
] as const;

export type RefusedSwitch = (typeof REFUSED_SWITCHES)[number];

/** What tests of the packaged app need. */
const FOR_TESTS: readonly RefusedSwitch[] = ['remote-debugging-port'];

/** How the app was started. */
export interface Started {
  /** All arguments. */
  readonly argv: readonly string[];
  /** `app.commandLine.hasSwitch`: Chromium decides what is a switch, but Electron adds some of its own. */
  has(name: string): boolean;
}

/** The first refused switch with which the app was started, or null. */
export function findRefusedSwitch(started: Started, isTestBuild = IS_TEST_BUILD): RefusedSwitch | null {
  const given = new Set(started.argv.map(nameOf));
  const accepted = isTestBuild ? FOR_TESTS : [];
  return (
    REFUSED_SWITCHES.find((name) => given.has(name) && started.has(name) && !accepted.includes(name)) ?? null
  );
}

/** `--NAME=VALUE`, `-NAME` and, on Windows, `/NAME` are the same to Chromium. */
const nameOf = (argument: string): string =>
  argument
    .trim()
    .replace(/^(--?|\/)/, '')
    .replace(/=.*$/s, '')
    .toLowerCase();

/** The sentence for the user. */
export function refusalOf(name: RefusedSwitch): string {
  return `Kith does not start with --${name}, because this option weakens the protection of your wallets. Start Kith without it.`;
}
