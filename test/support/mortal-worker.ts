/** A worker that dies of a task whose parameter is 13. */
import { serveSlices } from '../../main/workers/slice-worker.ts';

serveSlices((_data, _from, _to, { parameter }) => {
  if (parameter === 13) throw new Error('told to die');
  return -1;
}, 'mortal');
