import { app, powerMonitor } from 'electron';
import type { MiningPause } from '../../shared/contract/vocabulary.ts';
import type { AppSettings } from './app-settings.ts';
import type { NodeClient } from './node-client.ts';

export interface PowerDeps {
  readonly node: NodeClient;
  readonly settings: AppSettings;
  readonly onError: (error: unknown) => void;
}

/** Decides whether mining is paused: by the user in the tray, or because the computer runs on its battery. */
export interface MiningPower {
  /** The user pauses or continues mining. */
  pause(paused: boolean): void;
}

/** Linux has no event for this. */
const POLL_MS = 30_000;

export function followPower({ node, settings, onError }: PowerDeps): MiningPower {
  let pausedByUser = false;
  let onBattery = powerMonitor.isOnBatteryPower();
  /** The state that the node received last. */
  let sentPause: MiningPause | null = null;

  function sendState(): void {
    const client = node.client();
    const wanted: MiningPause | null = pausedByUser
      ? 'user'
      : onBattery && settings.read().pauseOnBattery
        ? 'battery'
        : null;
    if (client === null || wanted === sentPause) return;
    sentPause = wanted;
    client.mining.pause({ reason: wanted }).catch((error: unknown) => {
      sentPause = null;
      onError(error);
    });
  }
  function check(): void {
    onBattery = powerMonitor.isOnBatteryPower();
    sendState();
  }

  powerMonitor.on('on-battery', check);
  powerMonitor.on('on-ac', check);
  // The node itself detects within a second that the computer was suspended (main/lib/clock-watch.ts).
  powerMonitor.on('resume', check);
  // Linux and macOS wait until the app has quit.
  // The types do not know the argument of this event.
  const onShutdown = (event: { preventDefault(): void }): void => {
    event.preventDefault();
    app.quit();
  };
  powerMonitor.on('shutdown', onShutdown as () => void);
  setInterval(check, POLL_MS).unref();
  settings.events.on('changed', sendState);
  node.events.on('mining', ({ running, paused }) => {
    // A new start in the page ends the user's pause.
    if (sentPause === 'user' && running && paused === null) {
      pausedByUser = false;
      sentPause = null;
    }
    sendState();
  });
  node.events.on('closed', () => (sentPause = null));
  return {
    pause(paused) {
      pausedByUser = paused;
      sendState();
    },
  };
}
