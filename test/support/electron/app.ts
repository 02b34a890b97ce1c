import { EventEmitter } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { harness } from './harness.ts';
import { windows } from './windows.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');

/** An event that can be prevented, as Electron gives it. */
export function createEvent(): { defaultPrevented: boolean; preventDefault(): void } {
  return {
    defaultPrevented: false,
    preventDefault() {
      this.defaultPrevented = true;
    },
  };
}

class App extends EventEmitter {
  readonly isPackaged = false;
  readonly #paths = new Map<string, string>([
    ['userData', path.join(os.tmpdir(), 'kith-no-such-user-data')],
    ['temp', os.tmpdir()],
  ]);
  #ready = new Promise<void>((resolve) => setImmediate(resolve));
  #quitting = false;

  whenReady(): Promise<void> {
    return this.#ready;
  }
  isReady(): boolean {
    return true;
  }
  getAppPath(): string {
    return ROOT;
  }
  getPath(name: string): string {
    const found = this.#paths.get(name);
    if (found === undefined) throw new Error(`the stand-in has no path "${name}"`);
    return found;
  }
  setPath(name: string, value: string): void {
    this.#paths.set(name, value);
  }
  setName(): void {}
  setAppUserModelId(): void {}
  enableSandbox(): void {}
  setAsDefaultProtocolClient(): boolean {
    return true;
  }
  requestSingleInstanceLock(): boolean {
    return true;
  }

  quit(): void {
    if (this.#quitting) return;
    const event = createEvent();
    this.emit('before-quit', event);
    if (event.defaultPrevented) return;
    this.#quitting = true;
    void this.#end();
  }

  async #end(): Promise<void> {
    for (const window of [...windows]) await window.closed();
    this.emit('will-quit', createEvent());
    this.emit('quit', createEvent(), 0);
    harness.quit.resolve(0);
  }
}

export const app = new App();
