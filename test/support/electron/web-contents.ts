import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import type { CDPSession, Page, Route } from '@playwright/test';
import { app, createEvent } from './app.ts';
import { harness } from './harness.ts';
import type { MessagePortMain } from './ports.ts';
import { preloadWorld } from './preload-world.ts';
import { answerRequest, session } from './session.ts';
import { pack, unpack, type FromWorld, type ToWorld } from './wire.ts';

const WORLD = 'electron-preload';

/** Chromium can't be taught our scheme from outside: the page sees app://kith/x as http://kith.localhost/x. */
const toChromium = (url: string): string => url.replace(/^app:\/\/([^/]+)/, 'http://$1.localhost');
const fromChromium = (url: string): string => url.replace(/^http:\/\/([^/]+)\.localhost/, 'app://$1');

type OpenHandler = (details: { url: string }) => { action: 'allow' | 'deny' };

export class WebContents extends EventEmitter {
  /** Undefined until something is loaded. */
  page: Page | undefined;
  readonly #preload: string | undefined;
  readonly #ports = new Map<number, MessagePortMain>();
  #cdp!: CDPSession;
  #world: number | undefined;
  #nextPort = 1;
  #loading = false;
  #open: OpenHandler = () => ({ action: 'allow' });

  constructor(preload: string | undefined) {
    super();
    this.#preload = preload;
    app.emit('web-contents-created', createEvent(), this);
  }

  get mainFrame(): { url: string } {
    return { url: this.getURL() };
  }
  getURL(): string {
    return this.page ? fromChromium(this.page.url()) : '';
  }
  getZoomLevel(): number {
    return 0;
  }
  setZoomLevel(): void {}
  isDestroyed(): boolean {
    return this.page?.isClosed() ?? false;
  }
  setWindowOpenHandler(handler: OpenHandler): void {
    this.#open = handler;
  }

  async loadURL(url: string): Promise<void> {
    const page = (this.page ??= await this.#openPage());
    this.#loading = true;
    await page.goto(toChromium(url), { waitUntil: 'load' });
    this.#loading = false;
  }

  /** As a person's reload: the app isn't asked. */
  async reload(): Promise<void> {
    this.#loading = true;
    await this.page?.reload({ waitUntil: 'load' });
    this.#loading = false;
  }

  postMessage(channel: string, message: unknown, transfer: MessagePortMain[] = []): void {
    const ports = transfer.map((port) => this.#adopt(port));
    void this.#send({ kind: 'message', channel, message, ports });
  }

  #adopt(port: MessagePortMain): number {
    const number = this.#nextPort++;
    this.#ports.set(number, port);
    port.on('message', ({ data }: { data: unknown }) => {
      void this.#send({ kind: 'data', port: number, data: pack(data) });
    });
    port.on('close', () => {
      this.#ports.delete(number);
      void this.#send({ kind: 'close', port: number });
    });
    port.start();
    return number;
  }

  async #openPage(): Promise<Page> {
    const context = await harness.newContext();
    const page = await context.newPage();
    page.on('pageerror', (error) => harness.errors.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') harness.errors.push(message.text());
    });
    page.on('popup', (popup) => {
      if (this.#open({ url: popup.url() }).action === 'deny') void popup.close();
    });
    page.on('load', () => this.emit('did-finish-load'));
    await page.route('**/*', (route) => this.#answer(page, route));
    this.#cdp = await context.newCDPSession(page);
    await this.#makeWorld();
    harness.opened.resolve(page);
    return page;
  }

  async #makeWorld(): Promise<void> {
    await this.#cdp.send('Page.enable');
    await this.#cdp.send('Runtime.enable');
    const { frameTree } = await this.#cdp.send('Page.getFrameTree');
    this.#cdp.on('Runtime.executionContextCreated', ({ context }) => {
      const { frameId } = (context.auxData ?? {}) as { frameId?: string };
      if (context.name !== WORLD || frameId !== frameTree.frame.id) return;
      // A load ends the page before it, and with it its ports.
      this.#world = context.id;
      for (const port of this.#ports.values()) port.close();
      this.#ports.clear();
    });
    this.#cdp.on('Runtime.bindingCalled', ({ payload }) => this.#receive(JSON.parse(payload) as FromWorld));
    await this.#cdp.send('Runtime.addBinding', { name: '__toMain', executionContextName: WORLD });
    if (this.#preload === undefined) return;
    const source = preloadWorld(readFileSync(this.#preload, 'utf8'));
    await this.#cdp.send('Page.addScriptToEvaluateOnNewDocument', { worldName: WORLD, source });
  }

  #receive(message: FromWorld): void {
    const port = this.#ports.get(message.port);
    if (message.kind === 'data') port?.postMessage(unpack(message.data));
    else port?.close();
  }

  async #send(message: ToWorld): Promise<void> {
    const expression = `__fromMain(${JSON.stringify(message)})`;
    // The page may have gone in the meantime, as a frame may in Electron.
    await this.#cdp.send('Runtime.evaluate', { contextId: this.#world!, expression }).catch(() => undefined);
  }

  async #answer(page: Page, route: Route): Promise<void> {
    const request = route.request();
    const url = fromChromium(request.url());
    const navigation = request.isNavigationRequest() && request.frame() === page.mainFrame();
    if (navigation && !this.#loading && !this.#mayNavigate(url)) return route.abort('aborted');
    if (!(await session.defaultSession.allows(url))) return route.abort();
    const response = await answerRequest(request.method(), url).catch(() => null);
    if (response === null) return route.abort();
    await route.fulfill({
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: Buffer.from(await response.arrayBuffer()),
    });
  }

  #mayNavigate(url: string): boolean {
    const event = { ...createEvent(), url };
    this.emit('will-navigate', event);
    return !event.defaultPrevented;
  }
}
