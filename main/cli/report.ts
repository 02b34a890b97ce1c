import { type Fault, sentenceFor } from '../../shared/errors.ts';
import { codeOf, KithError, messageOf } from '../lib/errors.ts';
import { jsonLine, plainText } from './printing.ts';

/** The message to the user for anything thrown. If its code has no sentence, the message of the error is used. */
export function faultFrom(error: unknown): Fault {
  const known = error instanceof KithError ? error : firstKith(error);
  if (known) {
    return {
      code: known.code,
      message: sentenceFor(known.code, known.data, known.message),
      ...(known.data === undefined ? {} : { data: known.data }),
    };
  }
  const file = fileFault(error);
  if (file) return file;
  return { code: 'internal', message: `${sentenceFor('internal')} (${codeOf(error) ?? messageOf(error)})` };
}

const FILE_CODES: Readonly<Record<string, string>> = {
  ENOENT: 'file-missing',
  EEXIST: 'file-exists',
  EACCES: 'file-forbidden',
  EPERM: 'file-forbidden',
  EROFS: 'disk-read-only',
  EMFILE: 'files-exhausted',
  ENFILE: 'files-exhausted',
  EISDIR: 'file-unusable',
  ENOTDIR: 'file-unusable',
  ENOTFILE: 'file-unusable',
  ENOSPC: 'disk-full',
};

/** Failures of the system for a file that an argument named. */
function fileFault(error: unknown): Fault | undefined {
  const code = FILE_CODES[codeOf(error) ?? ''];
  const { path } = error as { path?: unknown };
  if (code === undefined) return undefined;
  const data = typeof path === 'string' ? { file: path } : undefined;
  return { code, message: sentenceFor(code, data), ...(data === undefined ? {} : { data }) };
}

// A failed start may be combined with failures of its cleanup. The first error is the cause.
function firstKith(error: unknown): KithError | undefined {
  const inner = error instanceof AggregateError ? (error.errors as unknown[])[0] : undefined;
  return inner instanceof KithError ? inner : undefined;
}

/** One sentence with its code, for users. */
export function reportToUser(fault: Fault): void {
  process.stderr.write(plainText(`kith: ${fault.message} [${fault.code}]\n`));
}

/** One JSON object as the last line of standard error, for programs. */
export function reportToProgram(fault: Fault): void {
  const { code, message, data } = fault;
  process.stderr.write(jsonLine({ code, message, ...(data === undefined ? {} : { data }) }));
}
