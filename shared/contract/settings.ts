import { eventIterator, oc } from '@orpc/contract';
import * as z from 'zod';
import { nothing, notice } from './fields.ts';
import { LOG_LEVELS, SETTING_EFFECTS, SETTING_SOURCES } from './vocabulary.ts';

const text = () => z.string().min(1).max(4096);
const addresses = () => z.array(text()).max(256);

/** The values that a setting may have. The options of the same names have the same limits (docs/node-options.md). */
export const SETTING_VALUES = {
  listen: addresses(),
  announce: addresses(),
  bootstrap: addresses(),
  privateBroadcast: z.boolean(),
  asmap: text(),
  pruneMb: z.int().min(10).max(1_000_000),
  pruneWhenLow: z.boolean(),
  // At less than 20 kB per second a full block takes longer than the timeout of the peer that requested it.
  maxUpload: z.int().min(20).max(10_000_000),
  uploadMonthMb: z.int().min(10).max(100_000_000),
  threads: z.int().min(1).max(256),
  threadShare: z.int().min(1).max(100),
  logLevel: z.enum(LOG_LEVELS),
} as const;

function setting<Value extends z.ZodType>(value: Value) {
  return z.object({
    /** What the node uses now. */
    value,
    /** What it will use after a restart; the same as `value` unless `effect` is `restart` and it was changed. */
    next: value,
    /** Where `next` comes from. */
    source: z.enum(SETTING_SOURCES),
    effect: z.enum(SETTING_EFFECTS),
  });
}

/** The settings of the node in its data directory, with what arguments and the config file say. */
export const nodeSettings = z.object({
  values: z.object({
    listen: setting(SETTING_VALUES.listen),
    announce: setting(SETTING_VALUES.announce),
    /** Besides those of the network. */
    bootstrap: setting(SETTING_VALUES.bootstrap),
    privateBroadcast: setting(SETTING_VALUES.privateBroadcast),
    /** Null for none. */
    asmap: setting(SETTING_VALUES.asmap.nullable()),
    /** Null for an archive node. */
    pruneMb: setting(SETTING_VALUES.pruneMb.nullable()),
    /** Whether the node sets `pruneMb` by itself when the disk is almost full. */
    pruneWhenLow: setting(SETTING_VALUES.pruneWhenLow),
    /** kB (1 000 bytes) a second; null for no limit. */
    maxUpload: setting(SETTING_VALUES.maxUpload.nullable()),
    /** MB (1 000 000 bytes) in a calendar month; null for no limit. */
    uploadMonthMb: setting(SETTING_VALUES.uploadMonthMb.nullable()),
    /** Threads of a miner that is started without a number; null: the miner chooses. */
    threads: setting(SETTING_VALUES.threads.nullable()),
    /** Percent of the time of each of these threads. */
    threadShare: setting(SETTING_VALUES.threadShare),
    logLevel: setting(SETTING_VALUES.logLevel),
  }),
  /** Whether some setting needs a restart of the node, and whether `node.restart` works in this program. */
  restart: z.object({ needed: z.boolean(), possible: z.boolean() }),
  /** What is wrong with the settings file, and which settings could not be used. */
  notices: z.array(notice),
});

const settingsChange = z.strictObject({
  listen: SETTING_VALUES.listen.nullable().optional(),
  announce: SETTING_VALUES.announce.nullable().optional(),
  bootstrap: SETTING_VALUES.bootstrap.nullable().optional(),
  privateBroadcast: SETTING_VALUES.privateBroadcast.nullable().optional(),
  asmap: SETTING_VALUES.asmap.nullable().optional(),
  pruneMb: SETTING_VALUES.pruneMb.nullable().optional(),
  pruneWhenLow: SETTING_VALUES.pruneWhenLow.nullable().optional(),
  maxUpload: SETTING_VALUES.maxUpload.nullable().optional(),
  uploadMonthMb: SETTING_VALUES.uploadMonthMb.nullable().optional(),
  threads: SETTING_VALUES.threads.nullable().optional(),
  threadShare: SETTING_VALUES.threadShare.nullable().optional(),
  logLevel: SETTING_VALUES.logLevel.nullable().optional(),
});

export const settingsContract = {
  /** Addition. */
  get: oc.input(nothing).output(nodeSettings),
  /**
   * Addition: changes the settings that are given, all or none, and stores them; null removes a setting, so that its default
   * applies. What an argument or the config file sets cannot be changed.
   */
  set: oc.input(settingsChange).output(nodeSettings),
  /** Addition: the settings immediately, and then after each change. */
  watch: oc.input(nothing).output(eventIterator(nodeSettings)),
};

export type NodeSettings = z.infer<typeof nodeSettings>;
export type NodeSettingsChange = Readonly<z.infer<typeof settingsChange>>;
