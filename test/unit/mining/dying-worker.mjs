// A mining thread that dies at its first job, the first time; later it is the real one.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';

const mark = join(tmpdir(), `kith-dying-worker-${process.pid}-${process.ppid}`);
if (existsSync(mark)) {
  rmSync(mark);
  await import('../../../main/mining/miner-worker.ts');
} else {
  writeFileSync(mark, '');
  parentPort.on('message', () => {
    throw new Error('out of luck');
  });
}
