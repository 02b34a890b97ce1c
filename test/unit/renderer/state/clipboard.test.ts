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

/** A page of which this is selected; copies with the keyboard. */
function copying(desktopTakes: boolean) {
  const taken: string[] = [];
  let follow: (event: Event) => void = () => undefined;
  const page = {
    addEventListener: (kind: string, listener: (event: Event) => void) =>
      void (kind === 'copy' && (follow = listener)),
    querySelectorAll: () => ['secret'],
    getSelection: () => ({ containsNode: (node: string) => content.includes(node), toString: () => content }),
  };
  const state = createClipboardState({
    copied: (text) => Promise.resolve(desktopTakes && taken.push(text) > 0),
  });
  state.followCopies(page as unknown as Document);
  const press = (target: object | null, defaultPrevented = false) =>
    follow({ target, defaultPrevented } as unknown as Event);
  return { press, taken };
}

test('a secret that was copied with the keyboard is given to the desktop app, which removes it', () => {
  const { press, taken } = copying(true);
  content = 'the secret words';
  press(null);
  content = 'other words';
  press(null);
  content = 'the secret words';
  press(null, true);
  expect(taken).toEqual(['the secret words']);
});

test('of a field of secrets the selected part counts, and other fields do not', () => {
  const { press, taken } = copying(true);
  const field = { value: 'abandon ability able', selectionStart: 8, selectionEnd: 15 };
  press({ ...field, closest: () => ({}) });
  press({ ...field, closest: () => null });
  expect(taken).toEqual(['ability']);
});

test('a browser removes a secret that was copied with the keyboard after a minute', async () => {
  const { press } = copying(false);
  content = 'the secret words';
  press(null);
  await vi.advanceTimersByTimeAsync(MINUTE_MS - 1);
  expect(content).toBe('the secret words');
  await vi.advanceTimersByTimeAsync(1);
  expect(content).toBe('');
});
