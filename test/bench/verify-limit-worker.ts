/** Checks the same signatures with bare libsodium from the starting signal to the end; posts how many and how long. */
import { parentPort, workerData } from 'node:worker_threads';
import sodium from 'sodium-native';

const { data, signal, seconds } = workerData as { data: Uint8Array; signal: Int32Array; seconds: number };
const jobs = Array.from({ length: data.length / 128 }, (_, i) =>
  Buffer.from(data.slice(i * 128, i * 128 + 128)),
);
const parts = jobs.map((job) => ({
  key: job.subarray(0, 32),
  signature: job.subarray(32, 96),
  message: job.subarray(96),
}));

function check(): void {
  for (const { key, signature, message } of parts) {
    if (!sodium.crypto_sign_verify_detached(signature, message, key))
      throw new Error('a valid signature was refused');
  }
}

check();
parentPort!.postMessage('ready');
Atomics.wait(signal, 0, 0);
const start = performance.now();
let rounds = 0;
while (performance.now() - start < seconds * 1000) {
  check();
  rounds++;
}
parentPort!.postMessage((rounds * parts.length * 1000) / (performance.now() - start));
