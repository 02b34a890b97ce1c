import type { Phase } from './contract/vocabulary.ts';

/** What the node does in each phase. The page, the tray and the sentence of the status use the same words. */
export const PHASE_LABELS: Readonly<Record<Phase, string>> = {
  starting: 'Opening the data directory',
  repairing: 'Rebuilding the chain from stored blocks',
  'finding-peers': 'Looking for peers',
  headers: 'Downloading headers',
  snapshot: 'Downloading a UTXO snapshot',
  blocks: 'Downloading and checking blocks',
  synced: 'Synced',
  stopping: 'Stopping',
};
