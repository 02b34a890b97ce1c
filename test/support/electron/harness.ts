import { chromium, type Browser, type BrowserContext, type Page } from '@playwright/test';
import type { MessageBoxOptions, OpenDialogOptions } from 'electron';
import { CHROMIUM_ARGS, findChromium } from '../chromium.ts';

/** How a test answers a native dialog: the index of the button. */
export type AnswerDialog = (options: MessageBoxOptions) => number | Promise<number>;

let browser: Browser | undefined;

/** What a test sees and steers from outside the app. */
export const harness = {
  /** Errors that the pages reported: uncaught ones and what they printed as errors. */
  errors: [] as string[],
  /** Every dialog that was shown. */
  dialogs: [] as MessageBoxOptions[],
  /** Cancels unless told. */
  answerDialog: ((options) => options.cancelId ?? 0) as AnswerDialog,
  answerOpenDialog: (_options: OpenDialogOptions): string[] => [],
  /** Resolves with the page of the first window. */
  opened: Promise.withResolvers<Page>(),
  /** Resolves when the app has quit. */
  quit: Promise.withResolvers<number>(),

  /** The Chromium page behind a window. */
  page(window: unknown): Page {
    return (window as { webContents: { page: Page } }).webContents.page;
  },

  async newContext(): Promise<BrowserContext> {
    const executablePath = findChromium();
    if (executablePath === null) throw new Error('no Chromium here: npm test says what to install');
    browser ??= await chromium.launch({ executablePath, args: [...CHROMIUM_ARGS] });
    return browser.newContext({ viewport: { width: 1280, height: 800 } });
  },

  async close(): Promise<void> {
    await browser?.close();
    browser = undefined;
  },
};
