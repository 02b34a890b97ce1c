import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { writeFileSync } from 'node:fs';

/**
 * Linux leaves the memory of this process, and of all that it starts afterwards, out of core dumps. Takes effect
 * immediately, also where a program of the system collects the dumps (core(5), coredump_filter), which ignores the limit
 * of {@link forbidCoreDumps}. False where the system has no such filter.
 */
export function emptyCoreDumps(pid: number | 'self' = 'self'): boolean {
  if (process.platform !== 'linux') return false;
  try {
    writeFileSync(`/proc/${pid}/coredump_filter`, '0');
    return true;
  } catch {
    // Not mounted, or a process of a sandbox: the system writes no dump of those.
    return false;
  }
}

/** Longest time that `prlimit` may take. */
const TIMEOUT_MS = 5_000;

/**
 * {@link emptyCoreDumps}, and the system writes no core dumps of this process and of all that it starts afterwards. Node.js
 * cannot set limits; `prlimit` of util-linux, which nearly every Linux has, sets that of another process. Never rejects. A
 * Windows user must switch dumps on in the registry, and macOS writes none unless a shell raises the limit.
 */
export async function forbidCoreDumps(pids: readonly number[] = [process.pid]): Promise<void> {
  if (process.platform !== 'linux') return;
  for (const pid of pids) emptyCoreDumps(pid);
  await Promise.all(pids.map(limitCoreSize));
}

function limitCoreSize(pid: number): Promise<void> {
  return new Promise((resolve) => {
    // Without prlimit the filter remains.
    execFile('prlimit', ['--core=0:0', '--pid', String(pid)], { timeout: TIMEOUT_MS }, () => resolve());
  });
}

/** The processes that a process has started, and theirs. Linux only; empty elsewhere. */
export async function descendants(pid: number): Promise<number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, 'utf8').catch(() => '')),
  );
  const children = lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number));
  const further = await Promise.all(children.map(descendants));
  return [...children, ...further.flat()];
}
