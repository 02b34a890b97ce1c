import { expect, test } from 'vitest';
import { preload } from '../../../../renderer/frame/preload.ts';

test('the parts of the page are loaded one at a time, and a part that fails stops no other', async () => {
  const loaded: string[] = [];
  let running = 0;
  const part = (name: string) => async () => {
    running += 1;
    expect(running).toBe(1);
    await Promise.resolve();
    running -= 1;
    if (name === 'b') throw new TypeError('the file is missing');
    loaded.push(name);
  };
  await preload(new AbortController().signal, [part('a'), part('b'), part('c')]);
  expect(loaded).toEqual(['a', 'c']);
});

test('nothing more is loaded for a page that is over', async () => {
  const over = new AbortController();
  const loaded: string[] = [];
  await preload(over.signal, [
    () => Promise.resolve(void (loaded.push('a'), over.abort())),
    () => Promise.resolve(void loaded.push('b')),
  ]);
  expect(loaded).toEqual(['a']);
});
