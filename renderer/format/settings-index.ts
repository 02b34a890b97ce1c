/** Every setting of the settings screen, for its search and for the command palette. */
import { SETTING_LABELS } from '../../shared/setting-labels.ts';

export const SETTING_SECTIONS = [
  { id: 'general', title: 'General' },
  { id: 'network', title: 'Network' },
  { id: 'storage', title: 'Storage' },
  { id: 'bandwidth', title: 'Bandwidth' },
  { id: 'mining', title: 'Mining' },
  { id: 'security', title: 'Security' },
  { id: 'privacy', title: 'Privacy' },
  { id: 'appearance', title: 'Appearance' },
  { id: 'units', title: 'Units' },
  { id: 'updates', title: 'Updates' },
  { id: 'about', title: 'About' },
] as const;
export type SettingSectionId = (typeof SETTING_SECTIONS)[number]['id'];

interface Entry {
  readonly section: SettingSectionId;
  readonly label: string;
  /** One sentence about what it does. */
  readonly text: string;
  /** Further words by which it is found. */
  readonly words?: string;
  /** Only the desktop app has it. */
  readonly desktopOnly?: true;
}

const ENTRIES = {
  'open-network': {
    section: 'general',
    label: 'Open network',
    text: 'Each network has its own blocks, wallets and settings of the node.',
    words: 'switch add join link demo',
  },
  tray: {
    section: 'general',
    label: 'Keep running in the tray',
    text: 'A closed window leaves the node running.',
    words: 'close window background',
    desktopOnly: true,
  },
  notifications: {
    section: 'general',
    label: 'Notifications',
    text: 'Payments, reorganisations and low disk space, while the window is not in front.',
    desktopOnly: true,
  },
  login: {
    section: 'general',
    label: 'Start at login',
    text: 'Kith starts without showing its window.',
    words: 'autostart boot',
    desktopOnly: true,
  },
  'stop-node': {
    section: 'general',
    label: 'Stop the node',
    text: 'The node saves all data and stops. While it is stopped, this window shows no new data.',
    words: 'quit shut down exit restart',
  },
  listen: {
    section: 'network',
    label: SETTING_LABELS.listen,
    text: 'Addresses at which other nodes can connect, one on each line. Without any, the node only makes connections itself.',
    words: 'port inbound multiaddr firewall',
  },
  announce: {
    section: 'network',
    label: SETTING_LABELS.announce,
    text: 'What the node advertises instead of its listen addresses, for example behind a router.',
    words: 'announce external nat',
  },
  bootstrap: {
    section: 'network',
    label: SETTING_LABELS.bootstrap,
    text: 'Nodes to connect to first, in addition to those of the network.',
    words: 'seed peers',
  },
  'join-link': {
    section: 'network',
    label: 'Join link',
    text: 'Other people join this network with a link or with its network file.',
    words: 'invite share qr',
  },
  asmap: {
    section: 'network',
    label: SETTING_LABELS.asmap,
    text: 'With a map in the format of Bitcoin Core the node chooses its peers among different network operators.',
    words: 'asn operator eclipse',
  },
  prune: {
    section: 'storage',
    label: SETTING_LABELS.pruneMb,
    text: 'Only the newest blocks are kept, and always those of the last two epochs. Without a limit all blocks are kept and served to other nodes.',
    words: 'disk space limit archive delete',
  },
  'prune-when-low': {
    section: 'storage',
    label: SETTING_LABELS.pruneWhenLow,
    text: 'When less than 1 GB is free, old blocks are deleted until 1.5 GB are free. Otherwise the download of blocks is paused when 200 MB are left.',
    words: 'disk space automatic low delete pause',
  },
  'data-directory': {
    section: 'storage',
    label: 'Data directory',
    text: 'Where wallets, blocks and settings are on this computer.',
    words: 'folder move path disk location',
  },
  'upload-rate': {
    section: 'bandwidth',
    label: SETTING_LABELS.maxUpload,
    text: 'The most that the node sends to other nodes in a second; new blocks go first.',
    words: 'limit bandwidth kb speed traffic',
  },
  'upload-month': {
    section: 'bandwidth',
    label: SETTING_LABELS.uploadMonthMb,
    text: 'The most that the node sends in a calendar month (UTC). After nine tenths of it the node sends no old blocks; at the limit it has no connections until the next month.',
    words: 'limit cap data plan traffic quota',
  },
  threads: {
    section: 'mining',
    label: SETTING_LABELS.threads,
    text: 'The number for a miner that is started without one, for example in the terminal. The mining screen remembers its own number.',
    words: 'cores cpu default',
  },
  'thread-share': {
    section: 'mining',
    label: SETTING_LABELS.threadShare,
    text: 'The share of the time of each of these threads that is used, so that the computer has time for other work.',
    words: 'limit percent cpu default',
  },
  battery: {
    section: 'mining',
    label: 'Pause mining on battery',
    text: 'Mining continues on mains power.',
    words: 'laptop power',
    desktopOnly: true,
  },
  wallets: {
    section: 'security',
    label: 'Wallets',
    text: 'Backups, recovery phrases, passwords, public keys, accounts, and when an unlocked wallet locks itself.',
    words: 'auto-lock lock seed words delete rescan search export',
  },
  'screen-lock': {
    section: 'security',
    label: 'Lock wallets with the screen',
    text: 'Also when the computer goes to sleep.',
    desktopOnly: true,
  },
  'private-broadcast': {
    section: 'privacy',
    label: SETTING_LABELS.privateBroadcast,
    text: 'Your own payments go to one peer first, so that other peers cannot see where they come from.',
    words: 'stem dandelion origin anonymous',
  },
  'hide-amounts': {
    section: 'privacy',
    label: 'Hide amounts',
    text: 'Amounts of your wallets are not shown, for example while other people see the screen.',
    words: 'balance screen sharing',
  },
  telemetry: {
    section: 'privacy',
    label: 'What leaves this computer',
    text: 'Kith has no telemetry: it sends no usage data, no crash reports and no statistics.',
    words: 'tracking analytics data collection',
  },
  theme: {
    section: 'appearance',
    label: 'Theme',
    text: 'Light, dark, or as the system.',
    words: 'appearance colour dark mode',
  },
  contrast: {
    section: 'appearance',
    label: 'Contrast',
    text: 'High contrast makes text and lines stronger.',
    words: 'accessibility',
  },
  'text-size': {
    section: 'appearance',
    label: 'Text size',
    text: 'The size of all text in this window.',
    words: 'font larger smaller zoom accessibility',
  },
  decimals: {
    section: 'units',
    label: 'Decimals of amounts',
    text: 'The mark between whole KITH and their parts.',
    words: 'comma point separator',
  },
  unit: {
    section: 'units',
    label: 'Unit of amounts',
    text: 'One KITH has 100 000 000 motes.',
    words: 'motes kith satoshi',
  },
  updates: {
    section: 'updates',
    label: 'Updates',
    text: 'Kith does not look for updates on the internet. When most of its outbound peers use a newer protocol, a notice says so here and in Health.',
    words: 'version new upgrade',
  },
  'log-level': {
    section: 'about',
    label: SETTING_LABELS.logLevel,
    text: 'The least serious messages that are written to the log file of the node.',
    words: 'debug diagnostics',
  },
  version: {
    section: 'about',
    label: 'About',
    text: 'Version, licence and network.',
    words: 'version id',
  },
} as const satisfies Readonly<Record<string, Entry>>;

