import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createToasts } from '../../../../renderer/state/toasts.svelte.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('toasts', () => {
  test('are shown one at a time, each for its whole time', () => {
    const toasts = createToasts();
    toasts.say('first');
    toasts.say('second', 'bad');
    expect(toasts.shown?.text).toBe('first');
    vi.advanceTimersByTime(6000);
    expect(toasts.shown?.text).toBe('second');
    vi.advanceTimersByTime(5999);
    expect(toasts.shown?.text).toBe('second');
    vi.advanceTimersByTime(1);
    expect(toasts.shown).toBeNull();
  });

  test('on the same topic replace each other, shown or waiting', () => {
    const toasts = createToasts();
    toasts.say('one block', 'good', 'mined');
    toasts.say('saved');
    toasts.say('two blocks', 'good', 'mined');
    expect(toasts.shown?.text).toBe('two blocks');
    toasts.say('a', 'plain', 'other');
    toasts.say('b', 'plain', 'other');
    vi.advanceTimersByTime(6000);
    expect(toasts.shown?.text).toBe('saved');
    vi.advanceTimersByTime(6000);
    expect(toasts.shown?.text).toBe('b');
  });

  test('that are dismissed make place for the next; many do not wait for minutes', () => {
    const toasts = createToasts();
    for (let i = 0; i < 20; i++) toasts.say(String(i));
    const seen: string[] = [];
    while (toasts.shown !== null) {
      seen.push(toasts.shown.text);
      toasts.dismiss(toasts.shown.id);
    }
    expect(seen).toEqual(['0', '17', '18', '19']);
  });

  test('of failures come first, and no number of others displaces them', () => {
    const toasts = createToasts();
    toasts.say('received');
    toasts.say('Lock failed', 'bad');
    toasts.say('Unban failed', 'bad');
    for (let i = 0; i < 20; i++) toasts.say(`received ${i}`);
    const seen: string[] = [];
    while (toasts.shown !== null) {
      seen.push(toasts.shown.text);
      toasts.dismiss(toasts.shown.id);
    }
    expect(seen).toEqual(['received', 'Lock failed', 'Unban failed', 'received 19']);
  });
});
