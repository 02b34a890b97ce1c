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
  /** Takes our end of the port that a page was handed. */
  readonly connect: (port: MessagePortMain) => void;
}

// The page's own paper in both themes, so that nothing flashes before it has drawn.
const PAPER = { light: '#FBFAF7', dark: '#131412' };

/** Makes the app's window, still empty; the page gets a port to the node after every load. */
export function createWindow(deps: WindowDeps): BrowserWindow {
  const window = new BrowserWindow({
    title: 'Kith',
    width: 1280,
    height: 800,
    minWidth: 640,
    minHeight: 480,
    show: false,
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? PAPER.dark : PAPER.light,
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
  window.webContents.on('did-finish-load', () => handPort(window.webContents, deps.connect));
  return window;
}

/** Gives the page a fresh port; only our own page in the main frame ever gets one. */
export function handPort(contents: WebContents, connect: (port: MessagePortMain) => void): void {
  if (contents.isDestroyed() || !isPage(contents.mainFrame.url)) return;
  const { port1, port2 } = new MessageChannelMain();
  connect(port1);
  contents.postMessage('rpc-port', null, [port2]);
}
