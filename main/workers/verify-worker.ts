/** The script of a thread of the verify pool. */
import { createSignatureEngine } from './signature.ts';
import { serveSlices } from './slice-worker.ts';
import { createVerifySlice } from './verify-slice.ts';

const { engine, reason, verify } = await createSignatureEngine();
serveSlices(createVerifySlice(verify), engine, reason);
