import { nameKey } from '../../../shared/labels.ts';
import { isLinkProblem, parseTarget } from '../../../shared/payment-link.ts';
import { decodeAddress, isAddressProblem } from '../../core/primitives/address.ts';

/** Whether it can be the name of a contact. The field of the receiver also takes addresses and links, so it is neither. */
export function isContactName(name: string, hrp: string): boolean {
  const target = parseTarget(name);
  return (
    !isLinkProblem(target) && !/^kith:/i.test(name) && isAddressProblem(decodeAddress(hrp, target.address))
  );
}

/** Letters of Cyrillic and Greek, digits and signs that look like a letter of the Latin alphabet. */
const LOOKS_LIKE: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ['a', 'аα'],
    ['b', 'вβ'],
    ['c', 'сϲ'],
    ['d', 'ԁ'],
    ['e', 'еεє'],
    ['g', 'ɡ'],
    ['h', 'һн'],
    ['j', 'јϳ'],
    ['k', 'кκ'],
    ['l', 'i1|ӏіιıł'],
    ['m', 'м'],
    ['n', 'η'],
    ['o', '0оοøσ'],
    ['p', 'рρ'],
    ['q', 'ԛ'],
    ['s', 'ѕ'],
    ['t', 'тτ'],
    ['u', 'υ'],
    ['v', 'ѵν'],
    ['w', 'ԝω'],
    ['x', 'хχ'],
    ['y', 'уγү'],
  ].flatMap(([letter, others]) => Array.from(others!, (other) => [other, letter!])),
);

/**
 * A key that is equal for names which a user could mistake for each other: without case, accents, spaces and punctuation,
 * and with letters of other alphabets as the Latin letters that they look like. Not complete: only letters that
 * common fonts draw alike (Unicode UTS 39 has the whole list).
 */
export function lookalikeKey(name: string): string {
  const plain = nameKey(name).normalize('NFKD').toLowerCase().replace(/\p{M}/gu, '');
  const letters = Array.from(plain, (letter) => LOOKS_LIKE[letter] ?? letter).join('');
  const key = letters
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
    .replace(/[^\p{L}\p{N}]/gu, '');
  // A name of signs or emoji only.
  return key === '' ? nameKey(name) : key;
}
