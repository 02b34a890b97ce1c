import { KithError } from '../lib/errors.ts';

/** A record whose checksum doesn't hold, or a piece that must be there and isn't: the database has to be rebuilt. */
export class CorruptError extends KithError {
  constructor(what: string, cause?: unknown) {
    super('storage-damaged', `the chain database is damaged: ${what}`, { cause, data: { what } });
  }
}
