import type { DesktopSettings } from '../../shared/contract/desktop.ts';
import { createEmitter, type Events } from '../lib/events.ts';
import { fieldsOf, readJson, writeJson } from './json-file.ts';

/** Settings of the app as a part of the user's desktop, in a file of their own. */
export interface AppSettings {
  readonly events: Events<{ changed: DesktopSettings }>;
  read(): DesktopSettings;
  /** @throws what the file system throws; then nothing has changed */
  change(settings: Partial<DesktopSettings>): void;
}

const VERSION = 1;
const DEFAULTS: DesktopSettings = {
  closeToTray: null,
  notifications: true,
  pauseOnBattery: true,
  lockWithScreen: true,
  startAtLogin: false,
  hideAmounts: false,
};

export function createAppSettings(file: string, onError: (error: unknown) => void): AppSettings {
  const events = createEmitter<{ changed: DesktopSettings }>(onError);
  let settings = readSettings(readJson(file));
  return {
    events,
    read: () => settings,
    change(changed) {
      const next = { ...settings, ...changed };
      writeJson(file, { version: VERSION, ...next });
      settings = next;
      events.emit('changed', settings);
    },
  };
}

/** Reads the settings. A field of a wrong type gets its default. A file of another version gives the defaults only. */
function readSettings(value: unknown): DesktopSettings {
  const { version, ...given } = fieldsOf(value);
  if (version !== VERSION) return DEFAULTS;
  const flag = (name: keyof DesktopSettings, byDefault: boolean): boolean =>
    typeof given[name] === 'boolean' ? given[name] : byDefault;
  return {
    closeToTray: typeof given['closeToTray'] === 'boolean' ? given['closeToTray'] : DEFAULTS.closeToTray,
    notifications: flag('notifications', DEFAULTS.notifications),
    pauseOnBattery: flag('pauseOnBattery', DEFAULTS.pauseOnBattery),
    lockWithScreen: flag('lockWithScreen', DEFAULTS.lockWithScreen),
    startAtLogin: flag('startAtLogin', DEFAULTS.startAtLogin),
    hideAmounts: flag('hideAmounts', DEFAULTS.hideAmounts),
  };
}
