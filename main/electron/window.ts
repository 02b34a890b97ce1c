import {
  BrowserWindow,
  MessageChannelMain,
  nativeTheme,
  type MessagePortMain,
  type WebContents,
} from 'electron';
import { isPage } from './guard.ts';

export interface WindowDeps {
  /** Absolute path of the built preload script. */
  readonly preload: string;
  /** Connects the other end of the port that a page gets to the node. */
  readonly connect: (port: MessagePortMain) => void;
}

// The page's background colour in both themes, so that the window does not flash before the first paint.
const BACKGROUND = { light: '#FBFAF7', dark: '#131412' };

/** Creates the app's window, still empty; the page gets a port to the node after every load. */
export function createWindow(deps: WindowDeps): BrowserWindow {
  const window = new BrowserWindow({
    title: 'Kith',
    width: 1280,
    height: 800,
    minWidth: 640,
    minHeight: 480,
    show: false,
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
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
    },
  });
  window.once('ready-to-show', () => window.show());
  window.webContents.on('did-finish-load', () => sendPort(window.webContents, deps.connect));
  return window;
}

/** Sends the page a new port; only the app's page in the main frame gets one. */
export function sendPort(contents: WebContents, connect: (port: MessagePortMain) => void): void {
  if (contents.isDestroyed() || !isPage(contents.mainFrame.url)) return;
  const { port1, port2 } = new MessageChannelMain();
  connect(port1);
  contents.postMessage('rpc-port', null, [port2]);
}
