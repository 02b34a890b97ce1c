import { readFileSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Page } from '@playwright/test';
import type { NodeProcess } from '../../main/demo/node-process.ts';
import { CHROMIUM_ARGS, findChromium } from './chromium.ts';
import { createLocalNodes } from './local-nodes.ts';

/** Real nodes as processes of their own, and a real browser for their pages. */
export interface BrowserPages {
  /** Data directories are below it. */
  readonly folder: string;
  /** What went wrong in any page: exceptions, and errors of its console. */
  readonly errors: readonly string[];
  /** Starts a node of the local network with its data in `folder/name`. */
  startNode(name: string, bootstrap?: readonly string[], options?: readonly string[]): Promise<NodeProcess>;
  /** Opens the page of a node, with its token unless told otherwise. */
  open(node: Pick<NodeProcess, 'api' | 'tokenFile'>, options?: OpenOptions): Promise<Page>;
  /** Ends browser and nodes, and removes the folder. */
  stop(): Promise<void>;
}

export interface OpenOptions {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly token?: boolean;
  /** The language of the browser, such as `de-DE`. */
  readonly locale?: string;
  /** Runs in the page before its own scripts. */
  readonly prepare?: () => void;
}

/** `args`: further arguments of the browser. */
export async function startBrowserPages(args: readonly string[] = []): Promise<BrowserPages> {
  const nodes = createLocalNodes();
  const browser = await chromium.launch({
    executablePath: findChromium()!,
    args: [...CHROMIUM_ARGS, ...args],
  });
  const errors: string[] = [];
  return {
    folder: nodes.folder,
    errors,
    startNode: nodes.start,
    async open(node, { viewport = { width: 1280, height: 800 }, token = true, locale, prepare } = {}) {
      const context = await browser.newContext({ viewport, ...(locale !== undefined && { locale }) });
      const page = await context.newPage();
      if (prepare !== undefined) await page.addInitScript(prepare);
      page.on('pageerror', (error) => errors.push(String(error)));
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text());
      });
      const hash = token ? `#token=${readFileSync(node.tokenFile, 'utf8').trim()}` : '';
      await page.goto(node.api + hash);
      return page;
    },
    async stop() {
      await browser.close();
      await nodes.stop();
    },
  };
}

/** Presses a button that downloads a file, and gives the path of the file, which is in `folder`. */
export async function saveDownload(page: Page, folder: string, button: string): Promise<string> {
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: button, exact: true }).first().click();
  const file = path.join(folder, (await download).suggestedFilename());
  await (await download).saveAs(file);
  return file;
}
