import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createClipboardState } from '../../../../renderer/state/clipboard.ts';

const MINUTE_MS = 60_000;
let content = '';
const clipboard = {
  readText: () => Promise.resolve(content),
  // As Chromium does on Windows.
  writeText(text: string) {
    content = text.replaceAll('\n', '\r\n');
    return Promise.resolve();
  },
};
vi.stubGlobal('document', { hasFocus: () => true });
vi.stubGlobal('navigator', {
  clipboard,
  permissions: { query: () => Promise.resolve({ state: 'granted' }) },
});
const inBrowser = createClipboardState({ copied: () => Promise.resolve(false) });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('a browser removes a text of several lines after a minute also where the system ends lines with CR LF', async () => {
  expect(await inBrowser.copy('a statement\n\na signature', true)).toBe(true);
  await vi.advanceTimersByTimeAsync(MINUTE_MS - 1);
  expect(content).toBe('a statement\r\n\r\na signature');
  await vi.advanceTimersByTimeAsync(1);
  expect(content).toBe('');
});

test('a browser leaves a text that another program copied meanwhile', async () => {
  await inBrowser.copy('an address', true);
  content = 'a text\r\nof the user';
  await vi.advanceTimersByTimeAsync(MINUTE_MS);
  expect(content).toBe('a text\r\nof the user');
});
