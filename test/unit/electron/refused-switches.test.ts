import { expect, test } from 'vitest';
import { findRefusedSwitch, refusalOf, REFUSED_SWITCHES } from '../../../main/electron/refused-switches.ts';
import { IS_TEST_BUILD } from '../../../main/electron/test-build.ts';

/** An app that was started with these switches. */
const started = (...names: string[]) => ({
  argv: ['/opt/Kith/kith', ...names.map((name) => `--${name}=1`)],
  has: (name: string) => names.includes(name),
});

test.each([
  'remote-debugging-port',
  'remote-debugging-pipe',
  'no-sandbox',
  'disable-web-security',
  'inspect',
  'inspect-brk',
  'js-flags',
])('the app does not start with --%s', (name) => {
  expect(findRefusedSwitch(started(name))).toBe(name);
});

test('the app starts with switches about the display', () => {
  expect(
    findRefusedSwitch(started('ozone-platform', 'force-device-scale-factor', 'disable-gpu', 'lang')),
  ).toBeNull();
});

test('a test build accepts the port of a debugger and nothing else', () => {
  const accepted = REFUSED_SWITCHES.filter((name) => findRefusedSwitch(started(name), true) === null);
  expect(accepted).toEqual(['remote-debugging-port']);
  expect(findRefusedSwitch(started('remote-debugging-port', 'no-sandbox'), true)).toBe('no-sandbox');
});

test.each(['-no-sandbox', '--no-sandbox', '/no-sandbox', ' --No-Sandbox=1 '])(
  '%s is recognised',
  (argument) => {
    expect(findRefusedSwitch({ argv: ['kith', argument], has: (name) => name === 'no-sandbox' })).toBe(
      'no-sandbox',
    );
  },
);

test('a switch that Electron sets by itself is not refused', () => {
  expect(findRefusedSwitch({ argv: ['kith'], has: () => true })).toBeNull();
});

test('an argument that Chromium does not read as a switch is not refused', () => {
  expect(findRefusedSwitch({ argv: ['kith', '--', '--no-sandbox'], has: () => false })).toBeNull();
});

test('the unchanged sources are not a test build', () => {
  expect(IS_TEST_BUILD).toBe(false);
});

test('the sentence names the switch', () => {
  expect(refusalOf('no-sandbox')).toContain('--no-sandbox');
});