export type SettingId = keyof typeof ENTRIES;

export interface SettingEntry extends Entry {
  readonly id: SettingId;
}

/** All settings in the order of the screen. */
export const settingsIndex: readonly SettingEntry[] = Object.entries<Entry>(ENTRIES).map(([id, entry]) => ({
  id: id as SettingId,
  ...entry,
}));

export const settingEntry = (id: SettingId): Entry => ENTRIES[id];

const SECTION_TITLES = new Map<string, string>(SETTING_SECTIONS.map(({ id, title }) => [id, title]));

/** The settings whose section, name, sentence or further words contain every typed word; all of them for an empty text. */
export function findSettings(typed: string, hasDesktop: boolean): SettingEntry[] {
  const wanted = typed
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return settingsIndex.filter(({ section, label, text, words = '', desktopOnly = false }) => {
    if (desktopOnly && !hasDesktop) return false;
    const all = `${SECTION_TITLES.get(section)} ${label} ${text} ${words}`.toLowerCase();
    return wanted.every((word) => all.includes(word));
  });
}

/** The setting or the section that an address of the screen names; null for none. */
export function readAnchor(about: string | null): SettingId | SettingSectionId | null {
  if (about === null) return null;
  const isKnown = Object.hasOwn(ENTRIES, about) || SECTION_TITLES.has(about);
  return isKnown ? (about as SettingId | SettingSectionId) : null;
}
