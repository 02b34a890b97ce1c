/** The settings of a node, and how the page and the sentences of the node call them. */
export const SETTING_LABELS = {
  listen: 'Listen addresses',
  announce: 'Advertised addresses',
  bootstrap: 'Bootstrap nodes',
  privateBroadcast: 'Private broadcast',
  asmap: 'ASN map',
  pruneMb: 'Prune old blocks',
  pruneWhenLow: 'Prune when the disk is full',
  maxUpload: 'Upload rate',
  uploadMonthMb: 'Upload a month',
  threads: 'Mining threads',
  threadShare: 'Mining load',
  logLevel: 'Log level',
} as const;

export type SettingName = keyof typeof SETTING_LABELS;

export const SETTING_NAMES = Object.keys(SETTING_LABELS) as readonly SettingName[];
