import { EventEmitter } from 'node:events';
import { WebContents } from './web-contents.ts';
import { windows } from './windows.ts';

interface Options {
  readonly webPreferences?: { readonly preload?: string };
}

export class BrowserWindow extends EventEmitter {
  readonly options: Options;
  readonly webContents: WebContents;

  static getAllWindows(): BrowserWindow[] {
    return [...windows].filter((window) => window instanceof BrowserWindow);
  }

  constructor(options: Options) {
    super();
    this.options = options;
    this.webContents = new WebContents(options.webPreferences?.preload);
    windows.add(this);
  }

  async loadURL(url: string): Promise<void> {
    await this.webContents.loadURL(url);
    this.emit('ready-to-show');
  }
  show(): void {}
  focus(): void {}
  restore(): void {}
  isMinimized(): boolean {
    return false;
  }
  isMaximized(): boolean {
    return false;
  }
  isFullScreen(): boolean {
    return false;
  }
  getNormalBounds(): { x: number; y: number; width: number; height: number } {
    return { x: 0, y: 0, width: 1280, height: 800 };
  }
  setBackgroundColor(): void {}
  isDestroyed(): boolean {
    return !windows.has(this);
  }
  close(): void {
    void this.closed();
  }

  /** As close, but answers when it has happened. */
  async closed(): Promise<void> {
    if (!windows.delete(this)) return;
    await this.webContents.page?.context().close();
    this.emit('closed');
  }
}
