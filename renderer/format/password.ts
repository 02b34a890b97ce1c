import { MAX_PASSWORD_BYTES, passwordBytes } from '../../shared/password.ts';
import { plural } from './number.ts';

/** The problem with the length of a password or passphrase of at most `most` bytes; null if there is none. */
export function passwordLengthProblem(password: string, most: number = MAX_PASSWORD_BYTES): string | null {
  const bytes = passwordBytes(password);
  if (bytes <= most) return null;
  return `Too long by ${plural(bytes - most, 'byte')}; ${most} fit. Plain letters, digits and signs take 1 byte each, other characters 2 to 4 or more.`;
}

/** The strength of a password in words. */
export interface Strength {
  readonly level: 0 | 1 | 2 | 3;
  readonly words: string;
}

const MIN_LENGTH = 8;
const COMMON = [
  'password',
  'passwort',
  'qwert',
  'letmein',
  'admin',
  'iloveyou',
  'bitcoin',
  'kith',
  'abc',
  '123',
];

/**
 * Estimates the strength roughly and generously: bits by length and variety, fewer for repeats, sequences and common
 * words.
 */
export function passwordStrength(password: string): Strength {
  if (password === '')
    return { level: 0, words: 'Use at least eight characters. A short sentence works well.' };
  if (password.length < MIN_LENGTH) {
    return { level: 0, words: `Too short: ${plural(MIN_LENGTH - password.length, 'more character')}.` };
  }
  const bits = usefulLength(password) * Math.log2(poolSize(password));
  if (bits < 45) return { level: 1, words: 'Easy to guess. Add a word or two.' };
  if (bits < 70) return { level: 2, words: 'Fair. One more word makes it strong.' };
  return { level: 3, words: 'Strong.' };
}

function poolSize(text: string): number {
  const pools: [RegExp, number][] = [
    [/[a-z]/, 26],
    [/[A-Z]/, 26],
    [/\d/, 10],
    [/[^a-zA-Z\d]/, 30],
  ];
  return pools.reduce((sum, [pattern, size]) => sum + (pattern.test(text) ? size : 0), 0);
}

/** The length. Common words, and characters that follow from the previous one (aaaa, 1234), count only a little. */
function usefulLength(text: string): number {
  let plain = text.toLowerCase();
  for (const word of COMMON) plain = plain.replaceAll(word, '*');
  let useful = 0;
  for (let i = 0; i < plain.length; i += 1) {
    const step = i === 0 ? NaN : plain.charCodeAt(i) - plain.charCodeAt(i - 1);
    useful += Math.abs(step) <= 1 ? 0.25 : 1;
  }
  return useful;
}
