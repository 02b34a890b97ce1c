import { screen, type BrowserWindow, type Rectangle } from 'electron';
import { arrangementOf, fitBounds, type WindowState, type WindowStates } from './window-state.ts';

/** Where a new window opens: as it was when these displays were last used. */
export function placeWindow(states: WindowStates): WindowState & { readonly bounds: Rectangle } {
  const displays = primaryFirst();
  const state = states.read(arrangementOf(displays));
  return {
    bounds: fitBounds(state?.bounds ?? null, displays),
    maximized: state?.maximized ?? false,
    zoom: state?.zoom ?? 0,
  };
}

/** Milliseconds without a further move before the state is stored. */
const SETTLE_MS = 500;

/** Stores place, size and zoom of the window, and moves it when displays are connected or removed. */
export function keepWindow(window: BrowserWindow, states: WindowStates): void {
  let timer: NodeJS.Timeout | undefined;
  let arrangement = arrangementOf(primaryFirst());

  const store = (): void => {
    clearTimeout(timer);
    // A full-screen or minimised window has other bounds than it returns to.
    if (window.isDestroyed() || window.isMinimized() || window.isFullScreen()) return;
    states.write(arrangement, {
      bounds: window.getNormalBounds(),
      maximized: window.isMaximized(),
      zoom: window.webContents.getZoomLevel(),
    });
  };
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(store, SETTLE_MS);
  };
  const rearrange = (): void => {
    const now = arrangementOf(primaryFirst());
    if (now === arrangement || window.isDestroyed()) return;
    clearTimeout(timer);
    arrangement = now;
    const state = states.read(now);
    window.setBounds(fitBounds(state?.bounds ?? window.getNormalBounds(), primaryFirst()));
    if (state?.maximized === true) window.maximize();
    if (state !== null) window.webContents.setZoomLevel(state.zoom);
  };

  window.on('resize', soon);
  window.on('move', soon);
  window.on('maximize', soon);
  window.on('unmaximize', soon);
  // The zoom has no event of its own when the menu changes it.
  window.on('blur', store);
  window.on('close', store);
  screen.on('display-added', rearrange);
  screen.on('display-removed', rearrange);
  screen.on('display-metrics-changed', rearrange);
  window.once('closed', () => {
    clearTimeout(timer);
    screen.off('display-added', rearrange);
    screen.off('display-removed', rearrange);
    screen.off('display-metrics-changed', rearrange);
  });
}

function primaryFirst() {
  const primary = screen.getPrimaryDisplay();
  return [primary, ...screen.getAllDisplays().filter(({ id }) => id !== primary.id)];
}
