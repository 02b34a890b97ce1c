import { strict as assert } from 'node:assert';
import { expect, test } from 'vitest';
import { isBug } from '../../../main/lib/bugs.ts';
import { KithError } from '../../../main/lib/errors.ts';

const thrownBy = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};
class StreamResetError extends Error {
  override readonly name = 'StreamResetError';
}

test.each([
  ['a property of undefined', thrownBy(() => (undefined as unknown as { a: number }).a), true],
  ['a length out of range', thrownBy(() => new Uint8Array(-1)), true],
  ['a wrong argument for Node.js', thrownBy(() => Buffer.alloc('x' as unknown as number)), true],
  ['an assertion', thrownBy(() => assert.equal(1, 2)), true],
  ['an error without a code', new Error('already in the pool'), true],
  ['something that is no error', 'text', true],
  ['a KithError', new KithError('disk-failed'), false],
  ['a KithError with a bug as its cause', new KithError('x', 'x', { cause: new TypeError() }), false],
  ['a failed system call', Object.assign(new Error('no space'), { code: 'ENOSPC' }), false],
  ['an error of a library', new StreamResetError('reset'), false],
  ['an abort', AbortSignal.abort().reason, false],
])('%s: a bug is %s', (_what, error, is) => expect(isBug(error)).toBe(is));
