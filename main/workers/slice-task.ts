/**
 * A list of equal jobs in shared memory that several threads process by claiming slices of it. The header (eight
 * int32) is in front of the data:
 *
 *   next   first unclaimed job; IDLE while the buffer belongs to no task
 *   done   number of finished jobs
 *   first  lowest index that a worker reported, NONE when there is none
 *   count, slice (jobs a claim), parameter (the work's own), id
 */
const NEXT = 0;
const DONE = 1;
const FIRST = 2;
const COUNT = 3;
const SLICE = 4;
const PARAMETER = 5;
const ID = 6;

const TASK_HEADER_BYTES = 32;
const NONE = 0x7fffffff;
// Far above any count. So claims that come too late neither reach a job nor overflow.
const IDLE = 0x40000000;

export interface SliceTask {
  readonly id: number;
  readonly count: number;
  readonly slice: number;
  readonly parameter: number;
}

/**
 * Processes the jobs from index `from` up to but not including `to`. Returns the lowest index to report, which ends the
 * task early, or -1.
 */
export type WorkSlice = (data: Uint8Array, from: number, to: number, task: SliceTask) => number;

export interface SliceResult {
  readonly id: number;
  /** The lowest reported index, or -1. */
  readonly first: number;
}

/** Creates an idle buffer for tasks with `bytes` of data. */
export function createTaskBuffer(bytes: number): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(TASK_HEADER_BYTES + bytes);
  retire(buffer);
  return buffer;
}

export function dataOf(buffer: SharedArrayBuffer): Uint8Array {
  return new Uint8Array(buffer, TASK_HEADER_BYTES);
}

/**
 * Starts the task in the buffer. `next` is written last, because a thread may still be claiming for the previous task.
 */
export function offer(buffer: SharedArrayBuffer, task: SliceTask): void {
  const header = headerOf(buffer);
  Atomics.store(header, DONE, 0);
  Atomics.store(header, FIRST, NONE);
  Atomics.store(header, COUNT, task.count);
  Atomics.store(header, SLICE, task.slice);
  Atomics.store(header, PARAMETER, task.parameter);
  Atomics.store(header, ID, task.id);
  Atomics.store(header, NEXT, 0);
}

/** Marks the buffer of a finished task as idle, so that its data may be written again. */
export function retire(buffer: SharedArrayBuffer): void {
  Atomics.store(headerOf(buffer), NEXT, IDLE);
}

/**
 * Claims and processes slices until none are left. Returns the result if this call finished the last slice, else null.
 */
export function workThrough(buffer: SharedArrayBuffer, work: WorkSlice): SliceResult | null {
  const header = headerOf(buffer);
  const data = dataOf(buffer);
  for (;;) {
    const slice = Atomics.load(header, SLICE);
    const from = Atomics.add(header, NEXT, slice);
    // Read after the claim: while a claim is open the task cannot end, so the header belongs to this task.
    const task = taskOf(header);
    if (from >= task.count) return null;
    const to = Math.min(from + slice, task.count);
    if (from < Atomics.load(header, FIRST)) pointOut(header, work(data, from, to, task));
    if (Atomics.add(header, DONE, to - from) + to - from === task.count) return resultOf(header);
  }
}

function headerOf(buffer: SharedArrayBuffer): Int32Array {
  return new Int32Array(buffer, 0, TASK_HEADER_BYTES / 4);
}

function taskOf(header: Int32Array): SliceTask {
  return {
    id: Atomics.load(header, ID),
    count: Atomics.load(header, COUNT),
    slice: Atomics.load(header, SLICE),
    parameter: Atomics.load(header, PARAMETER),
  };
}

function resultOf(header: Int32Array): SliceResult {
  const first = Atomics.load(header, FIRST);
  return { id: Atomics.load(header, ID), first: first === NONE ? -1 : first };
}

function pointOut(header: Int32Array, index: number): void {
  if (index < 0) return;
  for (let lowest = Atomics.load(header, FIRST); index < lowest;) {
    const seen = Atomics.compareExchange(header, FIRST, lowest, index);
    if (seen === lowest) return;
    lowest = seen;
  }
}
