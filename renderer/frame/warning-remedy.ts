import type { ScreenName } from '../state/route.ts';

/** What the button of a warning does: opens the dialog that adds a peer, or the screen that explains or mends it. */
export type Remedy =
  | { readonly label: string; readonly opens: 'add-peer' }
  | { readonly label: string; readonly opens: 'screen'; readonly screen: ScreenName };

const ADD_PEER: Remedy = { label: 'Add a peer', opens: 'add-peer' };
const NETWORKS: Remedy = { label: 'Networks', opens: 'screen', screen: 'networks' };
const DETAILS: Remedy = { label: 'Show details', opens: 'screen', screen: 'health' };

const REMEDIES: Readonly<Record<string, Remedy>> = {
  'peers-unknown': ADD_PEER,
  'peers-unreachable': ADD_PEER,
  'peers-other-network': ADD_PEER,
  'network-not-launched': NETWORKS,
  'disk-low': { label: 'Settings', opens: 'screen', screen: 'settings' },
};

/** The remedy of a warning; null on the screen that the button would open, where it would do nothing. */
export function remedyOf(code: string, shown: ScreenName): Remedy | null {
  const remedy = REMEDIES[code] ?? DETAILS;
  return remedy.opens === 'screen' && remedy.screen === shown ? null : remedy;
}
