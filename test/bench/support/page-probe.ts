import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from '@playwright/test';
import { OUT } from '../../../tools/support/root.ts';

/** A stretch in which the page answered nothing. */
export interface LongTask {
  readonly screen: string;
  readonly ms: number;
}

interface Probe {
  readonly tasks: LongTask[];
  readonly inputs: { readonly id: number; readonly ms: number }[];
  usableMs: number | null;
}

declare global {
  interface Window {
    kithProbe: Probe;
  }
}

/** Runs in the page before its own scripts. */
export function installProbe(): void {
  const probe: Probe = { tasks: [], inputs: [], usableMs: null };
  window.kithProbe = probe;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries())
      probe.tasks.push({ screen: location.hash.split('/')[1] ?? 'home', ms: duration });
  }).observe({ type: 'longtask', buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & { interactionId?: number })[])
      if (entry.interactionId) probe.inputs.push({ id: entry.interactionId, ms: entry.duration });
  }).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit);
  const watch = new MutationObserver(() => {
    const sentence = document.querySelector('header .sentence')?.textContent ?? '';
    // The first screen with data of the node, which a click can leave.
    if (document.querySelector('h1') === null || sentence === '' || sentence.startsWith('Waiting')) return;
    const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    probe.usableMs = performance.now() - (navigation?.responseStart ?? 0);
    watch.disconnect();
  });
  watch.observe(document, { childList: true, subtree: true, characterData: true });
}

export const longTasks = (page: Page): Promise<LongTask[]> => page.evaluate(() => window.kithProbe.tasks);

/** Milliseconds from each input to the picture that followed it; the browser reports none below 16, which count as 16. */
export async function inputTimes(page: Page, inputs: number): Promise<number[]> {
  const reported = await page.evaluate(() => window.kithProbe.inputs);
  const longest = new Map<number, number>();
  for (const { id, ms } of reported) longest.set(id, Math.max(ms, longest.get(id) ?? 0));
  const times = [...longest.values()];
  return [...times, ...Array.from({ length: Math.max(0, inputs - times.length) }, () => 16)];
}

/** Kilobytes (1 000 bytes) of the scripts that the first screen needs, compressed. */
export function firstScreenScriptKb(): number {
  const html = readFileSync(path.join(OUT, 'renderer', 'index.html'), 'utf8');
  const names = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(([, name]) => name!);
  if (names.length === 0) throw new Error('the page has no script');
  const bytes = names.map((name) => gzipSync(readFileSync(path.join(OUT, 'renderer', name))).length);
  return bytes.reduce((sum, each) => sum + each, 0) / 1000;
}

/** Megabytes that the processes of the browser's pages have for themselves (Linux). */
export async function pageMemoryMb(browser: Browser, page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const all = await browser.newBrowserCDPSession();
  const { processInfo } = await all.send('SystemInfo.getProcessInfo');
  const kilobytes = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => privateKb(readFileSync(`/proc/${id}/smaps_rollup`, 'utf8')));
  return Math.max(...kilobytes) / 1000;
}

function privateKb(rollup: string): number {
  const lines = [...rollup.matchAll(/^Private_\w+:\s+(\d+) kB/gm)];
  return lines.reduce((sum, [, kilobytes]) => sum + Number(kilobytes) * 1.024, 0);
}
