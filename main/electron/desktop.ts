import path from 'node:path';
import type { MessagePort } from 'node:worker_threads';
import { app, type BrowserWindow, clipboard, Notification, safeStorage } from 'electron';
import type { AmountStyle } from '../../shared/amount-style.ts';
import type { Notice } from '../../shared/contract/fields.ts';
import { showAbout } from './about.ts';
import { amountStyleOf, createAppSettings } from './app-settings.ts';
import { createClipboardCleaner } from './clipboard-cleaner.ts';
import { keepInTray } from './close-window.ts';
import { attachContextMenu } from './context-menu.ts';
import type { DataMover } from './data-mover.ts';
import { createDesktopHost } from './desktop-host.ts';
import { openPlace } from './links.ts';
import { setStartAtLogin } from './login-item.ts';
import { installMenu } from './menu.ts';
import { createNodeClient } from './node-client.ts';
import { followNews } from './notifications.ts';
import { createPageEvents, type PageEvents } from './page-events.ts';
import { followPower } from './power.ts';
import { followScreenLock } from './screen-lock.ts';
import { type AppTray, createTray, hasTray } from './tray.ts';
import { bringToFront, type ConnectPort } from './window.ts';
import { createWindowStates, type WindowStates } from './window-state.ts';

export interface DesktopDeps {
  /** The data root, for the app's own small files. */
  readonly dataRoot: string;
  /** The file with the licences of all parts; it may be missing. */
  readonly licences: string;
  /** The app is ending: windows close without a question. */
  readonly isQuitting: () => boolean;
  readonly mover: DataMover;
  readonly onError: (error: unknown) => void;
}

/** How the app behaves as a part of the user's desktop: menus, tray, notifications, power, and its window. */
export interface Desktop {
  readonly states: WindowStates;
  readonly events: PageEvents;
  /** Installs the menu, the tray icon and all listeners; once the app is ready. */
  prepare(): void;
  /** The window that menus, tray and notifications act on. */
  attach(window: BrowserWindow): void;
  /** A thread of the node has started. */
  connect(port: MessagePort | null): void;
  /** Removes what the page copied from the clipboard. */
  stop(): Promise<void>;
  /** How dialogs write amounts. */
  readonly amountStyle: () => AmountStyle;
  /** Serves the desktop's settings to the page. */
  readonly serve: ConnectPort;
}

const MISSING_FEATURE_NOTICES = {
  tray: {
    code: 'tray-missing',
    message:
      'This desktop shows no tray icons, so closing the window quits Kith. On GNOME, an extension such as AppIndicator adds the tray.',
  },
  notifications: {
    code: 'notifications-missing',
    message: 'This desktop shows no notifications. Kith shows messages only in its window.',
  },
  keyring: {
    code: 'keyring-missing',
    message:
      'This desktop has no keyring. Kith stores no password in one: each wallet is encrypted with its own password. You need not do anything.',
  },
} satisfies Record<string, Notice>;

/** Chromium finds the keyring itself; macOS and Windows always have one. */
const hasKeyring = (): boolean =>
  process.platform !== 'linux' || safeStorage.getSelectedStorageBackend() !== 'basic_text';

function missingFeatures(hasTray: boolean): Notice[] {
  return [
    ...(hasTray ? [] : [MISSING_FEATURE_NOTICES.tray]),
    ...(Notification.isSupported() ? [] : [MISSING_FEATURE_NOTICES.notifications]),
    ...(hasKeyring() ? [] : [MISSING_FEATURE_NOTICES.keyring]),
  ];
}

/** If there is no tray, shows a window that was started hidden as minimised, so that the user can find it. */
function showSomewhere(opened: BrowserWindow, hasTray: boolean): void {
  if (hasTray || opened.isDestroyed() || opened.isVisible()) return;
  opened.showInactive();
  opened.minimize();
}

export function createDesktop({ dataRoot, licences, isQuitting, mover, onError }: DesktopDeps): Desktop {
  let window: BrowserWindow | null = null;
  let tray: AppTray | null = null;
  let trayKnown = Promise.resolve();
  const settings = createAppSettings(path.join(dataRoot, 'desktop.json'), onError);
  const amountStyle = (): AmountStyle => amountStyleOf(settings.read(), app.getLocale());
  const node = createNodeClient(onError);
  const cleaner = createClipboardCleaner(clipboard, onError);
  const events = createPageEvents(onError);

  const front = (): void => void (window && bringToFront(window));
  function go(place: string): void {
    if (window !== null) openPlace(window, place).catch(onError);
  }
  const serve = createDesktopHost({
    settings: () => settings.read(),
    state: async () => ({
      settings: settings.read(),
      missing: missingFeatures(tray !== null),
      place: await mover.state().catch(() => null),
    }),
    mover,
    copied: cleaner.copied,
    events,
    change(changed) {
      if (changed.startAtLogin !== undefined) setStartAtLogin(changed.startAtLogin, dataRoot);
      settings.change(changed);
    },
  });

  return {
    states: createWindowStates(path.join(dataRoot, 'window.json'), onError),
    events,
    amountStyle,
    serve,
    stop: cleaner.clearNow,
    prepare() {
      installMenu({ go, about: () => void showAbout(window, licences).catch(onError) });
      const power = followPower({ node, settings, onError });
      followScreenLock({ node, settings, onError });
      followNews({
        node,
        amountsHidden: () => settings.read().hideAmounts,
        style: amountStyle,
        wanted: () => settings.read().notifications && window?.isFocused() !== true,
        open: go,
      });
      node.events.on('status', ({ phase, progress }) => {
        // 2 = an indeterminate bar on Windows and a full one elsewhere, so a sync that has not begun shows none.
        window?.setProgressBar(phase === 'synced' || progress === 0 ? -1 : progress);
      });
      trayKnown = hasTray().then((shown) => {
        if (shown) tray = createTray({ node, settings, open: front, pauseMining: power.pause, onError });
      });
      trayKnown.catch(onError);
      app.on('activate', front);
      app.on('will-quit', () => {
        tray?.close();
        node.close();
      });
    },
    attach(opened) {
      window = opened;
      opened.once('closed', () => (window = null));
      // This event exists on Windows; power.ts handles Linux and macOS.
      opened.on('session-end', () => app.quit());
      attachContextMenu(opened);
      opened.once('ready-to-show', () => {
        trayKnown.catch(() => undefined).then(() => showSomewhere(opened, tray !== null), onError);
      });
      keepInTray(opened, {
        settings,
        hasTray: () => tray !== null,
        isQuitting,
        sendProblem: events.sendProblem,
        onError,
      });
    },
    connect(port) {
      if (port === null) node.close();
      else node.connect(port);
    },
  };
}
