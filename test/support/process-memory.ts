import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

/** Where a byte string was found in the memory of a process: the range of its region, and its place. */
export interface Finding {
  readonly name: string;
  readonly region: string;
  readonly at: number;
}

const CHUNK_BYTES = 4 << 20;
/** Every place of these byte strings in the writable memory of a process (Linux). */
export function findInMemory(pid: number, needles: ReadonlyMap<string, Uint8Array>): Finding[] {
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  const overlap = Math.max(...[...needles.values()].map((needle) => needle.length)) - 1;
  const buffer = Buffer.alloc(CHUNK_BYTES + overlap);
  const found: Finding[] = [];
  try {
    for (const { text, from, to } of regionsOf(pid)) {
      for (let at = from; at < to; at += CHUNK_BYTES) {
        const length = readAt(memory, buffer, at, Math.min(buffer.length, to - at));
        for (const [name, needle] of needles)
          for (const place of placesOf(buffer.subarray(0, length), needle))
            if (place < CHUNK_BYTES) found.push({ name, region: text, at: at + place });
      }
    }
  } finally {
    closeSync(memory);
  }
  return found;
}

/** The writable memory that is in use. The machine code of V8 is left out: half a gigabyte of addresses. */
function regionsOf(pid: number): { text: string; from: number; to: number }[] {
  return readFileSync(`/proc/${pid}/smaps`, 'utf8')
    .split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)
    .filter((region) => /^\S+ rw-/.test(region) && !/^Rss: +0 kB/m.test(region))
    .map((region) => {
      const text = region.slice(0, region.indexOf('\n'));
      const [from, to] = text
        .split(' ')[0]!
        .split('-')
        .map((hex) => Number.parseInt(hex, 16));
      return { text, from: from!, to: to! };
    });
}

/** Fewer bytes where the region has ended meanwhile. */
function readAt(memory: number, buffer: Buffer, at: number, length: number): number {
  try {
    return readSync(memory, buffer, 0, length, at);
  } catch {
    return 0;
  }
}

function placesOf(bytes: Buffer, needle: Uint8Array): number[] {
  const wanted = Buffer.from(needle);
  const places: number[] = [];
  for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + 1)) places.push(at);
  return places;
}

/** Soft and hard limit of the size of a core file, as /proc names them. */
export function coreLimits(pid: number): string[] {
  const line = /^Max core file size\s+(\S+)\s+(\S+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'));
  return line!.slice(1, 3);
}
