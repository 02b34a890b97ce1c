import {
  BrowserWindow,
  MessageChannelMain,
  nativeTheme,
  type MessagePortMain,
  type WebContents,
} from 'electron';
import { isPage } from './guard.ts';
import { keepWindow, placeWindow } from './keep-window.ts';
import { MIN_SIZE, type WindowStates } from './window-state.ts';

/** Connects the app's end of a port. Calls `ended` if the app, and not the page, has closed it. */
export type ConnectPort = (port: MessagePortMain, ended: () => void) => void;

export interface WindowDeps {
  /** Absolute path of the built preload script. */
  readonly preload: string;
  /** Connects the other end of the port that a page gets to the node. */
  readonly connect: ConnectPort;
  /** The window is not shown until the user asks for it. */
  readonly hidden: boolean;
  readonly desktop: {
    /** Serves the desktop's own settings on the other port. */
    readonly serve: ConnectPort;
    /** Where the window was before. */
    readonly states: WindowStates;
  };
}

/** The page's background colour in both themes, so that a window does not flash before the first paint. */
export const BACKGROUND = { light: '#FBFAF7', dark: '#131412' };

/** Creates the app's window, still empty; the page gets a port to the node after every load. */
export function createWindow(deps: WindowDeps): BrowserWindow {
  const { bounds, maximized, zoom } = placeWindow(deps.desktop.states);
  const window = new BrowserWindow({
    title: 'Kith',
    ...bounds,
    minWidth: MIN_SIZE.width,
    minHeight: MIN_SIZE.height,
    show: false,
    autoHideMenuBar: true,
    backgroundColor: backgroundNow(),
    webPreferences: {
      preload: deps.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      // The page has dialogs of its own; those of a script (alert) could be opened without end.
      disableDialogs: true,
    },
  });
  window.once('ready-to-show', () => {
    if (maximized) window.maximize();
    if (!deps.hidden) window.show();
    keepWindow(window, deps.desktop.states);
  });
  // The page's script, which listens, has run by then; fonts and pictures may still be loading.
  window.webContents.on('dom-ready', () => {
    sendPort(window.webContents, 'rpc-port', deps.connect);
    sendPort(window.webContents, 'desktop-port', deps.desktop.serve);
  });
  // Chromium keeps a zoom for each origin, but not for each arrangement of displays.
  window.webContents.once('did-finish-load', () => window.webContents.setZoomLevel(zoom));
  followTheme(window);
  return window;
}

const backgroundNow = (): string => (nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light);

/** The page follows the system's theme by itself; the colour behind it is visible while the window grows. */
function followTheme(window: BrowserWindow): void {
  const follow = (): void => window.setBackgroundColor(backgroundNow());
  nativeTheme.on('updated', follow);
  window.once('closed', () => nativeTheme.off('updated', follow));
}

/** What a port of the page leads to: the node, or the app with its own settings. */
type PagePort = 'rpc-port' | 'desktop-port';

/**
 * Sends the page a new port. Only the app's page in the main frame gets it. When the app closes the port, the page gets another one
 * after a pause: it cannot ask for it.
 */
export function sendPort(contents: WebContents, kind: PagePort, connect: ConnectPort): void {
  if (contents.isDestroyed() || !isPage(contents.mainFrame.url)) return;
  const { port1, port2 } = new MessageChannelMain();
  connect(port1, () => setTimeout(() => sendPort(contents, kind, connect), REOPEN_MS));
  contents.postMessage(kind, null, [port2]);
}

/** A script that sends so much that its ports are closed gets new ones this often at most. */
const REOPEN_MS = 1000;

/** Shows a window that is hidden, minimised or behind others. */
export function bringToFront(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}
