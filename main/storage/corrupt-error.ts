import { KithError } from '../lib/errors.ts';

/** A record with a wrong checksum, or a required record that is missing. The chain database must be rebuilt. */
export class CorruptError extends KithError {
  constructor(what: string, cause?: unknown) {
    super('storage-damaged', `the chain database is corrupt: ${what}`, { cause, data: { what } });
  }
}
