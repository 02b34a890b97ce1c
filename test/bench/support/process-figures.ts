import { readFileSync } from 'node:fs';

/** What the kernel says of a process: most memory it ever held, and processor time of all its threads. Linux only. */
export interface ProcessFigures {
  readonly peakRssMb: number;
  readonly rssMb: number;
  readonly cpuSeconds: number;
}

// The kernel's unit for processor time in /proc, on every Linux that Node runs on.
const TICKS_PER_S = 100;

export function readProcess(pid: number): ProcessFigures {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const megabytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
  // The program's name may hold anything, so the fields are counted from behind it.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
  const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
  return { peakRssMb: megabytes('VmHWM'), rssMb: megabytes('VmRSS'), cpuSeconds };
}

/** The proportional share of memory of a process in megabytes: what it shares with others counts in parts. 0 if it is gone. */
export function memoryOf(pid: number): number {
  try {
    const shares = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return Number(/^Pss:\s+(\d+) kB/m.exec(shares)?.[1]) / 1024;
  } catch {
    return 0;
  }
}
