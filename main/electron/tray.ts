import { app, Menu, Tray } from 'electron';
import { amountStyleOf, type AppSettings } from './app-settings.ts';
import type { NodeClient } from './node-client.ts';
import { hasBusName } from './session-bus.ts';
import { trayIcon } from './tray-icon.ts';
import { syncLine, trayTemplate } from './tray-menu.ts';

/** The icon in the tray, with the state of the node and the few actions that need no window. */
export interface AppTray {
  close(): void;
}

export interface TrayDeps {
  readonly node: NodeClient;
  readonly settings: Pick<AppSettings, 'read' | 'events'>;
  readonly open: () => void;
  readonly pauseMining: (paused: boolean) => void;
  readonly onError: (error: unknown) => void;
}

/** The program of a Linux desktop that shows tray icons. Without it no icon appears, and Electron reports no error. */
const WATCHER = 'org.kde.StatusNotifierWatcher';

/** Whether this desktop shows tray icons. */
export async function hasTray(): Promise<boolean> {
  return process.platform === 'linux' ? hasBusName(WATCHER) : true;
}

/** At most one rebuild of the menu in this time: some desktops close an open menu when it changes. */
const REFRESH_MS = 1000;

export function createTray({ node, settings, open, pauseMining, onError }: TrayDeps): AppTray {
  const tray = new Tray(trayIcon());
  let balanceShown = false;
  let timer: NodeJS.Timeout | undefined;
  let shown = '';

  function draw(): void {
    timer = undefined;
    const view = node.view();
    const template = trayTemplate(
      {
        view,
        balanceShown,
        amountsHidden: settings.read().hideAmounts,
        style: amountStyleOf(settings.read(), app.getLocale()),
      },
      {
        open,
        pauseMining,
        quit: () => app.quit(),
        showBalance(wanted) {
          balanceShown = wanted;
          draw();
        },
      },
    );
    const now = JSON.stringify(template);
    if (now === shown) return;
    shown = now;
    tray.setToolTip(`Kith: ${syncLine(view.status)}`);
    tray.setContextMenu(Menu.buildFromTemplate(template));
  }
  const soon = (): void => {
    timer ??= setTimeout(() => {
      try {
        draw();
      } catch (error) {
        onError(error);
      }
    }, REFRESH_MS);
  };

  draw();
  tray.on('click', open);
  const offs = [
    node.events.on('status', soon),
    node.events.on('mining', soon),
    node.events.on('wallet', soon),
    node.events.on('closed', soon),
    settings.events.on('changed', soon),
  ];
  return {
    close() {
      for (const off of offs) off();
      clearTimeout(timer);
      tray.destroy();
    },
  };
}
