import { createTaskBuffer } from './slice-task.ts';

/**
 * Keeps shared buffers for reuse. With a new buffer per batch every thread would have to map and release its memory
 * pages.
 */
export interface TaskBuffers {
  /** A buffer for at least `bytes` of data. */
  take(bytes: number): SharedArrayBuffer;
  give(buffer: SharedArrayBuffer): void;
}

const MIN_BUFFER_BYTES = 1 << 15;

/** Keeps at most `most` bytes of idle buffers. Sizes are powers of two, so that buffers can be reused often. */
export function createTaskBuffers(most = 1 << 24): TaskBuffers {
  const idle: SharedArrayBuffer[] = [];
  let kept = 0;
  return {
    take(bytes) {
      const index = idle.findIndex(
        (buffer) => buffer.byteLength >= bytes + 64 && buffer.byteLength <= 8 * bytes + 2 * MIN_BUFFER_BYTES,
      );
      if (index < 0) return createTaskBuffer(sizeFor(bytes));
      const [buffer] = idle.splice(index, 1);
      kept -= buffer!.byteLength;
      return buffer!;
    },
    give(buffer) {
      if (kept + buffer.byteLength > most) return;
      idle.push(buffer);
      kept += buffer.byteLength;
    },
  };
}

function sizeFor(bytes: number): number {
  let size = MIN_BUFFER_BYTES;
  while (size < bytes + 64) size *= 2;
  return size;
}
