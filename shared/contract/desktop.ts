/**
 * What the desktop app offers its own page beside the contract of the node: it is served by Electron's main thread on a port
 * of its own, so that a browser and the terminal lack it, and it works while no network is open.
 */
import { eventIterator, oc, type ContractRouterClient } from '@orpc/contract';
import * as z from 'zod';
import { NUMBER_STYLES } from '../amount-style.ts';
import { AMOUNT_UNITS } from '../units.ts';
import { notice, nothing } from './fields.ts';

/** Longest text that the page copies, in characters: a payment proof. */
const MAX_COPIED = 1_000_000;

/** Settings of the app on this computer, whatever the network. */
export const desktopSettings = z.object({
  /** Whether a closed window leaves the app running in the tray; null = ask at the next time. */
  closeToTray: z.boolean().nullable(),
  notifications: z.boolean(),
  pauseOnBattery: z.boolean(),
  /** Whether wallets are locked when the screen is locked or the computer sleeps. */
  lockWithScreen: z.boolean(),
  startAtLogin: z.boolean(),
  /** Whether the amounts of the wallets are hidden, also in the tray and in notifications. */
  hideAmounts: z.boolean(),
  /** How amounts are written, also in dialogs, in the tray and in notifications. */
  numbers: z.enum(NUMBER_STYLES),
  unit: z.enum(AMOUNT_UNITS),
});

/** Where the data of this computer's networks is. */
export const dataPlace = z.object({
  path: z.string(),
  /** Size of the data. */
  bytes: z.number().int().min(0),
  /**
   * What an earlier move has left; `intact`: it can be used as it is; `diverged`: it has data that the data in use lacks, because
   * it was used after the move.
   */
  old: z
    .object({ path: z.string(), since: z.number().int(), intact: z.boolean(), diverged: z.boolean() })
    .nullable(),
  /** Data directories in the place before the move that are neither used nor part of the old copy. */
  unused: z.array(z.string()).max(256),
  /** What happens to the data at the moment. `done` and `total` are bytes. */
  move: z
    .object({
      phase: z.enum(['stopping', 'copying', 'verifying', 'deleting']),
      to: z.string(),
      done: z.number().int().min(0),
      total: z.number().int().min(0),
    })
    .nullable(),
  /** Why the last move ended without effect. */
  problem: notice.nullable(),
});

export const desktopState = z.object({
  settings: desktopSettings,
  /** Null where the app was started for one network. */
  place: dataPlace.nullable(),
  /** What this desktop lacks, and what Kith does instead. */
  missing: z.array(notice),
});

/** What the app reports to its page. */
export const desktopEvent = z.discriminatedUnion('kind', [
  /** The app has seen that the page offers a file under this address; how it ends follows. */
  z.object({ kind: z.literal('file-seen'), url: z.string().max(2000) }),
  /**
   * A file that the page offered has been saved or not. `url`: under which the page offered it. `problem`: why it was not saved;
   * null if the user cancelled the dialog.
   */
  z.object({
    kind: z.literal('file'),
    url: z.string().max(2000),
    saved: z.boolean(),
    problem: notice.nullable(),
  }),
  /** A sentence instead of a dialog that is not shown. */
  z.object({ kind: z.literal('notice'), notice }),
]);

export const desktopContract = {
  watch: oc.input(nothing).output(eventIterator(desktopEvent)),
  state: oc.input(nothing).output(desktopState),
  /** Changes the settings that are given. */
  set: oc.input(z.strictObject(desktopSettings.partial().shape)).output(desktopState),
  /** The page has copied this text. The app removes it from the clipboard after a minute, if it is unchanged then. */
  copied: oc.input(z.strictObject({ text: z.string().min(1).max(MAX_COPIED) })).output(nothing),
  // In all three the app asks the user in dialogs of the system. The page names no place, and gets the answer once the user has
  // decided; `state` then has the progress.
  /** Moves the data directory to a folder that the user chooses. */
  moveData: oc.input(nothing).output(desktopState),
  /** Moves it back to where it was before. */
  useOldPlace: oc.input(nothing).output(desktopState),
  /** Deletes what a move has left. */
  deleteOldCopy: oc.input(nothing).output(desktopState),
  /** Ends a move that runs. */
  cancelMove: oc.input(nothing).output(desktopState),
};

export type DesktopSettings = z.infer<typeof desktopSettings>;
export type DataPlace = z.infer<typeof dataPlace>;
export type DesktopEvent = z.infer<typeof desktopEvent>;
export type DesktopState = z.infer<typeof desktopState>;
export type DesktopClient = ContractRouterClient<typeof desktopContract>;
