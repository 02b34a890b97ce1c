/** A thread of the proof-of-work pool. */
import { hashHeaders } from './pow-slice.ts';
import { serveSlices } from './slice-worker.ts';

serveSlices(hashHeaders, 'argon2');
