/**
 * What the desktop app offers its own page beside the contract of the node: it is served by Electron's main thread on a port
 * of its own, so that a browser and the terminal lack it, and it works while no network is open.
 */
import { oc, type ContractRouterClient } from '@orpc/contract';
import * as z from 'zod';
import { notice, nothing } from './fields.ts';

/** Settings of the app on this computer, whatever the network. */
export const desktopSettings = z.object({
  /** Whether a closed window leaves the app running in the tray; null = ask at the next time. */
  closeToTray: z.boolean().nullable(),
  notifications: z.boolean(),
  pauseOnBattery: z.boolean(),
  startAtLogin: z.boolean(),
});

export const desktopState = z.object({
  settings: desktopSettings,
  /** What this desktop lacks, and what Kith does instead. */
  missing: z.array(notice),
});

export const desktopContract = {
  state: oc.input(nothing).output(desktopState),
  /** Changes the settings that are given. */
  set: oc.input(z.strictObject(desktopSettings.partial().shape)).output(desktopState),
};

export type DesktopSettings = z.infer<typeof desktopSettings>;
export type DesktopState = z.infer<typeof desktopState>;
export type DesktopClient = ContractRouterClient<typeof desktopContract>;
