import { type AmountStyle, markOf, NUMBER_STYLES } from '../../shared/amount-style.ts';
import type { DesktopSettings } from '../../shared/contract/desktop.ts';
import { AMOUNT_UNITS } from '../../shared/units.ts';
import { createEmitter, type Events } from '../lib/events.ts';
import { fieldsOf, readJson, writeJson } from './json-file.ts';

/** Settings of the app as a part of the user's desktop, in a file of their own. */
export interface AppSettings {
  readonly events: Events<{ changed: DesktopSettings }>;
  read(): DesktopSettings;
  /** @throws what the file system throws; then nothing has changed */
  change(settings: Partial<DesktopSettings>): void;
}

/** How the main process writes amounts: as the page does, with this language of the system. */
export const amountStyleOf = ({ numbers, unit }: DesktopSettings, language: string): AmountStyle => ({
  mark: markOf(numbers, language),
  unit,
});

const VERSION = 1;
const DEFAULTS: DesktopSettings = {
  closeToTray: null,
  notifications: true,
  pauseOnBattery: true,
  lockWithScreen: true,
  startAtLogin: false,
  hideAmounts: false,
  numbers: 'system',
  unit: 'KITH',
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
    numbers: NUMBER_STYLES.find((name) => name === given['numbers']) ?? DEFAULTS.numbers,
    unit: AMOUNT_UNITS.find((unit) => unit === given['unit']) ?? DEFAULTS.unit,
  };
}
