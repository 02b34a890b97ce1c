import { expect } from 'vitest';

export type Fields = Readonly<Record<string, unknown>>;

const KINDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  hash: (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value),
  hex: (value) => typeof value === 'string' && /^([0-9a-f]{2})+$/.test(value),
  text: (value) => typeof value === 'string',
  int: (value) => Number.isSafeInteger(value),
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  flag: (value) => typeof value === 'boolean',
  list: (value) => Array.isArray(value),
  fields: (value) => typeof value === 'object' && value !== null,
};

/** Holds an answer against `name:kind`; a kind with a question mark may be null. Answers the fields beyond them. */
export function holds(answer: Fields, shape: string): string[] {
  const promised = new Map(shape.split(' ').map((each) => each.split(':') as [string, string]));
  for (const [name, kind] of promised) {
    const value = answer[name];
    const good = (kind.endsWith('?') && value === null) || KINDS[kind.replace('?', '')]!(value);
    expect(good, `${name} must be ${kind}, not ${JSON.stringify(value)}`).toBe(true);
  }
  return Object.keys(answer).filter((name) => !promised.has(name));
}
