import { describe, expect, test } from 'vitest';
import { findIn, type Source } from '../../../../renderer/state/find-known.ts';

const source = (things: readonly string[]): Source<string> => ({
  group: 'Contacts',
  things,
  id: (thing) => thing,
  label: (thing) => `Send to ${thing}`,
  words: (thing) => [`address-of-${thing}`],
  href: (thing) => `#/send/${thing}`,
});

describe('what the command palette finds among the things of the page', () => {
  test('is by the label and by other words, in any order', () => {
    expect(findIn(source(['Ann', 'Ben']), 'ann send')).toEqual([
      { id: 'Contacts-Ann', group: 'Contacts', label: 'Send to Ann', href: '#/send/Ann' },
    ]);
    expect(findIn(source(['Ann', 'Ben']), 'of-ben').map(({ href }) => href)).toEqual(['#/send/Ben']);
  });

  test('is nothing before two characters, and nothing that lacks a typed word', () => {
    expect(findIn(source(['Ann']), 'A')).toEqual([]);
    expect(findIn(source(['Ann']), '  ')).toEqual([]);
    expect(findIn(source(['Ann']), 'ann zebra')).toEqual([]);
  });

  test('is at most five of a kind', () => {
    const many = Array.from({ length: 40 }, (_, i) => `Ann ${i}`);
    expect(findIn(source(many), 'ann')).toHaveLength(5);
  });
});
