/** The script of a thread of the proof-of-work pool. */
import { hashHeaders } from './pow-slice.ts';
import { assertPowHash } from './pow.ts';
import { serveSlices } from './slice-worker.ts';

assertPowHash();
serveSlices(hashHeaders, 'argon2');
