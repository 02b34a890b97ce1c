import { toHex } from '../../main/core/codec/hex.ts';
import { checkSignature } from './ed25519.ts';
import {
  type Failure,
  type Fields,
  fieldsOf,
  hexOf,
  isFields,
  type Kind,
  listOf,
  MalformedError,
} from './kind.ts';

/** What stands in front of the 32 bytes of a key in DER (RFC 8410). */
const DER_PREFIX = '302a300506032b6570032100';

/** Project Wycheproof's EdDSA files; older ones call the key `key`, newer ones `publicKey`. */
export const WYCHEPROOF: Kind = {
  names: ['ed25519_test', 'eddsa_test'],
  // Its files of every other algorithm have the same form: they say which it is, and Ed448's groups name their curve.
  recognises: (content) =>
    isFields(content) &&
    Array.isArray(content['testGroups']) &&
    ['EDDSA', 'ED25519'].includes(String(content['algorithm']).toUpperCase()) &&
    !content['testGroups'].some(isOfOtherCurve),
  async run(content) {
    const groups = listOf(fieldsOf(content, 'The file')['testGroups'], 'testGroups');
    let total = 0;
    const failures: Failure[] = [];
    for (const group of groups) {
      const fields = fieldsOf(group, 'A group of tests');
      const key = keyOf(fields);
      for (const test of listOf(fields['tests'], 'tests')) {
        total++;
        const why = checkTest(key, test);
        if (why !== null) failures.push(why);
      }
    }
    return { total, failures };
  },
};

function isOfOtherCurve(group: unknown): boolean {
  if (!isFields(group)) return false;
  const curves = ['publicKey', 'key'].flatMap((name) => {
    const holder = group[name];
    return isFields(holder) && 'curve' in holder ? [holder['curve']] : [];
  });
  return curves.some((curve) => curve !== 'edwards25519');
}

function keyOf(group: Fields): Uint8Array {
  for (const name of ['publicKey', 'key']) {
    const holder = group[name];
    if (isFields(holder) && 'pk' in holder) return hexOf(holder['pk'], `${name}.pk`);
  }
  const der = toHex(hexOf(group['publicKeyDer'] ?? group['keyDer'], 'publicKeyDer'));
  if (!der.startsWith(DER_PREFIX))
    throw new MalformedError('publicKeyDer is not the key of an Ed25519 signature.');
  return hexOf(der.slice(DER_PREFIX.length), 'publicKeyDer');
}

function checkTest(key: Uint8Array, test: unknown): Failure | null {
  const id = isFields(test) ? (test['tcId'] as string | number | undefined) : undefined;
  const comment = isFields(test) && typeof test['comment'] === 'string' ? test['comment'] : '';
  const where = `tcId ${id ?? 'unknown'}${comment === '' ? '' : ` (${comment})`}`;
  try {
    const { msg, sig, result } = fieldsOf(test, 'The test');
    const why = checkSignature(key, hexOf(sig, 'sig'), hexOf(msg, 'msg'), expectedOf(result));
    return why === null ? null : { where, why };
  } catch (error) {
    return { where, why: error instanceof Error ? error.message : String(error) };
  }
}

// The strict rule meets valid and invalid without exceptions; what is only acceptable it may judge either way.
function expectedOf(result: unknown): boolean | null {
  if (result === 'valid') return true;
  if (result === 'invalid') return false;
  if (result === 'acceptable') return null;
  throw new MalformedError(`The result ${JSON.stringify(result)} is none that is known.`);
}
