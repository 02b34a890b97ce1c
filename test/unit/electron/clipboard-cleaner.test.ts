import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CLEAR_AFTER_MS, createClipboardCleaner } from '../../../main/electron/clipboard-cleaner.ts';

let content = '';
const errors: unknown[] = [];
const clipboard = {
  readText: () => Promise.resolve(content),
  clear: () => void (content = ''),
};
const cleaner = createClipboardCleaner(clipboard, (error) => errors.push(error));

beforeEach(() => {
  vi.useFakeTimers();
  content = '';
});
afterEach(() => {
  vi.useRealTimers();
});

/** The user copies in the page. */
function copy(text: string): void {
  content = text;
  cleaner.copied(text);
}

test('a copied text is removed after a minute and not before', async () => {
  copy('an address');
  await vi.advanceTimersByTimeAsync(CLEAR_AFTER_MS - 1);
  expect(content).toBe('an address');
  await vi.advanceTimersByTimeAsync(1);
  expect(content).toBe('');
});

test('a text that another program copied meanwhile stays', async () => {
  copy('an address');
  content = 'a text of the user';
  await vi.advanceTimersByTimeAsync(CLEAR_AFTER_MS);
  expect(content).toBe('a text of the user');
});

test('a text of several lines is removed also where the system ends lines with CR LF', async () => {
  copy('a statement\n\na signature');
  content = 'a statement\r\n\r\na signature';
  await vi.advanceTimersByTimeAsync(CLEAR_AFTER_MS);
  expect(content).toBe('');
  copy('a statement\r\na signature');
  content = 'a statement\na signature';
  await cleaner.clearNow();
  expect(content).toBe('');
});

test('a second copy has a minute of its own', async () => {
  copy('an address');
  await vi.advanceTimersByTimeAsync(CLEAR_AFTER_MS / 2);
  copy('another address');
  await vi.advanceTimersByTimeAsync(CLEAR_AFTER_MS / 2);
  expect(content).toBe('another address');
  await vi.advanceTimersByTimeAsync(CLEAR_AFTER_MS / 2);
  expect(content).toBe('');
});

test('an app that quits removes it immediately, once', async () => {
  copy('an address');
  await cleaner.clearNow();
  expect(content).toBe('');
  content = 'an address';
  await cleaner.clearNow();
  await vi.advanceTimersByTimeAsync(CLEAR_AFTER_MS);
  expect(content).toBe('an address');
});

test('a clipboard that cannot be read is reported and left', async () => {
  const failing = createClipboardCleaner(
    { ...clipboard, readText: () => Promise.reject(new Error('held by another program')) },
    (error) => errors.push(error),
  );
  failing.copied('an address');
  await vi.advanceTimersByTimeAsync(CLEAR_AFTER_MS);
  expect(errors).toEqual([new Error('held by another program')]);
});
